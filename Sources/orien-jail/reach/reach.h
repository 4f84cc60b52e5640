/* What a program of a group reaches by network: the public internet and name servers, which the
 * kernel holds it to whoever it becomes, and whatever it has its sockets do. */
#pragma once
#include "rules.h"

/* How far it came; `step` is a constant text that says what the kernel would not do. */
struct reach_fault {
  const char *step;
  /* An errno; 0: it was done, and does not hold. */
  int error;
};

/* Reads an address as people write it; false where it is none. */
bool reach_read(const char *text, struct rules_address *address);

/* Adds to the rules the public addresses that this machine has now; 0 or an errno. */
int reach_find_own(struct rules *rules);

/* Holds the group, a folder of the tree of version 2, to the rules for as long as it is there.
 * What others have the kernel ask of it, or of what it is in, goes on. False with the fault. */
bool reach_hold(int group, const struct rules *rules, struct reach_fault *fault);

/* Whether the calling process is held; what it may not do it tries, and no packet goes anywhere. */
bool reach_try(struct reach_fault *fault);
