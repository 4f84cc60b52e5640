#include "life.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "../plain/files.h"
#include "../plain/process.h"

enum { PATH_BYTES = 64 };

/* Goes through a tree's list of the group until `see` answers true. */
typedef bool (*see)(const struct record *record, pid_t process, void *about);

static bool look(const struct record *record, int tree, see see, void *about) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "e%llu/cgroup.procs", (unsigned long long)record->group);
  int file = openat(record->groups.tree[tree].parent, path, O_RDONLY | O_CLOEXEC);
  FILE *list = file < 0 ? NULL : fdopen(file, "r");
  if (!list) {
    if (file >= 0) close(file);
    return false;
  }
  bool was_seen = false;
  int process;
  while (!was_seen && fscanf(list, "%d", &process) == 1) was_seen = see(record, process, about);
  fclose(list);
  return was_seen;
}

static bool see_any(const struct record *record, pid_t process, void *about) {
  (void)record, (void)process, (void)about;
  return true;
}

bool life_is_there(const struct record *record) {
  if (!record->is_there || !record->is_of_this_boot) return false;
  const struct groups *groups = &record->groups;
  char path[PATH_BYTES], text[256];
  // Also of groups within it, as a program may make that can.
  if (groups->unified >= 0) {
    snprintf(path, sizeof path, "e%llu/cgroup.events", (unsigned long long)record->group);
    if (file_read(groups->tree[groups->unified].parent, path, text, sizeof text) > 0 &&
        text_number(text, "populated"))
      return true;
  }
  for (int i = 0; i < groups->count; i++)
    if (look(record, i, see_any, NULL)) return true;
  return false;
}

struct count {
  uint32_t processes;
  pid_t holder;
};

static bool see_one_more(const struct record *record, pid_t process, void *about) {
  (void)record;
  struct count *count = about;
  if (process != count->holder) count->processes++;
  return false;
}

uint32_t life_count(const struct record *record) {
  struct record_first first;
  struct count count = {.holder = record_first(record, &first) ? first.holder : 0};
  const struct groups *groups = &record->groups;
  if (groups->count > 0)
    look(record, groups->unified < 0 ? 0 : groups->unified, see_one_more, &count);
  return count.processes;
}

/* Whether the process of that number is in the group, in whichever tree, or in one within it. */
static bool is_in_group(const struct record *record, pid_t process) {
  char path[32], group[PATH_BYTES], text[4096];
  snprintf(path, sizeof path, "/proc/%d/cgroup", (int)process);
  snprintf(group, sizeof group, "/%s/e%llu", record->groups.name,
           (unsigned long long)record->group);
  if (file_read(AT_FDCWD, path, text, sizeof text) <= 0) return false;
  for (const char *at = text; (at = strstr(at, group)); at++) {
    char next = at[strlen(group)];
    if (next == '\n' || next == '/' || !next) return true;
  }
  return false;
}

static void signal_proven(const struct record *record, pid_t process, int signal,
                          uint64_t started) {
  if (process <= 1) return;
  int handle = pidfd_open(process, 0);
  if (handle < 0) return;
  struct pollfd ended = {.fd = handle, .events = POLLIN};
  // What was read of that number was read of this process, if it lives after that.
  bool is_it = is_in_group(record, process) &&
               (!started || process_started(process) == started) && poll(&ended, 1, 0) == 0;
  if (is_it) pidfd_send_signal(handle, signal, NULL, 0);
  close(handle);
}

void life_ask_to_end(const struct record *record) {
  struct record_first first;
  if (record_first(record, &first) && first.started)
    signal_proven(record, first.process, SIGTERM, first.started);
}

static bool see_killed(const struct record *record, pid_t process, void *about) {
  (void)about;
  signal_proven(record, process, SIGKILL, 0);
  return false;
}

void life_kill(const struct record *record) {
  group_kill(&record->groups, group_alone(record->group));
  // What the kernel cannot kill as one, and what has left the tree in which it can.
  for (int i = 0; i < record->groups.count; i++) look(record, i, see_killed, NULL);
}

void life_settle(const struct record *record) {
  if (!record->is_there || !record->is_of_this_boot) return;
  struct orien_jail_end usage = {0};
  const struct group_time none = {0};
  struct group_numbers group = group_alone(record->group);
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "e%llu", (unsigned long long)record->group);
  bool is_there = false;
  for (int i = 0; i < record->groups.count; i++)
    is_there |= faccessat(record->groups.tree[i].parent, path, F_OK, 0) == 0;
  if (!is_there) return;
  group_read(&record->groups, &group, &none, &usage);
  // Until that is kept the group is, which has it.
  if (record_put_usage(record->folder, &usage) == 0)
    group_remove(&record->groups, group_alone(record->group));
}
