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

/* What the stub has of one. */
struct leader {
  pid_t process;
  int request, birth;
};

/* Forks the leader off the stub. It joins its group, goes behind the walls and waits for the
 * request. Then it becomes the program: in a session of its own, with the workspace as working
 * folder, descriptors 0 to 2, default signals, the limits and a clean environment. Where the place
 * has a host it becomes that at once, and the host does the rest: it has nothing but the two
 * sockets, at 3 and 4. By `words` it tells the launcher. 0 or an errno. */
int leader_make(const struct parts *parts, const struct stub_place *place, int words,
                struct leader *leader);
