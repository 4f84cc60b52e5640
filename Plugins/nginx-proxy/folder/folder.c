#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_open(const char *path) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder < 0 ? -errno : folder;
}

void folder_close(int folder) { close(folder); }

/* A plain file of that name, and no link to one, pipe or device. */
static int plain(int folder, const char *name, struct stat *status) {
  if (strchr(name, '/')) return -EINVAL;
  int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return -errno;
  if (fstat(file, status) == 0 && S_ISREG(status->st_mode)) return file;
  close(file);
  return -ELOOP;
}

long folder_list(int folder, char *names, size_t room) {
  int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return -errno;
  DIR *stream = fdopendir(again);
  if (!stream) {
    int failure = errno;
    close(again);
    return -failure;
  }
  size_t used = 0;
  long result = 0;
  struct dirent *entry;
  while (result == 0 && (errno = 0, entry = readdir(stream))) {
    struct stat status;
    if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    size_t length = strlen(entry->d_name) + 1;
    if (used + length > room) {
      result = -E2BIG;
    } else {
      memcpy(names + used, entry->d_name, length);
      used += length;
    }
  }
  if (result == 0 && errno) result = -errno;
  closedir(stream);
  return result < 0 ? result : (long)used;
}

long folder_read(int folder, const char *name, int64_t offset, void *bytes, size_t room) {
  struct stat status;
  int file = plain(folder, name, &status);
  if (file < 0) return file;
  ssize_t count;
  do count = pread(file, bytes, room, offset);
  while (count < 0 && errno == EINTR);
  if (count < 0) count = -errno;
  close(file);
  return count;
}

static int write_all(int file, const char *bytes, size_t count) {
  while (count) {
    ssize_t done = write(file, bytes, count);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -errno;
    bytes += done;
    count -= (size_t)done;
  }
  return fchmod(file, 0644) || fsync(file) ? -errno : 0;
}

int folder_put(int folder, const char *name, const void *bytes, size_t count) {
  char fresh[300];
  if (strchr(name, '/') || strlen(name) > 240) return -EINVAL;
  snprintf(fresh, sizeof fresh, ".%s.new", name);
  unlinkat(folder, fresh, 0);
  int file = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return -errno;
  int result = write_all(file, bytes, count);
  close(file);
  if (result == 0) result = folder_rename(folder, fresh, name);
  if (result < 0) unlinkat(folder, fresh, 0);
  return result;
}

int folder_rename(int folder, const char *name, const char *other) {
  if (strchr(name, '/') || strchr(other, '/')) return -EINVAL;
  return renameat(folder, name, folder, other) || fsync(folder) ? -errno : 0;
}

int folder_remove(int folder, const char *name) {
  if (strchr(name, '/')) return -EINVAL;
  return unlinkat(folder, name, 0) || fsync(folder) ? -errno : 0;
}

int64_t folder_changed(int folder, const char *name) {
  struct stat status;
  int file = plain(folder, name, &status);
  if (file < 0) return file;
  close(file);
  return (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}
