#include "root.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../plain/files.h"
#include "etc.h"
#include "mounts.h"

/* Under which the new root is put together, and which it then replaces: any folder would do. */
#define SITE "/tmp"

/* Both are in the folder that the new root is. */
static const char *const folders[] = {"usr",  "etc",     "proc",     "dev",       "dev/shm",
                                      "tmp",  "run",     "var",      "workspace",
                                      "srv",  "mnt",     "opt",      "home",      "data"};
static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};
/* What leads into /usr, or on old systems is a folder by itself. */
static const char *const shortcuts[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
/* What the machine's owner has put into /usr is not for everybody to read. */
static const char *const hidden[] = {"usr/local", "usr/src"};
static const struct {
  const char *path, *to;
} links[] = {{"dev/fd", "/proc/self/fd"},
             {"dev/stdin", "/proc/self/fd/0"},
             {"dev/stdout", "/proc/self/fd/1"},
             {"dev/stderr", "/proc/self/fd/2"},
             {"var/tmp", "/tmp"},
             {"etc/mtab", "/proc/self/mounts"}};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static uint32_t first_user, users;
static const struct grants *grants;

void root_describe(uint32_t first, uint32_t count, const struct grants *granted) {
  first_user = first;
  users = count;
  grants = granted;
}

/* A copy of what is mounted at `path`, read-only, attached nowhere; -1 with errno. */
static int copy_tree(const char *path) {
  return mount_copy(path, AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

/* Attaches it, and lets go of it. */
static int put(int tree, const char *at) {
  int error = mount_attach(tree, at);
  close(tree);
  return error;
}

/* An empty file to mount on; 0 or an errno. */
static int make_place(int site, const char *path) {
  int file = openat(site, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0000);
  if (file < 0) return errno;
  close(file);
  return 0;
}

static int put_device(int site, const char *name) {
  char path[32];
  snprintf(path, sizeof path, "/dev/%s", name);
  int error = make_place(site, path + 1);
  if (error) return error;
  int tree = mount_copy(path, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  return tree < 0 ? errno : put(tree, path + 1);
}

/* One of the machine's, at the same place. */
static int put_folder(int site, const char *path) {
  if (mkdirat(site, path + 1, 0755) != 0) return errno;
  int tree = copy_tree(path);
  return tree < 0 ? errno : put(tree, path + 1);
}

static int put_shortcut(int site, const char *name) {
  char path[16], target[PATH_MAX];
  snprintf(path, sizeof path, "/%s", name);
  struct stat status;
  if (lstat(path, &status) != 0) return errno == ENOENT ? 0 : errno;
  if (S_ISLNK(status.st_mode)) {
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) return errno;
    target[length] = 0;
    return symlinkat(target, site, name) == 0 ? 0 : errno;
  }
  return put_folder(site, path);
}

/* Links into /usr, hundreds of them: shown where they are, as /usr is, and not copied. */
static int put_alternatives(int site) {
  static const char path[] = "/etc/alternatives";
  struct stat status;
  bool has_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
  return has_folder ? put_folder(site, path) : 0;
}

/* Until it is shut there is room for what the machine's owner shows there all the same. */
static int hide(int site, const char *path) {
  if (faccessat(site, path, F_OK, 0) != 0) return 0;
  return mount("none", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=4k,mode=755") == 0 ? 0 : errno;
}

static int shut(int site, const char *path) {
  if (faccessat(site, path, F_OK, 0) != 0) return 0;
  return mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0 ? 0
                                                                                           : errno;
}

/* Folders of the machine's that all jails see, taken before anything can hide them. */
static int share_tree[ORIEN_JAIL_SHARED];

static int take_shared(const char **what) {
  for (unsigned i = 0; i < grants->shares; i++) {
    share_tree[i] = copy_tree(*what = grants->shared[i].path);
    if (share_tree[i] < 0) return errno;
  }
  return 0;
}

static int put_granted(int site, const char **what) {
  int error = 0;
  for (unsigned i = 0; !error && i < grants->shares; i++) {
    const char *at = grants->shared[i].at + 1;
    error = folder_make_way(site, *what = at, true);
    if (!error) error = put(share_tree[i], at);
  }
  for (unsigned i = 0; !error && i < grants->devices; i++) {
    const char *device = grants->device[i] + 1;
    error = folder_make_way(site, *what = device, false);
    if (!error) error = make_place(site, device);
  }
  return error;
}

/* Everything in the folder that will be the root, which is the working one. */
static int fill(int site, int usr, const char **what) {
  int error = 0;
  for (unsigned i = 0; !error && i < COUNT(folders); i++)
    if (mkdirat(site, *what = folders[i], 0755) != 0) error = errno;
  if (!error) error = put(usr, *what = "usr");
  for (unsigned i = 0; !error && i < COUNT(hidden); i++) error = hide(site, *what = hidden[i]);
  for (unsigned i = 0; !error && i < COUNT(shortcuts); i++)
    error = put_shortcut(site, *what = shortcuts[i]);
  for (unsigned i = 0; !error && i < COUNT(devices); i++)
    error = put_device(site, *what = devices[i]);
  for (unsigned i = 0; !error && i < COUNT(links); i++)
    if (symlinkat(links[i].to, site, *what = links[i].path) != 0) error = errno;
  if (!error) error = put_granted(site, what);
  for (unsigned i = 0; !error && i < COUNT(hidden); i++) error = shut(site, *what = hidden[i]);
  *what = "etc";
  if (!error) error = etc_fill(site, first_user, users);
  if (!error) error = put_alternatives(site);
  // The kernel lets nobody mount a new one who does not see all of another.
  *what = "proc";
  if (!error && mount("/proc", "proc", NULL, MS_BIND, NULL) != 0) error = errno;
  return error;
}

int root_furnish(const char **what, int *beside) {
  (void)beside;
  *what = "mounts that are private";
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return errno;
  // Before anything can hide it.
  int usr = copy_tree(*what = "/usr");
  if (usr < 0) return errno;
  int error = take_shared(what);
  if (error) return error;
  *what = SITE;
  // World-readable in spite of the umask that everything else of ours has.
  umask(022);
  if (mount("root", SITE, "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=755") != 0) return errno;
  int site = open(SITE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (site < 0 || fchdir(site) != 0) return errno;
  error = fill(site, usr, what);
  close(site);
  if (error) return error;
  *what = "pivot_root";
  if (syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0) return errno;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof attributes) != 0) return errno;
  return chdir("/") == 0 ? 0 : errno;
}

static const unsigned long closed = MS_NOSUID | MS_NODEV;

enum { ROOM_BYTES = 256 << 20 };

int root_finish(void) {
  // Its own processes alone, and of those only a user's own.
  if (mount("proc", "/proc", "proc", closed | MS_NOEXEC | MS_RDONLY, "hidepid=2") != 0)
    return errno;
  // Charged to the memory of who writes there.
  char room[64];
  snprintf(room, sizeof room, "mode=1777,size=%d,nr_inodes=65536", ROOM_BYTES);
  if (mount("tmp", "/tmp", "tmpfs", closed, room) != 0) return errno;
  return mount("shm", "/dev/shm", "tmpfs", closed | MS_NOEXEC, room) == 0 ? 0 : errno;
}

int root_bound_files(uint64_t bytes) {
  if (bytes >= ROOM_BYTES) return 0;
  char room[40];
  snprintf(room, sizeof room, "size=%llu", (unsigned long long)bytes);
  if (mount(NULL, "/tmp", NULL, MS_REMOUNT | closed, room) != 0) return errno;
  return mount(NULL, "/dev/shm", NULL, MS_REMOUNT | closed | MS_NOEXEC, room) == 0 ? 0 : errno;
}
