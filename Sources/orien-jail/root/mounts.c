#include "mounts.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

int mount_copy(const char *path, unsigned flags, uint64_t attributes) {
  int tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
  if (tree < 0) return -1;
  struct mount_attr set = {.attr_set = attributes};
  if (mount_setattr(tree, "", AT_EMPTY_PATH | flags, &set, sizeof set) == 0) return tree;
  int error = errno;
  close(tree);
  errno = error;
  return -1;
}

int mount_attach(int mount, const char *at) {
  return move_mount(mount, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) == 0 ? 0 : errno;
}

int mount_detach(const char *at) { return umount2(at, UMOUNT_NOFOLLOW) == 0 ? 0 : errno; }
