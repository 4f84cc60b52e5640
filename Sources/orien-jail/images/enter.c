#include "images.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool images_stand_in(const char *folder) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/" IMAGES_FOLDER, folder);
  if (mkdir(path, 0700) != 0 && errno != EEXIST) return false;
  struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                         .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  int own = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
  if (own < 0) return false;
  struct stat status;
  int error = fstat(own, &status) != 0                               ? errno
              : status.st_uid != geteuid() || status.st_mode & 0022  ? EPERM
              : fchdir(own) != 0                                     ? errno
                                                                     : 0;
  close(own);
  errno = error;
  return error == 0;
}

/* What the host mounts and unmounts is seen here too; what is mounted here nobody else sees. */
static int make_space(const char *folder, const char *site, const char **what) {
  *what = "a mount namespace";
  if (unshare(CLONE_NEWNS) != 0) return errno;
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return errno;
  *what = site;
  // Anew: where we stood is in the mounts that we have left.
  if (!images_stand_in(folder)) return errno;
  if (mkdir("mounts", 0700) != 0 && errno != EEXIST) return errno;
  const unsigned long closed = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  int error = mount("mounts", "mounts", "tmpfs", closed, "size=16m,mode=700") == 0 ? 0 : errno;
  return chdir("/") == 0 ? error : errno;
}

/* By the namespace alone the root would be that of the whole of it. */
static bool join(const struct images_space *space) {
  return space->mounts >= 0 && space->root >= 0 && setns(space->mounts, CLONE_NEWNS) == 0 &&
         fchdir(space->root) == 0 && chroot(".") == 0 && chdir("/") == 0;
}

void images_leave(struct images_space *space) {
  if (space->mounts >= 0) close(space->mounts);
  if (space->root >= 0) close(space->root);
  *space = (struct images_space){-1, -1};
}

bool images_enter(const struct images_options *options, struct images_space *space,
                  const char **what) {
  static char site[PATH_MAX];
  bool has_joined = join(space);
  images_leave(space);
  snprintf(site, sizeof site, "%s/" IMAGES_FOLDER "/mounts", options->folder);
  *what = site;
  if (!has_joined) {
    errno = make_space(options->folder, site, what);
    if (errno) return false;
  }
  *what = "mounts";
  space->mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  space->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return space->mounts >= 0 && space->root >= 0;
}
