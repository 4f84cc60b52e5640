#include "device.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../root/mounts.h"

/* An empty folder of the jail's, while a node is made. */
#define SITE "/run"

int device_lend(const struct walls *walls, const char *path) {
  struct stat device;
  if (stat(path, &device) != 0) return -1;
  errno = ENODEV;
  if (!S_ISCHR(device.st_mode) && !S_ISBLK(device.st_mode)) return -1;
  return walls->kind == ORIEN_JAIL_WALLS_ROOT ? open(path, O_PATH | O_CLOEXEC) :
             // One that is anybody's to use, or not, by the mode that the machine gave it.
             mount_copy(path, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

/* Another node of the same device, in a file system of its own: it is the user's, whoever may use
 * the machine's. */
static int make_node(const struct stat *device, uint32_t user, const char *at) {
  static const char name[] = SITE "/device";
  if (mount("device", SITE, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=4k,mode=700") != 0) return errno;
  int error = 0, tree = -1;
  if (mknod(name, (device->st_mode & S_IFMT) | 0600, device->st_rdev) != 0 ||
      chown(name, user, user) != 0 ||
      (tree = open_tree(AT_FDCWD, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)) < 0)
    error = errno;
  if (!error) error = mount_attach(tree, at);
  if (tree >= 0) close(tree);
  if (umount2(SITE, MNT_DETACH) != 0 && !error) error = errno;
  return error;
}

int device_put(const struct walls *walls, unsigned slot, int device, const char *at) {
  if (walls->kind != ORIEN_JAIL_WALLS_ROOT) return mount_attach(device, at);
  struct stat status;
  if (fstat(device, &status) != 0) return errno;
  return make_node(&status, walls->first_user + slot, at);
}
