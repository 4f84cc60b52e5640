/* The process that will be the program: from its birth to its first instruction. */
#pragma once
#include "stub.h"

/* What it tells the stub, whole each time: when it was asked, and then, only where it does not
 * become the program, why. */
struct leader_birth {
  /* now_nanoseconds() of the request's arrival; 0 where it never came. */
  uint64_t started;
  /* What it had used by then. */
  uint64_t cpu_user_microseconds;
  uint64_t cpu_system_microseconds;
  /* enum orien_jail_fault and its errno. */
  uint32_t fault;
  int32_t error;
};

/* What it tells the launcher in the same way, a byte each: that it is about to be the program, and
 * then, only where that failed, so. The launcher hears the first whatever happens to the stub. */
enum leader_word { LEADER_BEGINS = 1, LEADER_FAILS };

/* What it has of others: where the request's frame comes from the stub, where its words go to the
 * launcher, and where its birth is told to the stub. All close when it becomes the program. */
struct leader_ends {
  int request, words, birth;
};

/* The leader's process, forked off `stub`: joins its group, goes behind the walls and waits for the
 * request. Then it becomes the program: in a session of its own, with the workspace as working
 * folder, descriptors 0 to 2, default signals, the limits and a clean environment. */
_Noreturn void leader_run(const struct parts *parts, const struct stub_place *place, pid_t stub,
                          const struct leader_ends *ends);
