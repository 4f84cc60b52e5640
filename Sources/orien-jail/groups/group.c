/* One group: made, limited, entered, killed, removed. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../walls/defence.h"
#include "../plain/files.h"
#include "../plain/process.h"
#include "disk.h"
#include "groups.h"

enum { PATH_BYTES = 64 };

/* False: it has none in this tree. */
static bool group_path(char path[PATH_BYTES], const struct groups *groups, int tree,
                       struct group_numbers group, const char *file) {
  uint64_t number = groups->tree[tree].serves_again ? group.kept : group.number;
  snprintf(path, PATH_BYTES, "e%llu%s%s", (unsigned long long)number, file ? "/" : "",
           file ? file : "");
  return number != 0;
}

static int write_file(const struct groups *groups, int tree, struct group_numbers group,
                      const char *file, const char *text) {
  char path[PATH_BYTES];
  return group_path(path, groups, tree, group, file)
             ? file_write(groups->tree[tree].parent, path, text)
             : 0;
}

static int group_write(const struct groups *groups, enum group_controller controller,
                       struct group_numbers group, const char *file, const char *text) {
  return write_file(groups, groups->of[controller], group, file, text);
}

uint64_t group_number(void) {
  static uint64_t last;
  uint64_t now = now_nanoseconds();
  last = now > last ? now : last + 1;
  return last;
}

static int put_cpu(const struct groups *groups, struct group_numbers group, uint64_t percent);
static int put_processes(const struct groups *groups, struct group_numbers group, uint64_t most);

/* Whether the controller is where a group serves again. */
static bool is_kept(const struct groups *groups, enum group_controller controller) {
  int tree = groups->of[controller];
  return tree >= 0 && groups->tree[tree].serves_again;
}

/* What it was limited by for somebody else; 0 or an errno. */
static int take_back(const struct groups *groups, struct group_numbers group) {
  int error = 0;
  if (group.limited & 1U << GROUP_CPU && is_kept(groups, GROUP_CPU))
    error = put_cpu(groups, group, 0);
  if (!error && group.limited & 1U << GROUP_PIDS && is_kept(groups, GROUP_PIDS))
    error = put_processes(groups, group, 0);
  return error;
}

int group_make(const struct groups *groups, struct group_numbers group) {
  char path[PATH_BYTES];
  int error = 0;
  for (int i = 0; !error && i < groups->common; i++) {
    bool is_there = groups->tree[i].serves_again && group.serves_again;
    if (is_there || !group_path(path, groups, i, group, NULL)) continue;
    if (mkdirat(groups->tree[i].parent, path, 0755) != 0) error = errno;
  }
  if (!error) error = take_back(groups, group);
  if (error) group_remove(groups, group);
  return error;
}

int group_remove(const struct groups *groups, struct group_numbers group) {
  char path[PATH_BYTES];
  int error = 0;
  for (int i = 0; i < groups->count; i++) {
    if (!group_path(path, groups, i, group, NULL)) continue;
    if (unlinkat(groups->tree[i].parent, path, AT_REMOVEDIR) != 0 && errno != ENOENT)
      error = errno;
  }
  return error;
}

static int limit_memory(const struct groups *groups, struct group_numbers group, uint64_t bytes) {
  bool is_v1 = groups->version[GROUP_MEMORY] == 1;
  char text[32];
  snprintf(text, sizeof text, "%llu", (unsigned long long)bytes);
  int error = group_write(groups, GROUP_MEMORY, group,
                          is_v1 ? "memory.limit_in_bytes" : "memory.max", text);
  if (error) return error;
  // No swap beside it. Where the kernel does not count swap these files are missing.
  error = is_v1 ? group_write(groups, GROUP_MEMORY, group, "memory.memsw.limit_in_bytes", text)
                : group_write(groups, GROUP_MEMORY, group, "memory.swap.max", "0");
  return error == ENOENT ? 0 : error;
}

/* 0 is no limit. */
static int put_cpu(const struct groups *groups, struct group_numbers group, uint64_t percent) {
  // A tenth of a second: what the kernel takes by itself, too.
  const unsigned long long period = 100000;
  bool is_v1 = groups->version[GROUP_CPU] == 1;
  char most[24], text[48];
  snprintf(most, sizeof most, "%llu", (unsigned long long)percent * period / 100);
  if (percent == 0) snprintf(most, sizeof most, "%s", is_v1 ? "-1" : "max");
  if (is_v1) return group_write(groups, GROUP_CPU, group, "cpu.cfs_quota_us", most);
  snprintf(text, sizeof text, "%s %llu", most, period);
  return group_write(groups, GROUP_CPU, group, "cpu.max", text);
}

/* 0 is no limit. */
static int put_processes(const struct groups *groups, struct group_numbers group, uint64_t most) {
  char text[32] = "max";
  if (most) snprintf(text, sizeof text, "%llu", (unsigned long long)most);
  return group_write(groups, GROUP_PIDS, group, "pids.max", text);
}

int group_limit(const struct groups *groups, struct group_numbers group,
                const struct orien_jail_limits *limits) {
  int error = 0;
  if (limits->memory_bytes && groups->of[GROUP_MEMORY] >= 0 && defends(DEFENCE_MEMORY_LIMIT))
    error = limit_memory(groups, group, limits->memory_bytes);
  if (!error && limits->cpu_percent && groups->of[GROUP_CPU] >= 0 && defends(DEFENCE_CPU_LIMIT))
    error = put_cpu(groups, group, limits->cpu_percent);
  if (!error && limits->processes && groups->of[GROUP_PIDS] >= 0 &&
      defends(DEFENCE_PROCESS_LIMIT))
    error = put_processes(groups, group, limits->processes);
  if (!error && limits->io_bytes_per_second && groups->disk[0] && defends(DEFENCE_DISK_LIMIT))
    error = disk_limit(groups, group.number, limits->io_bytes_per_second);
  return error;
}

