#include "disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../plain/files.h"

void disk_find(char *disk, size_t size, const char *folder) {
  struct stat status;
  char path[64], text[24];
  disk[0] = 0;
  if (stat(folder, &status) != 0) return;
  unsigned major = major(status.st_dev), minor = minor(status.st_dev);
  // Of a partition there are no limits, but of what it is a part of.
  snprintf(path, sizeof path, "/sys/dev/block/%u:%u/partition", major, minor);
  bool is_part = access(path, F_OK) == 0;
  snprintf(path, sizeof path, "/sys/dev/block/%u:%u/%sdev", major, minor, is_part ? "../" : "");
  if (file_read(AT_FDCWD, path, text, sizeof text) <= 0) return;
  text[strcspn(text, "\n")] = 0;
  snprintf(disk, size, "%s", text);
}

static bool has_own_tree(const struct groups *groups) {
  return groups->of[GROUP_IO] >= groups->common;
}

/* To one of the group's files in the tree that limits disks; 0 or an errno. */
static int put(const struct groups *groups, uint64_t number, const char *file, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "e%llu/%s", (unsigned long long)number, file);
  return file_write(groups->tree[groups->of[GROUP_IO]].parent, path, text);
}

/* `rate` is a number, or what stands for none. */
static int write_limit(const struct groups *groups, uint64_t number, const char *rate) {
  char text[96];
  if (groups->version[GROUP_IO] == 2) {
    snprintf(text, sizeof text, "%s rbps=%s wbps=%s", groups->disk, rate, rate);
    return put(groups, number, "io.max", text);
  }
  snprintf(text, sizeof text, "%s %s", groups->disk, rate);
  int error = put(groups, number, "blkio.throttle.read_bps_device", text);
  return error ? error : put(groups, number, "blkio.throttle.write_bps_device", text);
}

int disk_limit(const struct groups *groups, uint64_t number, uint64_t bytes_per_second) {
  char name[32], rate[24];
  snprintf(name, sizeof name, "e%llu", (unsigned long long)number);
  if (has_own_tree(groups) &&
      mkdirat(groups->tree[groups->of[GROUP_IO]].parent, name, 0755) != 0 && errno != EEXIST)
    return errno;
  snprintf(rate, sizeof rate, "%llu", (unsigned long long)bytes_per_second);
  return write_limit(groups, number, rate);
}

int disk_enter(const struct groups *groups, uint64_t number, pid_t process) {
  if (!has_own_tree(groups)) return 0;
  char text[16];
  snprintf(text, sizeof text, "%d", (int)process);
  return put(groups, number, "cgroup.procs", text);
}

void disk_release(const struct groups *groups, uint64_t number) {
  if (groups->disk[0]) write_limit(groups, number, groups->version[GROUP_IO] == 2 ? "max" : "0");
}
