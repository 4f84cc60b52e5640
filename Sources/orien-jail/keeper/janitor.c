#include "janitor.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "../plain/process.h"

enum {
  /* Used groups that something was still in. More wait for the next sweep. */
  BUSY_AT_MOST = 256,
  RETRY_MILLISECONDS = 20,
  /* Five seconds: a process that is being killed can wait that long for a disk. */
  TRIES = 250,
};

/* Written whole, for it is shorter than PIPE_BUF. */
struct order {
  enum { RETIRE = 1, SWEEP } kind;
  /* Of a sweep the number below which the groups go. */
  struct group_numbers group;
};

static struct {
  struct group_numbers group;
  unsigned tries;
} busy[BUSY_AT_MOST];
static unsigned busy_count;
static uint64_t sweep_below;
static unsigned sweep_tries;

static void retire(const struct parts *parts, struct group_numbers group) {
  if (group_remove(&parts->groups, group) != EBUSY || busy_count == BUSY_AT_MOST) return;
  group_kill(&parts->groups, group);
  busy[busy_count].group = group;
  busy[busy_count++].tries = TRIES;
}

static void retry(const struct parts *parts) {
  unsigned left = 0;
  for (unsigned i = 0; i < busy_count; i++) {
    if (group_remove(&parts->groups, busy[i].group) != EBUSY) continue;
    if (--busy[i].tries == 0)
      complain("group e%llu does not become empty", (unsigned long long)busy[i].group.number);
    else
      busy[left++] = busy[i];
  }
  busy_count = left;
  if (sweep_tries > 0 && (groups_sweep(&parts->groups, sweep_below) == 0 || --sweep_tries == 0))
    sweep_tries = 0;
}

static void obey(const struct parts *parts, struct order order) {
  if (order.kind == RETIRE) {
    retire(parts, order.group);
    return;
  }
  sweep_below = order.group.number;
  sweep_tries = groups_sweep(&parts->groups, sweep_below) == 0 ? 0 : TRIES;
}

static void give(const struct parts *parts, struct order order) {
  if (parts->groups.count == 0) return;
  // Dropped where the pipe is full, as the header says.
  if (write(parts->orders_writer, &order, sizeof order) < 0) return;
}

void janitor_retire(const struct parts *parts, struct group_numbers group) {
  give(parts, (struct order){.kind = RETIRE, .group = group});
}

void janitor_sweep(const struct parts *parts) {
  give(parts, (struct order){.kind = SWEEP, .group.number = now_nanoseconds()});
}

_Noreturn void janitor_run(const struct parts *parts) {
  process_name("orien-janitor");
  if (!process_follow(parts->keeper, SIGKILL)) _exit(0);
  int keep[4 + GROUP_TREES] = {parts->lifeline, parts->lock, parts->keeper_reader,
                               parts->orders_reader};
  unsigned kept = 4;
  for (int i = 0; i < parts->groups.count; i++) keep[kept++] = parts->groups.tree[i].parent;
  process_keep(keep, kept);
  struct pollfd watched[3] = {{.fd = parts->orders_reader, .events = POLLIN},
                              {.fd = parts->lifeline},
                              {.fd = parts->keeper_reader}};
  for (;;) {
    bool is_waiting = busy_count > 0 || sweep_tries > 0;
    if (process_poll(watched, 3, is_waiting ? RETRY_MILLISECONDS : -1) < 0) _exit(1);
    if (watched[1].revents || watched[2].revents) _exit(0);
    struct order order;
    while (read(parts->orders_reader, &order, sizeof order) == (ssize_t)sizeof order)
      obey(parts, order);
    if (is_waiting) retry(parts);
  }
}
