/* Every way to change what is mounted; what works stays in this mount namespace. */
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "attempt.h"

enum { TMPFS_READ_ONLY = 1, REMOUNT = 32, BIND = 4096 };

int main(void) {
  mkdir("mountpoint", 0700);
  attempt("mount a tmpfs", syscall(SYS_mount, "none", "mountpoint", "tmpfs", 0, NULL));
  attempt("bind / here", syscall(SYS_mount, "/", "mountpoint", NULL, BIND, NULL));
  attempt("write to /usr", syscall(SYS_mount, NULL, "/usr", NULL, REMOUNT | BIND, NULL));
  attempt("umount2", syscall(SYS_umount2, "/tmp", 2));
  attempt("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
  attempt("chroot", syscall(SYS_chroot, "/tmp"));
  attempt("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/usr", 1);
  attempt("open_tree", tree);
  attempt("move_mount", syscall(SYS_move_mount, tree, "", AT_FDCWD, "mountpoint", 4));
  struct mount_attr none = {0};
  attempt("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/tmp", 0, &none, sizeof none));
  return finished();
}
