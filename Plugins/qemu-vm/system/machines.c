#include "machines.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int done(long result) { return result < 0 ? -errno : (int)result; }

int machines_make_folder(const char *path) {
  return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

static int is_itself(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

int machines_remove_folder(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) return errno == ENOENT ? 0 : -errno;
  int failed = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (is_itself(entry->d_name)) continue;
    if (unlinkat(dirfd(folder), entry->d_name, 0) != 0 && errno != ENOENT) failed = -errno;
  }
  closedir(folder);
  if (failed) return failed;
  return rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
}

long machines_list(const char *path, char *names, size_t room) {
  DIR *folder = opendir(path);
  if (!folder) return errno == ENOENT ? 0 : -errno;
  size_t used = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    size_t count = strlen(entry->d_name) + 1;
    if (is_itself(entry->d_name)) continue;
    if (count > room - used) {
      closedir(folder);
      return -E2BIG;
    }
    memcpy(names + used, entry->d_name, count);
    used += count;
  }
  closedir(folder);
  return (long)used;
}

static int write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t wrote = write(file, bytes, count);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return -errno;
    bytes += wrote;
    count -= (size_t)wrote;
  }
  return 0;
}

int machines_write(const char *path, const void *bytes, size_t count) {
  char fresh[4096];
  if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) return -ENAMETOOLONG;
  int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return -errno;
  int failed = write_all(file, bytes, count);
  if (!failed) failed = done(fsync(file));
  close(file);
  if (!failed) failed = done(rename(fresh, path));
  if (failed) unlink(fresh);
  return failed;
}

long machines_read(const char *path, void *bytes, size_t room) {
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return -errno;
  struct stat status;
  long result = done(fstat(file, &status));
  if (result == 0 && !S_ISREG(status.st_mode)) result = -EINVAL;
  size_t used = 0;
  while (result >= 0 && used < room) {
    result = done(read(file, (char *)bytes + used, room - used));
    if (result == -EINTR) result = 0;
    else if (result <= 0) break;
    used += (size_t)result;
  }
  close(file);
  return result < 0 ? result : (long)used;
}

int machines_link(const char *path, const char *other) {
  if (unlink(other) != 0 && errno != ENOENT) return -errno;
  return done(link(path, other));
}

uint64_t machines_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int machines_connect(const char *path) {
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  // The name may be too long for a socket's place; that of a descriptor of its folder is not.
  char folder[4096];
  const char *name = strrchr(path, '/');
  if (!name || name - path >= (long)sizeof folder) return -ENAMETOOLONG;
  memcpy(folder, path, (size_t)(name - path));
  folder[name - path] = 0;
  int held = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (held < 0) return -errno;
  int count = snprintf(place.sun_path, sizeof place.sun_path, "/proc/self/fd/%d%s", held, name);
  int stream = count >= (int)sizeof place.sun_path
      ? (errno = ENAMETOOLONG, -1) : socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int failed = stream < 0 ? -errno : done(connect(stream, (void *)&place, sizeof place));
  close(held);
  if (failed && stream >= 0) close(stream);
  return failed ? failed : stream;
}

void machines_close(int stream) { close(stream); }

int machines_wait(int stream, int writing, int cancelled, uint64_t until) {
  struct pollfd ends[2] = {{stream, writing ? POLLOUT : POLLIN, 0}, {cancelled, POLLIN, 0}};
  for (;;) {
    uint64_t now = machines_now();
    uint64_t left = until > now ? until - now : 0;
    int ready = poll(ends, 2, left > 60000 ? 60000 : (int)left);
    if (ready < 0 && errno != EINTR) return -errno;
    if (ready > 0 && ends[1].revents) return -ECANCELED;
    if (ready > 0 && ends[0].revents) return 1;
    if (machines_now() >= until) return 0;
  }
}

long machines_take(int stream, void *bytes, size_t room) {
  ssize_t took = recv(stream, bytes, room, 0);
  return took < 0 ? -errno : took;
}

long machines_give(int stream, const void *bytes, size_t count) {
  ssize_t gave = send(stream, bytes, count, MSG_NOSIGNAL);
  return gave < 0 ? -errno : gave;
}
