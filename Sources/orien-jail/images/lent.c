#include "lent.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lend/lent.h"

/* The machine's mount namespace, and the folder in it; -1: there is none. */
static int machine = -1, place = -1;

void lent_prepare(const char *folder) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/" IMAGES_FOLDER "/lent", folder);
  if (mkdir(path, 0700) != 0 && errno != EEXIST) return;
  machine = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  place = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  lent_clear();
}

void lent_descriptors(int descriptors[LENT_DESCRIPTORS]) {
  descriptors[0] = machine;
  descriptors[1] = place;
}

/* To where the folder is the working one; 0 or an errno. */
static int enter(void) {
  if (machine < 0 || place < 0) return ENOENT;
  return setns(machine, CLONE_NEWNS) == 0 && fchdir(place) == 0 ? 0 : errno;
}

int lent_attach(int root, int owner, const char *name) {
  // While we are where the image is mounted: nobody else can copy that.
  int tree = lent_mount(root, owner, LENT_CLOSED);
  int error = tree < 0 ? errno : 0;
  if (!error) error = enter();
  if (!error && mkdir(name, 0700) != 0 && errno != EEXIST) error = errno;
  if (!error && move_mount(tree, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH) != 0) error = errno;
  if (error && place >= 0) rmdir(name);
  return error;
}

static int detach(const char *name) {
  int error = umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 ? 0 : errno;
  // Nothing is mounted there, or nothing is there at all.
  if (error && error != EINVAL && error != ENOENT) return error;
  return rmdir(name) == 0 || errno == ENOENT ? 0 : errno;
}

int lent_detach(const char *name) {
  int error = enter();
  return error ? error : detach(name);
}

static _Noreturn void detach_all(void) {
  DIR *here = enter() == 0 ? opendir(".") : NULL;
  if (!here) _exit(1);
  for (struct dirent *entry; (entry = readdir(here));)
    if (entry->d_name[0] != '.') detach(entry->d_name);
  _exit(0);
}

void lent_clear(void) {
  pid_t child = machine < 0 ? -1 : fork();
  if (child == 0) detach_all();
  int status;
  while (child > 0 && waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status))
    kill(child, SIGCONT);
}
