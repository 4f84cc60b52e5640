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

int images_enter(const struct images_options *options, int earlier, const char **what) {
  static char site[PATH_MAX];
  if (earlier >= 0) {
    bool is_there = setns(earlier, CLONE_NEWNS) == 0;
    close(earlier);
    if (is_there) return open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  }
  *what = options->folder;
  snprintf(site, sizeof site, "%s/" IMAGES_FOLDER "/mounts", options->folder);
  if (mkdir(site, 0700) != 0 && errno != EEXIST) return -1;
  errno = make_space(site, what);
  return errno ? -1 : open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
}
