/* The process that will be the program: from its birth to its first instruction. */
#pragma once
#include "../keeper/parts.h"
#include "words.h"

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

/* The leader's process, forked off `stub`: joins its group and waits for the one frame on
 * `order`. Then it becomes the program: in a session of its own, with the workspace as working
 * folder, descriptors 0 to 2, default signals, the limits and a clean environment. `order` and
 * `birth` close when it does. The launcher hears the words that it says on `order` whatever happens
 * to the stub. */
_Noreturn void leader_run(const struct parts *parts, pid_t stub, uint64_t group, int order,
                          int birth);
