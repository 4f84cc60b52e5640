/* Control groups of version 2, of version 1, of both side by side, or none: one type for all.
 *
 * Each controller is used where it lives: in the version 2 tree where it is delegated to us, else
 * in its own tree of version 1. Killing and counting processor time are version 2's in any case,
 * whose tree does both without any controller. Every process of the jail has a group `e<number>`
 * of its own beneath `orien-<name>` in each tree, made and joined ahead. Where anything is counted
 * that is paid for it is never used twice: what a tenant leaves behind in one is billed to it. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"
#include "../plain/linux.h"

enum group_controller { GROUP_MEMORY, GROUP_CPU, GROUP_PIDS, GROUP_IO, GROUP_CONTROLLERS };

enum group_mode { GROUP_AUTO, GROUP_V2, GROUP_V1, GROUP_NONE };

/* Where in each tree ours are. */
enum group_base {
  /* In the group that we were started in, and so in what a service manager gives to us. */
  GROUP_WITHIN,
  /* At the top, where we may write to that: a service manager that ends us does not find them, and
   * whoever is started from elsewhere does. Else within. */
  GROUP_ON_TOP,
};

enum { GROUP_TREES = 5 };

struct groups {
  /* Trees in use; 0: there are no groups, and every call below does nothing. */
  int count;
  /* The first of them, in which each process of the jail has a group; in the rest one is made only
   * when a limit of its is asked for. */
  int common;
  struct {
    /* The directory that holds ours; -1 where only ours was wanted. */
    int base;
    /* Ours, with a child for each process of the jail. */
    int parent;
    /* A group here is as good as new once nothing is in it: it counts nothing that anybody pays
     * for, and its limits can be taken back. */
    bool serves_again;
  } tree[GROUP_TREES];
  /* By controller: its tree and its version; -1 and 0 where nobody has it. */
  int of[GROUP_CONTROLLERS];
  int version[GROUP_CONTROLLERS];
  /* The tree of version 2, -1 where it is missing. */
  int unified;
  bool can_kill;
  bool can_meter;
  enum group_base where;
  char name[32];
  /* The numbers of the disk that can be limited, "8:0"; empty: there is none. */
  char disk[24];
};

/* Finds trees and controllers, and makes our parent groups. `name` is "orien-" and 16 hexadecimal
 * digits; the disk that can be limited is that of the folder `workspaces`, NULL: none can. */
void groups_find(struct groups *groups, enum group_mode mode, enum group_base where,
                 const char *name, const char *workspaces);

/* Has groups serve again where they can. Nobody who is in one may ever leave it by himself. */
void groups_keep(struct groups *groups);

/* Tries one child: made, limited, joined, killed, counted, removed. Where that does not work there
 * are no groups from the judgement on. The first to join a group waits for the kernel, for tens
 * of milliseconds: a process of its own does that while other things are done. */
pid_t groups_try(const struct groups *groups);
void groups_judge(struct groups *groups, pid_t trial);

/* Lets go of the descriptors. */
void groups_close(struct groups *groups);

/* Kills whatever is in any of our groups. */
void groups_kill(const struct groups *groups);

/* Kills and removes every child whose number is below `below`; how many are still there. Of all,
 * UINT64_MAX, the processes count that are in none. */
unsigned groups_sweep(const struct groups *groups, uint64_t below);

/* Removes our parents; only when they have no children. */
void groups_remove(const struct groups *groups);

/* A number that no group has had since the machine started: a moment of its clock, so that of two
 * the later is the greater. */
uint64_t group_number(void);

/* What one process of the jail has in all trees. */
struct group_numbers {
  uint64_t number;
  /* In trees whose groups serve again; 0: in these there is none, and nothing is done. */
  uint64_t kept;
  /* That has been made already. */
  bool serves_again;
  /* What it was limited by when it served last, a bit a controller. */
  unsigned limited;
  /* How many processes its limit has refused until then. */
  uint64_t refused;
};

/* The group that has one number everywhere. */
static inline struct group_numbers group_alone(uint64_t number) {
  return (struct group_numbers){.number = number, .kept = number};
}

/* Makes the group, and where one serves again takes its limits back; 0 or an errno. */
int group_make(const struct groups *groups, struct group_numbers group);

/* 0 or an errno; EBUSY while something is in it. */
int group_remove(const struct groups *groups, struct group_numbers group);

/* Writes the limits that our controllers know; 0 or an errno. */
int group_limit(const struct groups *groups, struct group_numbers group,
                const struct orien_jail_limits *limits);

/* Moves the calling process into it; 0 or an errno. This takes as long as all processors need to
 * agree, often ten milliseconds: nobody waits for it who need not. */
int group_enter(const struct groups *groups, struct group_numbers group);

/* Kills what is in it, at once and with what is just being forked. */
void group_kill(const struct groups *groups, struct group_numbers group);

/* Whether it counts all that is paid for by itself, whoever reaps what is in it. */
bool group_counts(const struct groups *groups, struct group_numbers group);

struct group_time {
  uint64_t user_microseconds, system_microseconds;
};

/* The processor time of all that has been in it; none where that is not counted. */
struct group_time group_time(const struct groups *groups, struct group_numbers group);

uint64_t group_cpu_microseconds(const struct groups *groups, struct group_numbers group);

/* What it has now; 0 where that is not counted. */
uint64_t group_memory_bytes(const struct groups *groups, struct group_numbers group);

/* Puts into `end` what the group counted, without the time `before`, and adds which limits were
 * hit. Where there is more
 * processor time in it than the group saw, the tree has left the group, as a tenant can that may
 * write to groups: then of each figure the greater one stands. Notes in `group` what its next one
 * has to know. */
void group_read(const struct groups *groups, struct group_numbers *group,
                const struct group_time *before, struct orien_jail_end *end);

/* What our controllers hold, and rlimits where they hold nothing. */
void groups_describe(const struct groups *groups, struct orien_jail_capabilities *capabilities);
