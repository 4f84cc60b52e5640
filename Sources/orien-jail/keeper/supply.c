#include "supply.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "../plain/process.h"

static bool next_ready(const struct parts *parts, uint64_t *number) {
  return read(parts->ready_reader, number, sizeof *number) == (ssize_t)sizeof *number;
}

static void order(const struct parts *parts, enum supply_kind kind, uint64_t number) {
  struct supply_order order = {.kind = kind, .number = number};
  // Dropped where the pipe is full, as the header says.
  if (write(parts->orders_writer, &order, sizeof order) < 0) return;
}

uint64_t supply_take(const struct parts *parts, const struct orien_jail_limits *limits) {
  errno = 0;
  if (parts->groups.count == 0) return 0;
  uint64_t number;
  while (next_ready(parts, &number)) {
    // The janitor may have been making one when it was told to sweep: that one is gone, or going.
    if (number >= parts->fresh_from && group_limit(&parts->groups, number, limits) == 0)
      return number;
    supply_return(parts, number);
  }
  order(parts, SUPPLY_WANTED, 0);
  number = group_make(&parts->groups);
  if (number == 0) return 0;
  int error = group_limit(&parts->groups, number, limits);
  if (error == 0) return number;
  supply_return(parts, number);
  errno = error;
  return 0;
}

void supply_return(const struct parts *parts, uint64_t number) {
  if (number != 0) order(parts, SUPPLY_USED, number);
}

void supply_sweep(struct parts *parts) {
  if (parts->groups.count == 0) return;
  uint64_t number;
  while (next_ready(parts, &number)) continue;
  parts->fresh_from = now_nanoseconds();
  order(parts, SUPPLY_SWEEP, parts->fresh_from);
}

void supply_fill(const struct parts *parts) {
  int bytes = 0;
  while (ioctl(parts->ready_reader, FIONREAD, &bytes) == 0 &&
         bytes < SUPPLY_AHEAD * (int)sizeof(uint64_t)) {
    uint64_t number = group_make(&parts->groups);
    if (number == 0) return;
    if (write(parts->ready_writer, &number, sizeof number) != (ssize_t)sizeof number) return;
  }
}
