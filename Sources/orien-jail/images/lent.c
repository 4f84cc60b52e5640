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
  if (!images_stand_in(folder)) return;
  if (mkdir("lent", 0700) == 0 || errno == EEXIST) {
    machine = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    place = open("lent", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  // A keeper stands nowhere that somebody may want to unmount.
  if (chdir("/") == 0) lent_clear();
}

void lent_descriptors(int descriptors[LENT_DESCRIPTORS]) {
  descriptors[0] = machine;
  descriptors[1] = place;
}

/* The file by which a place is known that shows nothing yet. */
static void mark_of(const char *name, char mark[PATH_MAX]) {
  snprintf(mark, PATH_MAX, "%s/%s", name, name);
}

static int detach(const char *name) {
  int error = 0;
  // What was lent at a place, and then the place.
  while (!error) error = umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 ? 0 : errno;
  // Nothing is mounted there any more, or nothing is there at all.
  if (error != EINVAL && error != ENOENT) return error;
  char mark[PATH_MAX];
  mark_of(name, mark);
  if (unlink(mark) != 0 && errno != ENOENT) return errno;
  return rmdir(name) == 0 || errno == ENOENT ? 0 : errno;
}

/* To where the folder is the working one; 0 or an errno. */
static int enter(void) {
  if (machine < 0 || place < 0) return ENOENT;
  return setns(machine, CLONE_NEWNS) == 0 && fchdir(place) == 0 ? 0 : errno;
}

static bool is_vacant_place(const char *name) {
  char mark[PATH_MAX];
  mark_of(name, mark);
  return access(mark, F_OK) == 0;
}

int lent_attach(int root, int owner, const char *name, unsigned how) {
  // While we are where the image is mounted: nobody else can copy that.
  uint64_t reads_only = how & ORIEN_JAIL_LEND_READS_ONLY ? MOUNT_ATTR_RDONLY : 0;
  int tree = lent_mount(root, owner, LENT_CLOSED | reads_only);
  int error = tree < 0 ? errno : 0;
  if (!error) error = enter();
  if (error) return error;
  bool is_made = how & ORIEN_JAIL_LEND_AT_PLACE;
  // A second workspace would be seen by whoever was given the first.
  if (is_made && !is_vacant_place(name)) return ENOENT;
  if (!is_made && mkdir(name, 0700) != 0 && errno != EEXIST) return errno;
  if (move_mount(tree, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH) == 0) return 0;
  error = errno;
  if (!is_made) rmdir(name);
  return error;
}

/* A mount of the folder's own that others may follow, and that follows nobody: where the machine
 * shares its mounts, what is mounted on it would else be mounted below it as well. */
static int attach_place(const char *name) {
  int tree = open_tree(AT_FDCWD, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return errno;
  struct mount_attr alone = {.attr_set = LENT_CLOSED, .propagation = MS_PRIVATE};
  struct mount_attr shared = {.propagation = MS_SHARED};
  bool done = mount_setattr(tree, "", AT_EMPTY_PATH, &alone, sizeof alone) == 0 &&
              mount_setattr(tree, "", AT_EMPTY_PATH, &shared, sizeof shared) == 0 &&
              move_mount(tree, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH) == 0;
  return done ? 0 : errno;
}

int lent_place(const char *name) {
  int error = enter();
  if (error) return error;
  // One that an earlier steward was asked for too.
  if (is_vacant_place(name)) detach(name);
  if (mkdir(name, 0700) != 0 || chmod(name, 0755) != 0) return errno;
  char mark[PATH_MAX];
  mark_of(name, mark);
  int file = open(mark, O_CREAT | O_EXCL | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0444);
  error = file < 0 ? errno : attach_place(name);
  if (error) detach(name);
  return error;
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
