/* Between whoever asks and `orien-jail lasting`, which does one thing to one program that outlives
 * the node, answers, and ends. It hangs on nobody's life-line, and what it has begun it finishes:
 * a start that its node did not live to hear of has happened or has not, which the next asks. */
#pragma once
#include "orien_jail.h"

enum {
  /* A stream socket to who asks: one frame comes where a program is to be started, ORIEN_JAIL_START
   * with its descriptors, and one goes, ORIEN_JAIL_LASTING with an answer. */
  ORIEN_JAIL_ASKER = 3,
  /* The folder that has one for each owner, and in that one for each name. */
  ORIEN_JAIL_RECORDS = 4,
};

/* Limits that are refused where no control group holds them, as bits. */
enum orien_jail_required {
  ORIEN_JAIL_REQUIRED_MEMORY = 1,
  ORIEN_JAIL_REQUIRED_CPU = 2,
  ORIEN_JAIL_REQUIRED_PROCESSES = 4,
};

/* The files of one, beside those that are orien-jail's own: the newest and the older half of what
 * it wrote. */
#define ORIEN_JAIL_OUTPUT "output"
#define ORIEN_JAIL_OLD_OUTPUT "output.old"

enum {
  /* Of each half, at most. */
  ORIEN_JAIL_OUTPUT_BYTES = 64 << 10,
};

enum orien_jail_lasting_state {
  /* It is there, and the answer tells how it is. */
  ORIEN_JAIL_LASTING_FINE = 0,
  /* There is none of that name. */
  ORIEN_JAIL_LASTING_ABSENT,
  /* One of that name runs already. */
  ORIEN_JAIL_LASTING_RUNS,
  /* No control group of its own can be had. */
  ORIEN_JAIL_LASTING_NO_GROUPS,
  /* A limit that is required is not held. */
  ORIEN_JAIL_LASTING_UNHELD,
  /* It was killed, and does not end. */
  ORIEN_JAIL_LASTING_STUCK,
  /* It did not begin: `end.fault` and `end.error` say why. */
  ORIEN_JAIL_LASTING_FAILED,
  /* The kernel does not hold it to what it may reach, and `why` says so. */
  ORIEN_JAIL_LASTING_UNBOUND,
};

struct orien_jail_lasting {
  /* enum orien_jail_lasting_state */
  uint32_t state;
  uint32_t is_running;
  uint32_t processes;
  uint32_t reserved; /* 0 */
  /* Since 1970; an end that nobody saw is 0. */
  uint64_t began_milliseconds;
  uint64_t ended_milliseconds;
  uint64_t memory_bytes;
  /* How its first process ended, ORIEN_JAIL_STUB_LOST where nobody saw it end or it has not; and
   * what its group has used. */
  struct orien_jail_end end;
  char why[ORIEN_JAIL_WHY_BYTES];
};
