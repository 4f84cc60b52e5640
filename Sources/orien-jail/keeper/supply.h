/* Groups made ahead by the janitor, used once by the launcher, and removed by the janitor: so the
 * launcher waits for neither. When the janitor is slow or gone it makes them itself. */
#pragma once
#include "parts.h"

enum { SUPPLY_AHEAD = 16 };

enum supply_kind {
  /* None was ready: make more. */
  SUPPLY_WANTED = 1,
  /* Group `number` is used up. */
  SUPPLY_USED,
  /* A launcher died: every group with a number below `number` was its, or made for it. */
  SUPPLY_SWEEP,
};

/* Written whole, for it is shorter than PIPE_BUF. */
struct supply_order {
  uint64_t kind;
  uint64_t number;
};

/* A fresh group with these limits; 0 with errno, or without groups, with errno 0. */
uint64_t supply_take(const struct parts *parts, const struct orien_jail_limits *limits);

/* Gives a used group to the janitor. An order that does not fit into the pipe is dropped: the next
 * sweep finds the group. */
void supply_return(const struct parts *parts, uint64_t number);

/* Keeper: what a dead launcher had, or could have taken, goes; the next one takes none of it. */
void supply_sweep(struct parts *parts);

/* Janitor: makes groups until SUPPLY_AHEAD are ready. */
void supply_fill(const struct parts *parts);
