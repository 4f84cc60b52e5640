/* The process between the launcher and a program: it starts the program, outlives it, kills and
 * reaps whatever the program leaves, and reports. It hangs on the node and on the launcher, and
 * takes its tree with it when either is gone.
 *
 * It stays outside the program's control group: no limit or OOM kill of the tenant's reaches it,
 * a throttled tenant does not delay its own end, and nobody pays for it. */
#pragma once
#include <sys/resource.h>

#include "../keeper/parts.h"
#include "../launcher/request.h"

/* Written to the report pipe once, whole. */
struct stub_report {
  /* enum orien_jail_fault, and its errno. */
  uint32_t fault;
  int32_t error;
  /* Of the program, as of wait(2). */
  int32_t status;
  uint32_t unused;
  uint64_t wall_microseconds;
  /* Of all that the stub has reaped. */
  struct rusage used;
};

/* The stub's process, forked off the launcher. `group` is 0 where there are none. SIGTERM makes it
 * kill its tree and report. */
_Noreturn void stub_run(const struct parts *parts, const struct request *request, uint64_t group,
                        int report);
