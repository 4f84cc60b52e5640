/* Kills trees of processes without a control group, and what a control group let slip.
 *
 * Whoever calls is a child subreaper with one thread: what it kills leaves its own children to it,
 * so that calling until there are none kills the whole tree, whatever it forks meanwhile. */
#pragma once
#include "linux.h"

/* How many children the caller has but those in `spare`. Whoever calls it has just reaped: only he
 * takes children off the kernel's list, which is whole while he reads it. */
unsigned tree_count(const pid_t *spare, unsigned count);

/* Kills every child of the caller but those in `spare`; how many it found. It looks no deeper: a
 * grandchild's number may be another process's by the time it is used, a child's may not. */
unsigned tree_kill(const pid_t *spare, unsigned count);

/* The same with all that it can; who is process 1 has the whole of its namespace for that. */
void tree_kill_all(void);

/* Whether a child of the caller that stands still has no child of its own. */
bool tree_is_leaf(pid_t child);

/* Whether the kernel tells a process's children at all. */
bool tree_is_visible(void);
