#include "images.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the host mounts and unmounts is seen here too; what is mounted here nobody else sees. */
static int make_space(const char *site, const char **what) {
  *what = "a mount namespace";
  if (unshare(CLONE_NEWNS) != 0) return errno;
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return errno;
  *what = site;
  const unsigned long closed = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  return mount("mounts", site, "tmpfs", closed, "size=16m,mode=700") == 0 ? 0 : errno;
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
    if (mkdir(site, 0700) != 0 && errno != EEXIST) return false;
    errno = make_space(site, what);
    if (errno) return false;
  }
  *what = "mounts";
  space->mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  space->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return space->mounts >= 0 && space->root >= 0;
}
