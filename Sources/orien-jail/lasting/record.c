#include "record.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../plain/files.h"

enum { TEXT_BYTES = 8192, BOOT_BYTES = 64 };

static const char *const files[] = {
    "record", "record.new", "first", "first.new", "end", "end.new", "usage", "usage.new",
    ORIEN_JAIL_OUTPUT, ORIEN_JAIL_OLD_OUTPUT};

/* Whole, or as it was; 0 or an errno. */
static int put(int folder, const char *name, const char *text) {
  char draft[32];
  snprintf(draft, sizeof draft, "%s.new", name);
  int file = openat(folder, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  size_t length = strlen(text);
  ssize_t written = write(file, text, length);
  int error = written < 0 ? errno : written == (ssize_t)length ? 0 : ENOSPC;
  if (!error && fsync(file) != 0) error = errno;
  close(file);
  if (!error && renameat(folder, draft, folder, name) != 0) error = errno;
  if (!error && fsync(folder) != 0) error = errno;
  return error;
}

static void read_boot(char boot[BOOT_BYTES]) {
  if (file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, BOOT_BYTES) < 0) boot[0] = 0;
  boot[strcspn(boot, "\n")] = 0;
}

/* Adds the tree whose folder of ours is at `path`; where that is gone so is all that was in it. */
static void add_tree(struct groups *groups, const char *path) {
  if (groups->count == GROUP_TREES) return;
  groups->tree[groups->count].base = -1;
  groups->tree[groups->count++].parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void read_line(struct record *record, const char *line, int *controller) {
  struct groups *groups = &record->groups;
  char word[PATH_MAX], boot[BOOT_BYTES];
  unsigned long long number;
  int tree, version, more;
  if (sscanf(line, "boot %63s", word) == 1) {
    read_boot(boot);
    record->is_of_this_boot = strcmp(word, boot) == 0;
  } else if (sscanf(line, "group %llu", &number) == 1) {
    record->group = number;
  } else if (sscanf(line, "began %llu", &number) == 1) {
    record->began_milliseconds = number;
  } else if (sscanf(line, "name %31s", groups->name) == 1) {
    return;
  } else if (sscanf(line, "unified %d %d %d", &tree, &version, &more) == 3) {
    groups->unified = tree;
    groups->can_kill = version;
    groups->can_meter = more;
  } else if (sscanf(line, "controller %d %d", &tree, &version) == 2) {
    if (*controller == GROUP_CONTROLLERS) return;
    groups->of[*controller] = tree;
    groups->version[(*controller)++] = version;
  } else if (sscanf(line, "tree %4095[^\n]", word) == 1) {
    add_tree(groups, word);
  }
}

/* What leads nowhere is as if it were not there. */
static bool is_sound(const struct groups *groups) {
  bool sound = groups->unified < groups->count && groups->name[0];
  for (int i = 0; i < GROUP_CONTROLLERS; i++) sound = sound && groups->of[i] < groups->count;
  return sound;
}

int record_open(struct record *record, int root, const char *name) {
  *record = (struct record){.groups = {.unified = -1}};
  record->folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (record->folder < 0) return errno == ENOENT ? 0 : errno;
  char text[TEXT_BYTES];
  if (file_read(record->folder, "record", text, sizeof text) < 0)
    return errno == ENOENT ? 0 : errno;
  int controller = 0;
  for (char *line = text; line && *line; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    read_line(record, line, &controller);
  }
  record->groups.common = record->groups.count;
  record->is_there = record->group != 0 && controller == GROUP_CONTROLLERS &&
                     is_sound(&record->groups);
  return record->is_there ? 0 : EBADMSG;
}

/* The path of a folder that is open; 0 or an errno. */
static int find_path(int folder, char path[PATH_MAX]) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return errno;
  path[length] = 0;
  return strchr(path, '\n') ? EINVAL : 0;
}

static int write_groups(const struct groups *groups, char *text, size_t size) {
  size_t used = strlen(text);
  for (int i = 0; i < GROUP_CONTROLLERS; i++)
    used += (size_t)snprintf(text + used, size - used, "controller %d %d\n", groups->of[i],
                             groups->version[i]);
  for (int i = 0; i < groups->count; i++) {
    char path[PATH_MAX];
    int error = find_path(groups->tree[i].parent, path);
    if (error) return error;
    used += (size_t)snprintf(text + used, size - used, "tree %s\n", path);
    if (used >= size) return ENAMETOOLONG;
  }
  return 0;
}

