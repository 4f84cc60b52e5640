#include "places.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../COrienJail/include/orien_jail.h"
#include "../plain/files.h"
#include "mounts.h"

enum { ENTRIES = 64 };

/* What was in a folder before this jail got one of its own in its place. */
struct entry {
  char name[NAME_MAX + 1], target[PATH_MAX];
  mode_t mode;
  int tree;
};

/* Folders that are this jail's own, until they are closed. */
struct own {
  char path[ORIEN_JAIL_PLACES][PATH_MAX];
  dev_t device[ORIEN_JAIL_PLACES];
  unsigned count;
};

static int note(DIR *folder, const char *name, struct entry *entry) {
  struct stat status;
  if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  snprintf(entry->name, sizeof entry->name, "%s", name);
  entry->mode = status.st_mode & S_IFMT;
  entry->tree = -1;
  if (entry->mode == S_IFLNK) {
    ssize_t length = readlinkat(dirfd(folder), name, entry->target, PATH_MAX - 1);
    if (length < 0) return errno;
    entry->target[length] = 0;
    return 0;
  }
  entry->tree = open_tree(dirfd(folder), name,
                          OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
  return entry->tree < 0 ? errno : 0;
}

static int note_all(const char *path, struct entry *entry, unsigned *count) {
  DIR *folder = opendir(path);
  if (!folder) return errno;
  int error = 0;
  for (struct dirent *found; !error && (found = readdir(folder));) {
    if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) continue;
    error = *count == ENTRIES ? EMFILE : note(folder, found->d_name, &entry[*count]);
    if (!error) (*count)++;
  }
  closedir(folder);
  return error;
}

static int make_file(int folder, const char *path) {
  int file = openat(folder, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0000);
  if (file < 0) return errno;
  close(file);
  return 0;
}

static int put_back(int folder, const struct entry *entry) {
  if (entry->mode == S_IFLNK) return symlinkat(entry->target, folder, entry->name) ? errno : 0;
  int error = entry->mode == S_IFDIR ? (mkdirat(folder, entry->name, 0755) ? errno : 0)
                                     : make_file(folder, entry->name);
  if (error) return error;
  return move_mount(entry->tree, "", folder, entry->name, MOVE_MOUNT_F_EMPTY_PATH) ? errno : 0;
}

/* Gives the jail a folder of its own in the place of one that all share, with the same in it. */
static int take_over(const char *path, struct own *own) {
  static struct entry entry[ENTRIES];
  unsigned count = 0;
  int error = note_all(path, entry, &count);
  int folder = -1;
  struct stat status;
  if (!error && mount("places", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=256k,mode=755") != 0)
    error = errno;
  if (!error && (folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) error = errno;
  for (unsigned i = 0; !error && i < count; i++) error = put_back(folder, &entry[i]);
  if (!error && fstat(folder, &status) != 0) error = errno;
  for (unsigned i = 0; i < count; i++)
    if (entry[i].tree >= 0) close(entry[i].tree);
  if (folder >= 0) close(folder);
  if (error) return error;
  snprintf(own->path[own->count], PATH_MAX, "%s", path);
  own->device[own->count++] = status.st_dev;
  return 0;
}

/* Whether it is on the root itself, which all share, and neither this jail's own nor something that
 * is mounted. */
static bool is_shared(const struct stat *folder) {
  struct stat root;
  return stat("/", &root) == 0 && folder->st_dev == root.st_dev;
}

static bool is_own(const struct own *own, const struct stat *folder) {
  for (unsigned i = 0; i < own->count; i++)
    if (own->device[i] == folder->st_dev) return true;
  return false;
}

/* Makes what the place is mounted on; 0 or an errno. */
static int make_way(const char *path, bool is_folder, struct own *own) {
  char way[PATH_MAX];
  struct stat status;
  snprintf(way, sizeof way, "%s", path);
  if (lstat(way, &status) == 0) return EEXIST;
  // The deepest folder that is there.
  for (char *slash; (slash = strrchr(way, '/')) && slash != way;) {
    *slash = 0;
    if (lstat(way, &status) == 0) break;
    if (errno != ENOENT) return errno;
  }
  if (!S_ISDIR(status.st_mode)) return ENOTDIR;
  if (!is_own(own, &status)) {
    if (!is_shared(&status) || strrchr(path, '/') == path) return EXDEV;
    int error = take_over(way, own);
    if (error) return error;
  }
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return errno;
  int error = folder_make_way(root, path + 1, is_folder);
  if (!error && !is_folder) error = make_file(root, path + 1);
  close(root);
  return error;
}

int places_put(char *const *place, const int *mount, unsigned count) {
  static struct own own;
  own.count = 0;
  int error = 0;
  mode_t mask = umask(022);
  for (unsigned i = 0; !error && i < count; i++) {
    const char *path = place[i] + 1;
    error = make_way(path, place[i][0] != ORIEN_JAIL_PLACE_SOCKET, &own);
    if (!error) error = mount_attach(mount[i], path);
  }
  umask(mask);
  struct mount_attr closed = {.attr_set = MOUNT_ATTR_RDONLY};
  for (unsigned i = 0; !error && i < own.count; i++)
    if (mount_setattr(AT_FDCWD, own.path[i], 0, &closed, sizeof closed) != 0) error = errno;
  return error;
}
