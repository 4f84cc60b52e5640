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

/* What cannot be done to a group; the trial's process exits with it. */
enum fault { FAULT_NONE, FAULT_MADE, FAULT_LIMITED, FAULT_TRIED, FAULT_KILLED, FAULT_JOINED };

static const char *const fault_words[] = {"", "made", "limited", "tried", "killed", "joined"};

enum {
  /* Beside a fault: there is no limit of disks. */
  NO_DISK = 1 << 4,
  /* The first to join a group waits for the kernel. */
  JOIN_MILLISECONDS = 10000,
};

/* The trial's child: joins every tree, says so, and waits to be killed. */
static _Noreturn void join(const struct groups *groups, struct group_numbers group,
                           pid_t trial, int joined) {
  if (!process_follow(trial, SIGKILL) || group_enter(groups, group) != 0) _exit(1);
  if (write(joined, "", 1) != 1) _exit(1);
  if (!groups->can_kill) _exit(0);
  for (;;) pause();
}

/* What one child can do. */
static enum fault try_child(const struct groups *groups, struct group_numbers group) {
  struct orien_jail_limits limits = {
      .memory_bytes = 64 << 20, .cpu_percent = 100, .processes = 8};
  if (group_limit(groups, group, &limits) != 0) return FAULT_LIMITED;
  int joined[2];
  if (pipe2(joined, O_CLOEXEC) != 0) return FAULT_TRIED;
  pid_t self = getpid(), child = fork();
  if (child < 0) return FAULT_TRIED;
  if (child == 0) {
    close(joined[0]);
    join(groups, group, self, joined[1]);
  }
  close(joined[1]);
  // One that is killed in the first tree has not shown that it can join the others.
  struct pollfd told = {.fd = joined[0], .events = POLLIN};
  char said;
  bool has_joined = poll(&told, 1, JOIN_MILLISECONDS) == 1 && read(joined[0], &said, 1) == 1;
  close(joined[0]);
  // Only a kill that works ends the child that has joined.
  enum fault fault = FAULT_NONE;
  int status = 0;
  for (unsigned i = 0; fault == FAULT_NONE; i++) {
    if (groups->can_kill) group_kill(groups, group);
    pid_t ended = waitpid(child, &status, groups->can_kill ? WNOHANG : 0);
    if (ended == child) break;
    poll(NULL, 0, 1);
    if (i == 1000) fault = FAULT_KILLED;
  }
  if (fault) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return fault;
  }
  return has_joined ? FAULT_NONE : FAULT_JOINED;
}

static _Noreturn void try_all(const struct groups *groups, struct group_numbers group) {
  int fault = group_make(groups, group) != 0 ? FAULT_MADE : try_child(groups, group);
  bool has_disk = fault || !groups->disk[0] || disk_limit(groups, group.number, 1 << 30) == 0;
  for (unsigned i = 0; group_remove(groups, group) == EBUSY && i < 1000; i++) poll(NULL, 0, 1);
  _exit(fault | (has_disk ? 0 : NO_DISK));
}

pid_t groups_try(const struct groups *groups) {
  if (groups->count == 0) return 0;
  struct group_numbers group = group_alone(group_number());
  pid_t self = getpid(), trial = fork();
  if (trial == 0) {
    if (!process_follow(self, SIGKILL)) _exit(FAULT_TRIED);
    try_all(groups, group);
  }
  return trial;
}

void groups_judge(struct groups *groups, pid_t trial) {
  if (trial == 0) return;
  int status = 0, result = FAULT_TRIED;
  if (trial > 0 && waitpid(trial, &status, 0) == trial && WIFEXITED(status))
    result = WEXITSTATUS(status);
  // A limit of disks alone that does not work is none.
  if (result & NO_DISK) groups->disk[0] = 0;
  int fault = result & ~NO_DISK;
  if (fault == FAULT_NONE) return;
  complain("a control group cannot be %s here: limits hold for single processes only",
           fault_words[fault]);
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
