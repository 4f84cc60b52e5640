#include "limits.h"

#include <sys/resource.h>

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

int limits_forbid_dumps(void) {
  // Of 0 the kernel still feeds a program that collects dumps; of 1 none at all is made.
  return hold_to(RLIMIT_CORE, 1);
}

int limits_hold(const struct orien_jail_limits *limits) {
  uint64_t seconds = (limits->cpu_milliseconds + 999) / 1000;
  int error = hold_to(RLIMIT_NOFILE, limits->open_files);
  if (!error) error = hold_to(RLIMIT_FSIZE, limits->file_bytes);
  if (!error) error = hold_to(RLIMIT_DATA, limits->memory_bytes);
  if (!error) error = hold_to(RLIMIT_NPROC, limits->processes);
  // A second between SIGXCPU, which may be handled, and SIGKILL.
  if (!error && seconds) error = hold(RLIMIT_CPU, seconds, seconds + 1);
  return error;
}
