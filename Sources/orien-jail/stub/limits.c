#include "limits.h"

#include <errno.h>
#include <sys/resource.h>

#include "../keeper/parts.h"

struct orien_jail_limits limits_left(const struct parts *parts,
                                     const struct orien_jail_limits *limits) {
  const struct groups *groups = &parts->groups;
  struct orien_jail_limits left = *limits;
  if (groups->of[GROUP_MEMORY] >= 0) left.memory_bytes = 0;
  // Counted by user: it has to be nobody else's.
  if (groups->of[GROUP_PIDS] >= 0 || parts->walls.kind != ORIEN_JAIL_WALLS_ROOT) left.processes = 0;
  // Where the group is looked at this is for who has left it, and comes after.
  if (groups->can_meter && left.cpu_milliseconds) left.cpu_milliseconds += 1000;
  return left;
}

static int hold(int which, uint64_t soft, uint64_t hard) {
  struct rlimit limit;
  if (getrlimit(which, &limit) != 0) return errno;
  // Raising a hard limit takes a capability that a service often lacks.
  if (hard > limit.rlim_max) hard = limit.rlim_max;
  limit.rlim_cur = soft < hard ? soft : hard;
  limit.rlim_max = hard;
  return setrlimit(which, &limit) == 0 ? 0 : errno;
}

/* 0 is no limit. */
static int hold_to(int which, uint64_t most) { return most ? hold(which, most, most) : 0; }

int limits_hold(const struct orien_jail_limits *left) {
  uint64_t seconds = (left->cpu_milliseconds + 999) / 1000;
  // Of 0 the kernel still feeds a program that collects dumps; of 1 none at all is made.
  int error = hold_to(RLIMIT_CORE, 1);
  if (!error) error = hold_to(RLIMIT_NOFILE, left->open_files);
  if (!error) error = hold_to(RLIMIT_FSIZE, left->file_bytes);
  if (!error) error = hold_to(RLIMIT_DATA, left->memory_bytes);
  if (!error) error = hold_to(RLIMIT_NPROC, left->processes);
  // A second between SIGXCPU, which may be handled, and SIGKILL.
  if (!error && seconds) error = hold(RLIMIT_CPU, seconds, seconds + 1);
  return error;
}
