/* How much memory a job has held for how long. The kernel keeps no such sum, so the group is looked
 * at ten times a second, at moments that all jobs share: the launcher wakes up once for them all.
 * Between two looks what it had is taken for a straight line; of what comes and goes in less than
 * that this sees a part, by chance. Who ends before the first look has held his peak all along. */
#pragma once
#include "groups.h"

struct memory_meter {
  /* When to look next; 0: nobody counts memory here. */
  uint64_t look_at;
  uint64_t looked_at;
  uint64_t bytes;
  bool has_looked;
  unsigned __int128 byte_nanoseconds;
};

void memory_begin(struct memory_meter *meter, const struct groups *groups, uint64_t now);

/* Looks, where it is due. */
void memory_look(struct memory_meter *meter, const struct groups *groups,
                 struct group_numbers group, uint64_t now);

/* The sum, of a job that has `ended` and whose peak and time are in `end`. */
uint64_t memory_byte_seconds(const struct memory_meter *meter, uint64_t ended,
                             const struct orien_jail_end *end);
