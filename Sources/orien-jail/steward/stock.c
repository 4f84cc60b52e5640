#include "stock.h"

#include "../plain/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  STOCK = 4,
  /* As long as half of them are there, whoever has got one has disk and processors to itself for
   * so long, before another is made. */
  CALM_MILLISECONDS = 50,
};

static const char *template;
/* Some are there, by number. */
static bool has[STOCK];
/* Where nobody has ever asked for one, one will do. */
static bool was_asked;
static uint64_t calm_until;

/* Both, as long as it is stock, by this name. */
static void name_of(unsigned number, char name[IMAGE_PATH_BYTES]) {
  snprintf(name, IMAGE_PATH_BYTES, "stock-%u", number);
}

/* What is mounted and in use stays so. */
static int unmount_rest(void) {
  DIR *mounts = opendir("mounts");
  if (!mounts) return errno;
  for (struct dirent *entry; (entry = readdir(mounts));) {
    if (entry->d_name[0] == '.') continue;
    char place[sizeof "mounts/" + sizeof entry->d_name];
    snprintf(place, sizeof place, "mounts/%s", entry->d_name);
    umount2(place, UMOUNT_NOFOLLOW);
    rmdir(place);
  }
  closedir(mounts);
  return 0;
}

/* Whatever else is a file here. */
static int unlink_rest(void) {
  DIR *here = opendir(".");
  if (!here) return errno;
  for (struct dirent *entry; (entry = readdir(here));) {
    bool is_ours = entry->d_name[0] == '.' || strcmp(entry->d_name, "mounts") == 0 ||
                   strcmp(entry->d_name, "lent") == 0 || strcmp(entry->d_name, template) == 0;
    if (!is_ours) unlink(entry->d_name);
  }
  closedir(here);
  return 0;
}

int stock_begin(const char *path) {
  template = path;
  int error = unmount_rest();
  return error ? error : unlink_rest();
}

static int find(bool is_there) {
  for (int i = 0; i < STOCK; i++)
    if (has[i] == is_there) return i;
  return -1;
}

bool stock_wants(void) { return was_asked ? find(false) >= 0 : find(true) < 0; }

uint64_t stock_due(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < STOCK; i++) count += has[i];
  return count < STOCK / 2 ? 0 : calm_until;
}

int stock_add(void) {
  int number = find(false);
  char name[IMAGE_PATH_BYTES];
  name_of((unsigned)number, name);
  unlink(name);
  int file = image_copy(template, name);
  if (file < 0) return errno;
  int error = image_mount(file, name);
  close(file);
  if (!error && (error = image_begin(name)) != 0) image_unmount(name, 0);
  if (error) unlink(name);
  has[number] = !error;
  return error;
}

/* The mount first: a file without it can be mounted again. */
static int rename_to(const char *stock, const char *name) {
  char from[IMAGE_PATH_BYTES], to[IMAGE_PATH_BYTES], file[IMAGE_PATH_BYTES];
  image_place(stock, from);
  image_place(name, to);
  image_file(name, file);
  const char *mounted = from;
  int error = mkdir(to, 0700) == 0 || errno == EEXIST ? 0 : errno;
  if (!error && move_mount(AT_FDCWD, from, AT_FDCWD, to, 0) != 0) error = errno;
  if (!error) mounted = to;
  if (!error && renameat2(AT_FDCWD, stock, AT_FDCWD, file, RENAME_NOREPLACE) != 0) error = errno;
  if (error) {
    umount2(mounted, MNT_DETACH | UMOUNT_NOFOLLOW);
    unlink(stock);
    rmdir(to);
  }
  rmdir(from);
  return error;
}

int stock_give(const char *name) {
  was_asked = true;
  int number = find(true);
  if (number < 0) {
    number = find(false);
    int error = stock_add();
    if (error) return error;
  }
  has[number] = false;
  // Calls that come one upon the other do not put it off again and again.
  uint64_t now = now_nanoseconds();
  if (calm_until <= now) calm_until = now + CALM_MILLISECONDS * 1000000ULL;
  char stock[IMAGE_PATH_BYTES];
  name_of((unsigned)number, stock);
  return rename_to(stock, name);
}
