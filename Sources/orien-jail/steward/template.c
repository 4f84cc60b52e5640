#include "template.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "tool.h"

enum {
  BLOCK_BYTES = 4096,
  INODE_BYTES = 256,
  /* What ext4 keeps of inodes for itself. */
  RESERVED_FILES = 10,
  LEAST_BYTES = 1 << 20,
  TRIES = 8,
  PATIENCE_MILLISECONDS = 20000,
};

/* A draft, that is never mounted as a session's. */
static const char draft[] = "draft", draft_place[] = "mounts/draft";

struct size {
  uint64_t bytes, files;
};

static bool make(struct size size, const struct owner *owner) {
  int file = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool is_sized = ftruncate(file, (off_t)size.bytes) == 0;
  int error = errno;
  close(file);
  errno = error;
  if (!is_sized) return false;
  char files[24], more[80];
  snprintf(files, sizeof files, "%" PRIu64, size.files);
  snprintf(more, sizeof more, "lazy_itable_init=1,nodiscard,root_owner=%u:%u", owner->user,
           owner->group);
  char *const argument[] = {"mkfs.ext4", "-q", "-F", "-b", "4096", "-I", "256", "-m", "0", "-N",
                            files, "-O", "^has_journal,^resize_inode", "-e", "remount-ro", "-E",
                            more, (char *)draft, NULL};
  errno = ENOEXEC;
  return tool_run(argument, PATIENCE_MILLISECONDS) == 0;
}

/* How much of it programs can use; takes away what was put into it. */
static bool weigh(struct size *has) {
  int file = image_lock(draft);
  if (file < 0) return false;
  int error = image_mount(file, draft);
  close(file);
  errno = error;
  if (error) return false;
  char found[IMAGE_PATH_BYTES];
  snprintf(found, sizeof found, "%s/lost+found", draft_place);
  rmdir(found);
  struct statfs room;
  error = statfs(draft_place, &room) == 0 && chmod(draft_place, 0700) == 0 ? 0 : errno;
  // Blocks that nobody has count as room, but for those that ext4 keeps for itself.
  has->bytes = (room.f_blocks - (room.f_bfree - room.f_bavail)) * (uint64_t)room.f_bsize;
  has->files = room.f_ffree;
  int unmounted = image_unmount(draft, 0);
  rmdir(draft_place);
  errno = error ? error : unmounted;
  return errno == 0;
}

/* Makes smaller ones until it is no more than is wanted: ext4 rounds up, and nobody knows what it
 * takes for itself. */
static bool fit(const struct images_options *want, const char **what) {
  struct size size = {.files = want->files + RESERVED_FILES}, has;
  size.bytes = want->bytes + want->bytes / 50 + size.files * INODE_BYTES + (1 << 20);
  uint64_t step = 0;
  for (unsigned i = 0; i < TRIES; i++) {
    size.bytes -= size.bytes % BLOCK_BYTES;
    *what = "mkfs.ext4";
    if (!make(size, want->owner)) return false;
    *what = "mounting an image";
    if (!weigh(&has)) return false;
    if (has.bytes <= want->bytes && has.files <= want->files) return true;
    if (has.bytes > want->bytes) size.bytes -= has.bytes - want->bytes + BLOCK_BYTES;
    // In each group of blocks the number is rounded up by itself.
    step += 16 * (1 + size.bytes / (128 << 20));
    if (has.files > want->files && size.files > step) size.files -= step;
  }
  *what = "an image of that many bytes and files";
  errno = ERANGE;
  return false;
}

/* One that a crash has left half of would be all images' fault. */
static bool keep(const char *path, const char **what) {
  *what = "keeping an image";
  int file = open(draft, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  int error = file >= 0 && fsync(file) == 0 ? 0 : errno;
  if (file >= 0) close(file);
  if (!error && rename(draft, path) != 0) error = errno;
  errno = error;
  return error == 0;
}

bool template_make(const struct images_options *options, char path[IMAGE_PATH_BYTES],
                   const char **what) {
  snprintf(path, IMAGE_PATH_BYTES, "template-%" PRIu64 "-%" PRIu64 "-%u", options->bytes,
           options->files, options->owner->user);
  int file = image_lock(path);
  bool is_made = file >= 0 && image_is_clean(file);
  if (file >= 0) close(file);
  if (is_made) return true;
  *what = "an image of less than 1 MiB";
  errno = ERANGE;
  if (options->bytes < LEAST_BYTES) return false;
  if (fit(options, what) && keep(path, what)) return true;
  int error = errno;
  unlink(draft);
  errno = error;
  return false;
}