int group_enter(const struct groups *groups, struct group_numbers group) {
  int error = 0;
  for (int i = 0; !error && i < groups->common; i++)
    error = write_file(groups, i, group, "cgroup.procs", "0");
  return error;
}

void group_kill(const struct groups *groups, struct group_numbers group) {
  disk_release(groups, group.number);
  if (!groups->can_kill || !defends(DEFENCE_GROUP_KILL)) return;
  write_file(groups, groups->unified, group, "cgroup.kill", "1");
}

static void read_file(const struct groups *groups, int tree, struct group_numbers group,
                      const char *file, char *text, size_t size) {
  char path[PATH_BYTES];
  text[0] = 0;
  if (!group_path(path, groups, tree, group, file)) return;
  if (file_read(groups->tree[tree].parent, path, text, size) < 0) text[0] = 0;
}

static void read_peak(const struct groups *groups, struct group_numbers group, char *text,
                      size_t size) {
  bool is_v1 = groups->version[GROUP_MEMORY] == 1;
  // Kernels before 5.19 have no memory.peak.
  read_file(groups, groups->of[GROUP_MEMORY], group,
            is_v1 ? "memory.max_usage_in_bytes" : "memory.peak", text, size);
}

bool group_counts(const struct groups *groups, struct group_numbers group) {
  if (!groups->can_meter || groups->of[GROUP_MEMORY] < 0) return false;
  char text[32];
  read_peak(groups, group, text, sizeof text);
  return text[0] != 0;
}

struct group_time group_time(const struct groups *groups, struct group_numbers group) {
  if (!groups->can_meter) return (struct group_time){0};
  char text[1024];
  read_file(groups, groups->unified, group, "cpu.stat", text, sizeof text);
  return (struct group_time){.user_microseconds = text_number(text, "user_usec"),
                             .system_microseconds = text_number(text, "system_usec")};
}

uint64_t group_cpu_microseconds(const struct groups *groups, struct group_numbers group) {
  struct group_time time = group_time(groups, group);
  return time.user_microseconds + time.system_microseconds;
}

uint64_t group_memory_bytes(const struct groups *groups, struct group_numbers group) {
  int memory = groups->of[GROUP_MEMORY];
  if (memory < 0) return 0;
  char text[32];
  read_file(groups, memory, group,
            groups->version[GROUP_MEMORY] == 1 ? "memory.usage_in_bytes" : "memory.current", text,
            sizeof text);
  unsigned long long bytes;
  return sscanf(text, "%llu", &bytes) == 1 ? bytes : 0;
}

/* The sum of `key` over all devices of io.stat: "8:0 rbytes=90 wbytes=0 ...". */
static uint64_t sum_of(const char *text, const char *key) {
  uint64_t sum = 0;
  unsigned long long value;
  for (const char *at = text; (at = strstr(at, key)); at += strlen(key))
    if (sscanf(at + strlen(key), "%llu", &value) == 1) sum += value;
  return sum;
}

static void put(uint64_t *figure, uint64_t counted, bool saw_all) {
  if (saw_all || *figure < counted) *figure = counted;
}

void group_read(const struct groups *groups, struct group_numbers *group,
                const struct group_time *before, struct orien_jail_end *end) {
  char text[4096];
  bool saw_all = !groups->can_meter;
  if (groups->can_meter && defends(DEFENCE_GROUP_METER)) {
    struct group_time time = group_time(groups, *group);
    if (time.user_microseconds + time.system_microseconds >=
        end->cpu_user_microseconds + end->cpu_system_microseconds) {
      end->cpu_user_microseconds = without(time.user_microseconds, before->user_microseconds);
      end->cpu_system_microseconds = without(time.system_microseconds, before->system_microseconds);
      end->metered_by = ORIEN_JAIL_METER_CGROUP;
      saw_all = true;
    }
  }
  int memory = groups->of[GROUP_MEMORY];
  if (memory >= 0) {
    bool is_v1 = groups->version[GROUP_MEMORY] == 1;
    read_peak(groups, *group, text, sizeof text);
    unsigned long long peak;
    // Where it does not say, what rusage said stays.
    if (sscanf(text, "%llu", &peak) == 1) put(&end->memory_peak_bytes, peak, saw_all);
    read_file(groups, memory, *group, is_v1 ? "memory.oom_control" : "memory.events", text,
              sizeof text);
    if (text_number(text, "oom_kill") > 0) end->hits |= ORIEN_JAIL_HIT_MEMORY;
  }
  if (groups->of[GROUP_PIDS] >= 0) {
    read_file(groups, groups->of[GROUP_PIDS], *group, "pids.events", text, sizeof text);
    uint64_t refused = text_number(text, "max");
    if (refused > (is_kept(groups, GROUP_PIDS) ? group->refused : 0)) {
      end->hits |= ORIEN_JAIL_HIT_PROCESSES;
      group->refused = refused;
    }
  }
  if (groups->version[GROUP_IO] == 2) {
    read_file(groups, groups->of[GROUP_IO], *group, "io.stat", text, sizeof text);
    put(&end->read_bytes, sum_of(text, "rbytes="), saw_all);
    put(&end->written_bytes, sum_of(text, "wbytes="), saw_all);
  }
}
