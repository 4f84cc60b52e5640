/* The program itself: what is done between its birth and its first instruction. */
#pragma once
#include "../keeper/parts.h"
#include "../launcher/request.h"

struct leader_fault {
  enum orien_jail_fault fault;
  int error;
};

/* Starts the program in its group, in a session of its own, with the workspace as working folder,
 * descriptors 0 to 2, default signals, the limits and a clean environment. `leader` is 0 where
 * there was nothing to start; else it is a child to be waited for, also after a fault. */
struct leader_fault leader_start(const struct parts *parts, const struct request *request,
                                 uint64_t group, pid_t *leader);
