/* The process that will be the program: from its birth to its first instruction. */
#pragma once
#include "stub.h"

/* What it tells the stub, whole each time: that it was asked, and then, only where it does not
 * become the program, why. */
struct leader_birth {
  /* What it had used by then. */
  uint64_t cpu_user_microseconds;
  uint64_t cpu_system_microseconds;
  /* enum orien_jail_fault and its errno. */
  uint32_t fault;
  int32_t error;
};

/* What it has of others: where the request's frame comes from the stub, where its words go to the
 * launcher (which hears them whatever happens to the stub), and where its birth is told to the
 * stub. All close when it becomes the program. */
struct leader_ends {
  int request, words, birth;
};

/* The leader's process, forked off `stub`: joins its group, goes behind the walls and waits for the
 * request. Then it becomes the program: in a session of its own, with the workspace as working
 * folder, descriptors 0 to 2, default signals, the limits and a clean environment. Where the place
 * has a host it becomes that at once, and the host does the rest: it has nothing but the two
 * sockets, at 3 and 4. */
_Noreturn void leader_run(const struct parts *parts, const struct stub_place *place, pid_t stub,
                          const struct leader_ends *ends);
