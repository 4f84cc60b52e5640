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

static void group_path(char path[PATH_BYTES], uint64_t number, const char *file) {
  snprintf(path, PATH_BYTES, "e%llu%s%s", (unsigned long long)number, file ? "/" : "",
           file ? file : "");
}

static int group_write(const struct groups *groups, enum group_controller controller,
                       uint64_t number, const char *file, const char *text) {
  char path[PATH_BYTES];
  group_path(path, number, file);
  return file_write(groups->tree[groups->of[controller]].parent, path, text);
}

uint64_t group_number(void) {
  static uint64_t last;
  uint64_t now = now_nanoseconds();
  last = now > last ? now : last + 1;
  return last;
}

int group_make(const struct groups *groups, uint64_t number) {
  char path[PATH_BYTES];
  group_path(path, number, NULL);
  for (int i = 0; i < groups->common; i++) {
    if (mkdirat(groups->tree[i].parent, path, 0755) == 0) continue;
    int error = errno;
    group_remove(groups, number);
    return error;
  }
  return 0;
}

int group_remove(const struct groups *groups, uint64_t number) {
  char path[PATH_BYTES];
  group_path(path, number, NULL);
  int error = 0;
  for (int i = 0; i < groups->count; i++) {
    if (unlinkat(groups->tree[i].parent, path, AT_REMOVEDIR) != 0 && errno != ENOENT)
      error = errno;
  }
  return error;
}

static int limit_memory(const struct groups *groups, uint64_t number, uint64_t bytes) {
  bool is_v1 = groups->version[GROUP_MEMORY] == 1;
  char text[32];
  snprintf(text, sizeof text, "%llu", (unsigned long long)bytes);
  int error = group_write(groups, GROUP_MEMORY, number,
                          is_v1 ? "memory.limit_in_bytes" : "memory.max", text);
  if (error) return error;
  // No swap beside it. Where the kernel does not count swap these files are missing.
  error = is_v1 ? group_write(groups, GROUP_MEMORY, number, "memory.memsw.limit_in_bytes", text)
                : group_write(groups, GROUP_MEMORY, number, "memory.swap.max", "0");
  return error == ENOENT ? 0 : error;
}

static int limit_cpu(const struct groups *groups, uint64_t number, uint64_t percent) {
  // A tenth of a second: what the kernel takes by itself, too.
  const unsigned long long period = 100000;
  char text[48];
  if (groups->version[GROUP_CPU] == 1) {
    snprintf(text, sizeof text, "%llu", (unsigned long long)percent * period / 100);
    return group_write(groups, GROUP_CPU, number, "cpu.cfs_quota_us", text);
  }
  snprintf(text, sizeof text, "%llu %llu", (unsigned long long)percent * period / 100, period);
  return group_write(groups, GROUP_CPU, number, "cpu.max", text);
}

int group_limit(const struct groups *groups, uint64_t number,
                const struct orien_jail_limits *limits) {
  int error = 0;
  if (limits->memory_bytes && groups->of[GROUP_MEMORY] >= 0 && defends(DEFENCE_MEMORY_LIMIT))
    error = limit_memory(groups, number, limits->memory_bytes);
  if (!error && limits->cpu_percent && groups->of[GROUP_CPU] >= 0 && defends(DEFENCE_CPU_LIMIT))
    error = limit_cpu(groups, number, limits->cpu_percent);
  if (!error && limits->processes && groups->of[GROUP_PIDS] >= 0 &&
      defends(DEFENCE_PROCESS_LIMIT)) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limits->processes);
    error = group_write(groups, GROUP_PIDS, number, "pids.max", text);
  }
  if (!error && limits->io_bytes_per_second && groups->disk[0] && defends(DEFENCE_DISK_LIMIT))
    error = disk_limit(groups, number, limits->io_bytes_per_second);
  return error;
}

int group_enter(const struct groups *groups, uint64_t number) {
  char path[PATH_BYTES];
  group_path(path, number, "cgroup.procs");
  int error = 0;
  for (int i = 0; !error && i < groups->common; i++)
    error = file_write(groups->tree[i].parent, path, "0");
  return error;
}

void group_kill(const struct groups *groups, uint64_t number) {
  disk_release(groups, number);
  if (!groups->can_kill || !defends(DEFENCE_GROUP_KILL)) return;
  char path[PATH_BYTES];
  group_path(path, number, "cgroup.kill");
  file_write(groups->tree[groups->unified].parent, path, "1");
}

static void read_file(const struct groups *groups, int tree, uint64_t number, const char *file,
                      char *text, size_t size) {
  char path[PATH_BYTES];
  group_path(path, number, file);
  if (file_read(groups->tree[tree].parent, path, text, size) < 0) text[0] = 0;
}

struct group_time group_time(const struct groups *groups, uint64_t number) {
  if (!groups->can_meter) return (struct group_time){0};
  char text[1024];
  read_file(groups, groups->unified, number, "cpu.stat", text, sizeof text);
  return (struct group_time){.user_microseconds = text_number(text, "user_usec"),
                             .system_microseconds = text_number(text, "system_usec")};
}

uint64_t group_cpu_microseconds(const struct groups *groups, uint64_t number) {
  struct group_time time = group_time(groups, number);
  return time.user_microseconds + time.system_microseconds;
}

uint64_t group_memory_bytes(const struct groups *groups, uint64_t number) {
  int memory = groups->of[GROUP_MEMORY];
  if (memory < 0) return 0;
  char text[32];
  read_file(groups, memory, number,
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

static uint64_t without(uint64_t all, uint64_t part) { return all > part ? all - part : 0; }

void group_read(const struct groups *groups, uint64_t number, const struct group_time *before,
                struct orien_jail_end *end) {
  char text[4096];
  bool saw_all = !groups->can_meter;
  if (groups->can_meter && defends(DEFENCE_GROUP_METER)) {
    struct group_time time = group_time(groups, number);
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
    read_file(groups, memory, number, is_v1 ? "memory.max_usage_in_bytes" : "memory.peak", text,
              sizeof text);
    unsigned long long peak;
    // Kernels before 5.19 have no memory.peak: what rusage said stays.
    if (sscanf(text, "%llu", &peak) == 1) put(&end->memory_peak_bytes, peak, saw_all);
    read_file(groups, memory, number, is_v1 ? "memory.oom_control" : "memory.events", text,
              sizeof text);
    if (text_number(text, "oom_kill") > 0) end->hits |= ORIEN_JAIL_HIT_MEMORY;
  }
  if (groups->of[GROUP_PIDS] >= 0) {
    read_file(groups, groups->of[GROUP_PIDS], number, "pids.events", text, sizeof text);
    if (text_number(text, "max") > 0) end->hits |= ORIEN_JAIL_HIT_PROCESSES;
  }
  if (groups->version[GROUP_IO] == 2) {
    read_file(groups, groups->of[GROUP_IO], number, "io.stat", text, sizeof text);
    put(&end->read_bytes, sum_of(text, "rbytes="), saw_all);
    put(&end->written_bytes, sum_of(text, "wbytes="), saw_all);
  }
}
