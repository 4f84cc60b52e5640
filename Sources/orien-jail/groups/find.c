/* Where the trees of control groups are mounted, where in them we are, and what is ours to use. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../plain/files.h"
#include "../plain/process.h"
#include "disk.h"
#include "groups.h"

static const char *const controllers[GROUP_CONTROLLERS] = {"memory", "cpu", "pids", "io"};
static const char *const controllers_1[GROUP_CONTROLLERS] = {"memory", "cpu", "pids", "blkio"};

/* What the mounts are gone through for. */
enum visit { VISIT_VERSION_2, VISIT_VERSION_1, VISIT_DISK };

/* Whether `word` is one of the words that commas or blanks part in `list`. */
static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)); at += length) {
    bool begins = at == list || at[-1] == ',' || at[-1] == ' ';
    bool ends = !at[length] || strchr(", \n", at[length]);
    if (begins && ends) return true;
  }
  return false;
}

/* Our group in the tree that has `controller`, "" for version 2; false where there is none. */
static bool own_path(const char *own, const char *controller, char *path, size_t size) {
  for (const char *line = own; line && *line; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    char list[256];
    int start = 0;
    if (sscanf(line, "%*u:%255[^:\n]:%n", list, &start) < 1) {
      list[0] = 0;
      start = 0;
      sscanf(line, "%*u::%n", &start);
    }
    if (start == 0 || !(controller[0] ? has_word(list, controller) : list[0] == 0)) continue;
    size_t length = strcspn(line + start, "\n");
    if (length >= size) return false;
    memcpy(path, line + start, length);
    path[length] = 0;
    return true;
  }
  return false;
}

/* Whether `name` is what `step_aside` calls a leaf, of whatever node. */
static bool is_leaf(const char *name) {
  static const char digits[] = "0123456789abcdef";
  return strncmp(name, "orien-", 6) == 0 && strspn(name + 6, digits) == 16 &&
         strcmp(name + 22, "-node") == 0;
}

/* Where a keeper has stepped aside, whoever is started after it stands in the leaf, and what is his
 * to use is around that. */
static void leave_leaf(char *path) {
  char *last = strrchr(path, '/');
  if (last && is_leaf(last + 1)) *last = 0;
}

