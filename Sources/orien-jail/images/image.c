#include "image.h"

#include <fcntl.h>
#include <fts.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop.h"

/* Of ext4's first block: where it is, and in it. */
enum { SUPERBLOCK = 1024, MAGIC_AT = 56, STATE_AT = 58, MAGIC = 0xef53, STATE_CLEAN = 1 };

void image_place(const char *name, char path[IMAGE_PATH_BYTES]) {
  snprintf(path, IMAGE_PATH_BYTES, "mounts/%s", name);
}

void image_file(const char *name, char path[IMAGE_PATH_BYTES]) {
  snprintf(path, IMAGE_PATH_BYTES, "../%s.image", name);
}

static int lock(int file) {
  if (file < 0 || flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}

/* What somebody else has made the kernel is not to be shown as a disk. */
static int ours(int file) {
  struct stat status;
  if (file < 0) return -1;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid())
    return file;
  close(file);
  errno = EPERM;
  return -1;
}

int image_lock(const char *path) {
  return lock(ours(open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)));
}

bool image_is_clean(int file) {
  uint8_t block[STATE_AT + 2];
  if (pread(file, block, sizeof block, SUPERBLOCK) != (ssize_t)sizeof block) return false;
  unsigned magic = block[MAGIC_AT] | (unsigned)block[MAGIC_AT + 1] << 8;
  unsigned state = block[STATE_AT] | (unsigned)block[STATE_AT + 1] << 8;
  // Another bit says that it has been seen to be broken.
  return magic == MAGIC && state == STATE_CLEAN;
}

int image_mount(int file, const char *name) {
  char device[LOOP_PATH_BYTES], place[IMAGE_PATH_BYTES];
  image_place(name, place);
  int held = loop_attach(file, device);
  if (held < 0) return errno;
  int error = mkdir(place, 0700) == 0 || errno == EEXIST ? 0 : errno;
  // Tables of files that nobody has made yet are holes, and need not be written to say so.
  static const char options[] = "noinit_itable,errors=remount-ro";
  if (!error && mount(device, place, "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME, options) != 0) {
    error = errno;
    rmdir(place);
  }
  close(held);
  return error;
}

int image_root(const char *name) {
  char place[IMAGE_PATH_BYTES];
  image_place(name, place);
  int root = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat here, around;
  if (root < 0) return -1;
  if (fstat(root, &here) == 0 && stat("mounts", &around) == 0 && here.st_dev != around.st_dev)
    return root;
  close(root);
  errno = ENOENT;
  return -1;
}

int image_begin(const char *name) {
  int root = image_root(name);
  if (root < 0) return errno;
  // One without a name wants a place in the tables as any does, and gives it back.
  int file = openat(root, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  int error = file < 0 ? errno : 0;
  struct stat status;
  // What has a name is looked for among the root's entries before.
  if (!error && fstatat(root, "first", &status, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
    error = errno;
  if (file >= 0) close(file);
  close(root);
  return error;
}

bool image_is_of(int root, const struct owner *owner) {
  struct stat status;
  return fstat(root, &status) == 0 && status.st_uid == owner->user &&
         status.st_gid == owner->group;
}

int image_give(int root, const struct owner *owner) {
  char *const here[] = {".", NULL};
  if (fchdir(root) != 0) return errno;
  FTS *walk = fts_open(here, FTS_PHYSICAL | FTS_XDEV, NULL);
  if (!walk) return errno;
  int error = 0;
  for (FTSENT *entry; !error && (entry = fts_read(walk));) {
    // Its root last: until that is his all the rest is given once more.
    if (entry->fts_info == FTS_D) continue;
    bool is_seen = entry->fts_info != FTS_DNR && entry->fts_info != FTS_NS &&
                   entry->fts_info != FTS_ERR;
    if (!is_seen)
      error = entry->fts_errno;
    else if (lchown(entry->fts_accpath, owner->user, owner->group) != 0)
      error = errno;
  }
  fts_close(walk);
  return error;
}

/* The pieces that are no holes; 0 or an errno. */
static int copy_pieces(int from, int to) {
  struct stat status;
  if (fstat(from, &status) != 0 || ftruncate(to, status.st_size) != 0) return errno;
  for (off_t end = 0, start; end < status.st_size;) {
    start = lseek(from, end, SEEK_DATA);
    if (start < 0) return errno == ENXIO ? 0 : errno;
    end = lseek(from, start, SEEK_HOLE);
    if (end < 0) return errno;
    for (off_t to_place = start; start < end;) {
      ssize_t moved = copy_file_range(from, &start, to, &to_place, (size_t)(end - start), 0);
      if (moved < 0) return errno;
      if (moved == 0) return EIO;
    }
  }
  return 0;
}

int image_copy(const char *template, const char *path) {
  int from = open(template, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (from < 0) return -1;
  int to = lock(open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  int error = to < 0 ? errno : 0;
  // Where the disk can share blocks there is nothing to copy.
  if (!error && ioctl(to, FICLONE, from) != 0) error = copy_pieces(from, to);
  close(from);
  if (!error) return to;
  if (to >= 0) {
    unlink(path);
    close(to);
  }
  errno = error;
  return -1;
}

int image_unmount(const char *name, int flags) {
  char place[IMAGE_PATH_BYTES];
  image_place(name, place);
  return umount2(place, UMOUNT_NOFOLLOW | flags) == 0 ? 0 : errno;
}