/* Its folder, and its owner's; 0 or an errno. */
static int make_folder(int root, const char *name) {
  char owner[NAME_MAX + 1];
  snprintf(owner, sizeof owner, "%.*s", (int)strcspn(name, "/"), name);
  if (mkdirat(root, owner, 0755) != 0 && errno != EEXIST) return errno;
  if (mkdirat(root, name, 0755) != 0 && errno != EEXIST) return errno;
  int folder = openat(root, owner, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return errno;
  int error = fsync(folder) != 0 || fsync(root) != 0 ? errno : 0;
  close(folder);
  return error;
}

int record_write(struct record *record, int root, const char *name) {
  int error = make_folder(root, name);
  if (error) return error;
  if (record->folder < 0)
    record->folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (record->folder < 0) return errno;
  const struct groups *groups = &record->groups;
  char text[TEXT_BYTES], boot[BOOT_BYTES];
  read_boot(boot);
  snprintf(text, sizeof text, "boot %s\ngroup %llu\nbegan %llu\nname %s\nunified %d %d %d\n", boot,
           (unsigned long long)record->group, (unsigned long long)record->began_milliseconds,
           groups->name, groups->unified, groups->can_kill, groups->can_meter);
  error = write_groups(groups, text, sizeof text);
  if (!error) error = put(record->folder, "record", text);
  record->is_there = record->is_of_this_boot = !error;
  return error;
}

/* Removes our own groups where no other program has one in them. */
static void remove_parents(const struct groups *groups) {
  char path[PATH_MAX];
  for (int i = 0; i < groups->count; i++)
    if (groups->tree[i].parent >= 0 && find_path(groups->tree[i].parent, path) == 0)
      unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

void record_forget(struct record *record, int root, const char *name) {
  if (record->folder < 0) return;
  if (record->is_of_this_boot) remove_parents(&record->groups);
  // What says that there is one goes last: until then it can be forgotten again.
  for (unsigned i = sizeof files / sizeof *files; i-- > 0;) unlinkat(record->folder, files[i], 0);
  unlinkat(root, name, AT_REMOVEDIR);
  char owner[NAME_MAX + 1];
  snprintf(owner, sizeof owner, "%.*s", (int)strcspn(name, "/"), name);
  unlinkat(root, owner, AT_REMOVEDIR);
  record_close(record);
}

void record_close(struct record *record) {
  if (record->folder >= 0) close(record->folder);
  groups_close(&record->groups);
  *record = (struct record){.folder = -1, .groups = {.unified = -1}};
}

int record_put_first(int folder, const struct record_first *first) {
  char text[96];
  snprintf(text, sizeof text, "%d %llu %d\n", (int)first->process,
           (unsigned long long)first->started, (int)first->holder);
  return put(folder, "first", text);
}

bool record_first(const struct record *record, struct record_first *first) {
  char text[96];
  unsigned long long started;
  if (file_read(record->folder, "first", text, sizeof text) < 0 ||
      sscanf(text, "%d %llu %d", &first->process, &started, &first->holder) != 3)
    return false;
  first->started = started;
  return true;
}

int record_put_end(int folder, const struct record_end *end) {
  char text[96];
  snprintf(text, sizeof text, "%llu %d %u\n", (unsigned long long)end->ended_milliseconds,
           end->status, end->hits);
  return put(folder, "end", text);
}

bool record_end(const struct record *record, struct record_end *end) {
  char text[96];
  unsigned long long ended;
  if (file_read(record->folder, "end", text, sizeof text) < 0 ||
      sscanf(text, "%llu %d %u", &ended, &end->status, &end->hits) != 3)
    return false;
  end->ended_milliseconds = ended;
  return true;
}

int record_put_usage(int folder, const struct orien_jail_end *usage) {
  char text[160];
  snprintf(text, sizeof text, "%llu %llu %llu %llu %llu %u\n",
           (unsigned long long)usage->cpu_user_microseconds,
           (unsigned long long)usage->cpu_system_microseconds,
           (unsigned long long)usage->memory_peak_bytes, (unsigned long long)usage->read_bytes,
           (unsigned long long)usage->written_bytes, usage->metered_by);
  return put(folder, "usage", text);
}

bool record_usage(const struct record *record, struct orien_jail_end *usage) {
  char text[160];
  unsigned long long figure[5];
  if (file_read(record->folder, "usage", text, sizeof text) < 0 ||
      sscanf(text, "%llu %llu %llu %llu %llu %u", &figure[0], &figure[1], &figure[2], &figure[3],
             &figure[4], &usage->metered_by) != 6)
    return false;
  usage->cpu_user_microseconds = figure[0];
  usage->cpu_system_microseconds = figure[1];
  usage->memory_peak_bytes = figure[2];
  usage->read_bytes = figure[3];
  usage->written_bytes = figure[4];
  return true;
}

uint64_t record_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (uint64_t)time.tv_sec * 1000U + (uint64_t)time.tv_nsec / 1000000U;
}
