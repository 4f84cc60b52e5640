/* Tries what was found: a control group that cannot be joined, limited, killed or removed is
 * worse than none that says so. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/process.h"
#include "disk.h"
#include "groups.h"

/* What one child can do; NULL where it can all that is claimed. */
static const char *try_child(const struct groups *groups, uint64_t number) {
  struct orien_jail_limits limits = {
      .memory_bytes = 64 << 20, .cpu_percent = 100, .processes = 8};
  if (group_limit(groups, number, &limits) != 0) return "limited";
  pid_t self = getpid(), child = fork();
  if (child < 0) return "tried";
  if (child == 0) {
    if (!process_follow(self, SIGKILL) || group_enter(groups, number) != 0) _exit(1);
    if (!groups->can_kill) _exit(0);
    for (;;) pause();
  }
  // Only a kill that works ends the child that has joined.
  const char *fault = NULL;
  int status = 0;
  for (unsigned i = 0; fault == NULL; i++) {
    if (groups->can_kill) group_kill(groups, number);
    pid_t ended = waitpid(child, &status, groups->can_kill ? WNOHANG : 0);
    if (ended == child) break;
    poll(NULL, 0, 1);
    if (i == 1000) fault = "killed";
  }
  if (fault) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return fault;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? "joined" : NULL;
}

void groups_try(struct groups *groups) {
  if (groups->count == 0) return;
  uint64_t number = group_number();
  const char *fault = group_make(groups, number) != 0 ? "made" : try_child(groups, number);
  // A limit of disks alone that does not work is none.
  if (!fault && groups->disk[0] && disk_limit(groups, number, 1 << 30) != 0) groups->disk[0] = 0;
  for (unsigned i = 0; group_remove(groups, number) == EBUSY && i < 1000; i++) poll(NULL, 0, 1);
  if (fault == NULL) return;
  complain("a control group cannot be %s here: limits hold for single processes only", fault);
  groups_remove(groups);
  groups_close(groups);
}

void groups_describe(const struct groups *groups, struct orien_jail_capabilities *to) {
  static const uint32_t by[3] = {ORIEN_JAIL_BY_NOTHING, ORIEN_JAIL_BY_CGROUP1,
                                 ORIEN_JAIL_BY_CGROUP2};
  *to = (struct orien_jail_capabilities){
      .memory = by[groups->version[GROUP_MEMORY]],
      .cpu_percent = by[groups->version[GROUP_CPU]],
      .processes = by[groups->version[GROUP_PIDS]],
      .cpu_milliseconds = groups->can_meter ? ORIEN_JAIL_BY_CGROUP2 : ORIEN_JAIL_BY_RLIMIT,
      .file_bytes = ORIEN_JAIL_BY_RLIMIT,
      .open_files = ORIEN_JAIL_BY_RLIMIT,
      .io_bytes_per_second = by[groups->disk[0] ? groups->version[GROUP_IO] : 0],
      .kills_by_group = groups->can_kill,
      .meters_by_group = groups->can_meter,
  };
  if (to->memory == ORIEN_JAIL_BY_NOTHING) to->memory = ORIEN_JAIL_BY_RLIMIT;
}
