#include "slot.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../launcher/job.h"
#include "../walls/defence.h"
#include "../spaces/namespace.h"

static struct {
  /* The user namespace that maps the node's user to the slot's, be it the same, and the network
   * namespace; 0 is none yet. */
  int owner, network;
} made[JOBS_AT_MOST];

/* Moves into it: the launcher needs no network. -1 with errno. */
static int make_network(void) {
  if (unshare(CLONE_NEWNET) != 0) return -1;
  return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* 0 or an errno. */
static int keep(int *place, int descriptor) {
  if (descriptor < 0) return errno;
  *place = descriptor;
  return 0;
}

int slot_prepare(const struct walls *walls, unsigned slot) {
  int error = 0;
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) return 0;
  if (!made[slot].network && defends(DEFENCE_NETWORK_NAMESPACE))
    error = keep(&made[slot].network, make_network());
  bool has_owner = walls->kind == ORIEN_JAIL_WALLS_ROOT || walls->counts_processes;
  if (!error && has_owner && !made[slot].owner)
    error = keep(&made[slot].owner, namespace_of_user(geteuid(), walls_user(walls, slot)));
  return error;
}

int slot_owner(const struct walls *walls, unsigned slot) {
  return walls->counts_processes && made[slot].owner ? made[slot].owner : -1;
}

int slot_network(unsigned slot) { return made[slot].network ? made[slot].network : -1; }

/* The folder as our own mounts have it: they are copies of the node's, and from the node's own
 * nothing can be taken. -1 with errno. */
static int find_again(int folder) {
  char link[32], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                         .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  int found = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
  if (found < 0) return -1;
  struct stat there, here;
  if (fstat(folder, &there) == 0 && fstat(found, &here) == 0 && there.st_dev == here.st_dev &&
      there.st_ino == here.st_ino)
    return found;
  close(found);
  errno = ESTALE;
  return -1;
}

/* An image is mounted where we are, and a folder of the node's may not be. -1 with errno. */
static int copy_of(int folder) {
  const unsigned flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  int tree = open_tree(folder, "", flags);
  if (tree >= 0 || errno != EINVAL) return tree;
  int source = find_again(folder);
  if (source < 0) return -1;
  tree = open_tree(source, "", flags);
  int error = errno;
  close(source);
  errno = error;
  return tree;
}

/* A mount of the folder, as the user of `owner` sees it; -1: as everybody. -1 with errno. */
static int mount_for(int owner, int folder, bool reads_only) {
  int tree = copy_of(folder);
  if (tree < 0) return -1;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  // Of this mount alone: others write to the same folder meanwhile.
  if (reads_only) attributes.attr_set |= MOUNT_ATTR_RDONLY;
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

int slot_lend(const struct walls *walls, unsigned slot, int folder, bool reads_only) {
  bool has_own = walls->kind == ORIEN_JAIL_WALLS_ROOT && defends(DEFENCE_USER);
  return mount_for(has_own ? made[slot].owner : -1, folder, reads_only);
}

int slot_try(int owner, const char *path) {
  int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return errno;
  int tree = mount_for(owner, folder, false);
  int error = tree < 0 ? errno : 0;
  if (tree >= 0) close(tree);
  close(folder);
  return error;
}
