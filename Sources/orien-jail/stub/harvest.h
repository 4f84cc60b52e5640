/* What a stub reaps of one tree: that its leader has ended, and what all of it has used. */
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include "stub.h"

struct harvest {
  pid_t leader;
  bool leader_ended;
  /* It has said so itself, and stands still: nobody has reaped it. */
  bool leader_stands;
  /* Of the leader, as of wait(2), and when. */
  int status;
  uint64_t ended;
  struct rusage used;
};

enum harvest_state { HARVEST_SOME, HARVEST_ALL };

/* Reaps what has ended; HARVEST_ALL: there is no descendant left. */
enum harvest_state harvest_reap(struct harvest *harvest);

/* A host says that its script has ended, by words.h: then it counts as ended where it has not. */
void harvest_hear(struct harvest *harvest);

/* Counts what a leader that stands, or is killed since, has used of the disk as if it were reaped
 * now. False: somebody else is left, or was and is not counted. */
bool harvest_foresee(struct harvest *harvest);

/* Puts into `said` what all that was reaped has used, without this processor time. */
void harvest_measure(const struct harvest *harvest, uint64_t user_before, uint64_t system_before,
                     struct stub_report *said);
