#include "lent.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool find_path(int thing, char path[PATH_MAX]) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", thing);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
  return length >= 0;
}

/* The thing as our own mounts have it: they are copies of the node's, and from the node's own
 * nothing can be taken. -1 with errno. */
static int find_again(int thing) {
  char path[PATH_MAX];
  if (!find_path(thing, path)) return -1;
  struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                         .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  int found = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
  if (found < 0) return -1;
  struct stat there, here;
  if (fstat(thing, &there) == 0 && fstat(found, &here) == 0 && there.st_dev == here.st_dev &&
      there.st_ino == here.st_ino)
    return found;
  close(found);
  errno = ESTALE;
  return -1;
}

int lent_named(int thing, const char *const *names, unsigned count) {
  char path[PATH_MAX];
  if (!find_path(thing, path)) return -1;
  // Where somebody else has mounts of his own it may have any name: so it has to be here, too.
  for (unsigned i = 0; i < count; i++)
    if (strcmp(names[i], path) == 0) return find_again(thing);
  errno = EACCES;
  return -1;
}

/* An image is mounted where we are, and a folder of the node's may not be. -1 with errno. */
static int copy_of(int thing) {
  const unsigned flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  int tree = open_tree(thing, "", flags);
  if (tree >= 0 || errno != EINVAL) return tree;
  int source = find_again(thing);
  if (source < 0) return -1;
  tree = open_tree(source, "", flags);
  int error = errno;
  close(source);
  errno = error;
  return tree;
}

int lent_mount(int thing, int owner, uint64_t closed) {
  int tree = copy_of(thing);
  if (tree < 0) return -1;
  struct mount_attr attributes = {.attr_set = closed};
  if (owner >= 0) {
    attributes.attr_set |= MOUNT_ATTR_IDMAP;
    attributes.userns_fd = (uint64_t)owner;
  }
  if (mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0) return tree;
  int error = errno;
  close(tree);
  errno = error;
  return -1;
}