/* Undoes the `\040` of mountinfo in place. */
static void unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from; to++) {
    unsigned code;
    if (from[0] == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
      *to = (char)code;
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = 0;
}

/* Makes our parent in the group at `path`; its tree, or -1. */
static int add_parent(struct groups *groups, const char *path) {
  int base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) return -1;
  if (mkdirat(base, groups->name, 0755) != 0 && errno != EEXIST) {
    close(base);
    return -1;
  }
  int parent = openat(base, groups->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (parent < 0) {
    close(base);
    return -1;
  }
  groups->tree[groups->count].base = base;
  groups->tree[groups->count].parent = parent;
  return groups->count++;
}

/* The same in the tree mounted at `mount`, whose root is `root` of the whole tree. */
static int add_tree(struct groups *groups, const char *mount, const char *root, const char *own) {
  if (groups->count == GROUP_TREES) return -1;
  int top = groups->where == GROUP_ON_TOP ? add_parent(groups, mount) : -1;
  if (top >= 0) return top;
  size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
  bool is_below = strncmp(own, root, skip) == 0 && (own[skip] == '/' || !own[skip]);
  if (!is_below || strstr(own, "/..")) return -1;
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s%s", mount, own + skip);
  return add_parent(groups, path);
}

/* A group of version 2 that has processes gives no memory controller to its children. Where we and
 * the node are alone in ours, as in a service with Delegate=yes, both move into a leaf. */
static bool step_aside(const struct groups *groups) {
  int base = groups->tree[groups->unified].base;
  char text[256], leaf[48], procs[64];
  if (file_read(base, "cgroup.procs", text, sizeof text) <= 0) return false;
  pid_t node = getppid(), self = getpid();
  for (char *at = text, *end; *at; at = end + (*end == '\n')) {
    pid_t process = (pid_t)strtol(at, &end, 10);
    if (end == at || (process != node && process != self)) return false;
  }
  snprintf(leaf, sizeof leaf, "%s-node", groups->name);
  snprintf(procs, sizeof procs, "%s/cgroup.procs", leaf);
  if (mkdirat(base, leaf, 0755) != 0 && errno != EEXIST) return false;
  snprintf(text, sizeof text, "%d", (int)node);
  return file_write(base, procs, text) == 0 && file_write(base, procs, "0") == 0;
}

static void enable(struct groups *groups, enum group_controller controller) {
  int base = groups->tree[groups->unified].base;
  int parent = groups->tree[groups->unified].parent;
  char word[16], text[256];
  snprintf(word, sizeof word, "+%s", controllers[controller]);
  int error = file_write(base, "cgroup.subtree_control", word);
  if (error == EBUSY && step_aside(groups)) file_write(base, "cgroup.subtree_control", word);
  file_write(parent, "cgroup.subtree_control", word);
  if (file_read(parent, "cgroup.subtree_control", text, sizeof text) < 0) return;
  if (!has_word(text, controllers[controller])) return;
  groups->of[controller] = groups->unified;
  groups->version[controller] = 2;
}

static void use_unified(struct groups *groups, enum group_mode mode, int tree) {
  if (tree < 0) return;
  groups->unified = tree;
  groups->can_meter = true;
  groups->can_kill = faccessat(groups->tree[tree].parent, "cgroup.kill", W_OK, 0) == 0;
  if (mode == GROUP_V1) return;
  for (int i = 0; i < GROUP_CONTROLLERS; i++) enable(groups, (enum group_controller)i);
}

static void use_version_1(struct groups *groups, bool is_disk, const char *mount,
                          const char *root, const char *options, const char *own) {
  int tree = -1;
  char path[PATH_MAX];
  for (int i = GROUP_MEMORY; i <= GROUP_IO; i++) {
    if ((i == GROUP_IO) != is_disk) continue;
    if (groups->of[i] >= 0 || !has_word(options, controllers_1[i])) continue;
    if (tree < 0 && own_path(own, controllers_1[i], path, sizeof path))
      tree = add_tree(groups, mount, root, path);
    if (tree < 0) return;
    groups->of[i] = tree;
    groups->version[i] = 1;
  }
}

static void visit_mounts(struct groups *groups, enum group_mode mode, const char *own,
                         enum visit visit) {
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  if (!mounts) return;
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, mounts) > 0) {
    char *root = NULL, *mount = NULL, *options = NULL, *kind = NULL;
    const char *parted = strstr(line, " - ");
    if (!parted || sscanf(line, "%*s %*s %*s %ms %ms", &root, &mount) != 2 ||
        sscanf(parted, " - %ms %*s %ms", &kind, &options) != 2) {
      // No line of the kernel's looks so: it is not about a mount of ours.
    } else {
      unescape(root);
      unescape(mount);
      char path[PATH_MAX];
      if (visit == VISIT_VERSION_2 && groups->unified < 0 && strcmp(kind, "cgroup2") == 0 &&
          own_path(own, "", path, sizeof path)) {
        leave_leaf(path);
        use_unified(groups, mode, add_tree(groups, mount, root, path));
      }
      if (visit != VISIT_VERSION_2 && strcmp(kind, "cgroup") == 0)
        use_version_1(groups, visit == VISIT_DISK, mount, root, options, own);
    }
    free(root);
    free(mount);
    free(options);
    free(kind);
  }
  free(line);
  fclose(mounts);
}

void groups_find(struct groups *groups, enum group_mode mode, enum group_base where,
                 const char *name, const char *workspaces) {
  *groups = (struct groups){.unified = -1, .where = where};
  for (int i = 0; i < GROUP_CONTROLLERS; i++) groups->of[i] = -1;
  snprintf(groups->name, sizeof groups->name, "%s", name);
  if (mode == GROUP_NONE) return;
  static char own[16384];
  if (file_read(AT_FDCWD, "/proc/self/cgroup", own, sizeof own) < 0) return;
  visit_mounts(groups, mode, own, VISIT_VERSION_2);
  if (mode != GROUP_V2) visit_mounts(groups, mode, own, VISIT_VERSION_1);
  groups->common = groups->count;
  if (workspaces) disk_find(groups->disk, sizeof groups->disk, workspaces);
  if (groups->disk[0] && mode != GROUP_V2) visit_mounts(groups, mode, own, VISIT_DISK);
  if (groups->of[GROUP_IO] < 0) groups->disk[0] = 0;
}

void groups_keep(struct groups *groups) {
  // What one leaves of memory, and takes of time after it was waited for, is not the next one's to
  // pay.
  for (int i = 0; i < groups->common; i++)
    groups->tree[i].serves_again = i != groups->of[GROUP_MEMORY] && i != groups->of[GROUP_IO] &&
                                   i != groups->unified;
}

void groups_close(struct groups *groups) {
  while (groups->count > 0) {
    groups->count--;
    close(groups->tree[groups->count].base);
    close(groups->tree[groups->count].parent);
  }
  *groups = (struct groups){.unified = -1};
  for (int i = 0; i < GROUP_CONTROLLERS; i++) groups->of[i] = -1;
}
