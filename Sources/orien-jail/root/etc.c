#include "etc.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../plain/files.h"

/* Where the machine has none the program has none. */
static const char *const copied[] = {
    "etc/ld.so.cache",      "etc/mime.types",   "etc/services",
    "etc/protocols",        "etc/localtime",    "etc/ssl/openssl.cnf",
    "etc/ssl/certs/ca-certificates.crt",        "etc/python3.11/sitecustomize.py",
};

static int write_all(int root, const char *path, const char *text, size_t size) {
  int file = openat(root, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  ssize_t written = write(file, text, size);
  int error = written < 0 ? errno : written == (ssize_t)size ? 0 : ENOSPC;
  close(file);
  return error;
}

/* Programs ask what their user is called. `format` takes a name and twice a number. */
static int name_users(int root, const char *path, const char *format, uint32_t first,
                      uint32_t count) {
  static char text[128 << 10];
  size_t used = 0;
  const uint32_t known[] = {0, 65534};
  const char *const names[] = {"root", "nobody"};
  for (uint32_t i = 0; i < count + 2; i++) {
    uint32_t number = i < 2 ? known[i] : first + i - 2;
    char name[32];
    if (i < 2)
      snprintf(name, sizeof name, "%s", names[i]);
    else
      snprintf(name, sizeof name, "orien%u", i - 2);
    int more = snprintf(text + used, sizeof text - used, format, name, number, number);
    if (more < 0 || (size_t)more >= sizeof text - used) return ENOSPC;
    used += (size_t)more;
  }
  return write_all(root, path, text, used);
}

/* What cannot be read is not there for the program either. */
static int copy(int root, const char *path) {
  char from[PATH_MAX];
  snprintf(from, sizeof from, "/%s", path);
  int source = open(from, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (source < 0) return 0;
  int error = fstat(source, &status) != 0 || !S_ISREG(status.st_mode) ? EINVAL : 0;
  if (!error) error = folder_make_way(root, path, false);
  int target = error ? -1 : openat(root, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (!error && target < 0) error = errno;
  for (off_t at = 0; !error && at < status.st_size;) {
    ssize_t sent = sendfile(target, source, &at, (size_t)(status.st_size - at));
    if (sent < 0) error = errno;
    if (sent == 0) break;
  }
  if (target >= 0) close(target);
  close(source);
  return error;
}

int etc_fill(int root, uint32_t first_user, uint32_t users) {
  static const char hosts[] = "127.0.0.1 localhost\n::1 localhost\n";
  static const char names[] = "passwd: files\ngroup: files\nhosts: files dns\n";
  int error = name_users(root, "etc/passwd", "%s:x:%u:%u::/workspace:/bin/sh\n", first_user, users);
  if (!error) error = name_users(root, "etc/group", "%s:x:%u:\n", first_user, users);
  if (!error) error = write_all(root, "etc/hosts", hosts, sizeof hosts - 1);
  if (!error) error = write_all(root, "etc/nsswitch.conf", names, sizeof names - 1);
  for (unsigned i = 0; !error && i < sizeof copied / sizeof *copied; i++)
    error = copy(root, copied[i]);
  return error;
}
