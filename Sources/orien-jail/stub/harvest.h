/* What a stub reaps of one tree: that its leader has ended, and what all of it has used. */
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include "stub.h"

struct harvest {
  pid_t leader;
  bool leader_ended;
  /* Of the leader, as of wait(2), and when. */
  int status;
  uint64_t ended;
  struct rusage used;
};

enum harvest_state { HARVEST_SOME, HARVEST_ALL };

/* Reaps what has ended; HARVEST_ALL: there is no descendant left. */
enum harvest_state harvest_reap(struct harvest *harvest);

/* Puts into `said` what all that was reaped has used, without this processor time. */
void harvest_measure(const struct harvest *harvest, uint64_t user_before, uint64_t system_before,
                     struct stub_report *said);
