/* The process between the launcher and a program. It makes the program's group and the process
 * that will be the program, outlives it, kills and reaps whatever it leaves, and reports. It hangs
 * on the node and on the launcher, and takes its tree with it when either is gone.
 *
 * It is there before anybody asks, and the process that will be the program waits in its group
 * already: joining one takes longer than many a program runs.
 *
 * It stays outside of that group itself: no limit or OOM kill of the tenant's reaches it, a
 * throttled tenant does not delay its own end, and nobody pays for it. */
#pragma once
#include "../keeper/parts.h"

/* Written to the report pipe whole. */
struct stub_report {
  /* enum orien_jail_fault, and its errno. */
  uint32_t fault;
  int32_t error;
  /* Of the program, as of wait(2). */
  int32_t status;
  /* enum orien_jail_hit: of what the stub looks after. */
  uint32_t hits;
  /* 0 or 1. The program has ended, and nothing of its tree runs any more, but there is something
   * left that the kernel takes apart: when that is gone another report comes. */
  uint32_t leaves;
  uint64_t wall_microseconds;
  /* Of all that the stub has reaped, without what the leader used before it was asked. */
  uint64_t cpu_user_microseconds;
  uint64_t cpu_system_microseconds;
  uint64_t memory_peak_bytes;
  uint64_t read_bytes;
  uint64_t written_bytes;
  /* What its group had used before it was asked. */
  struct group_time before;
};

/* What a stub is of, and for. */
struct stub_place {
  pid_t launcher;
  struct group_numbers group;
  unsigned slot;
  /* Of its own; -1 for one without any network. */
  int network;
  /* The user namespace that the program is to be in; -1: the stub's. */
  int owner;
  /* The program that waits with an interpreter that is up, as the jail finds it; NULL: none. */
  const char *host;
};

/* Whether it can hold another program when it has held one. */
bool stub_serves_again(const struct parts *parts, const char *host);

/* The stub's process, forked off the launcher. `orders` is a socket on which a frame will come:
 * what to run. Where it serves again a struct group_numbers may follow when it has reported, and
 * then another frame: by then nothing is left of what the first has run. SIGUSR1 makes it kill its
 * tree and report; SIGTERM, which a service manager sends to all it finds, does not. */
_Noreturn void stub_run(const struct parts *parts, const struct stub_place *place, int orders,
                        int report);
