/* Removes used groups, which may take a while: nobody else waits for that. Without groups there is
 * no janitor. */
#pragma once
#include "parts.h"

/* The janitor's process: runs until the node or the keeper is gone. */
_Noreturn void janitor_run(const struct parts *parts);

/* Gives a used group to the janitor. What does not fit into the pipe is dropped: the next sweep
 * finds the group. */
void janitor_retire(const struct parts *parts, struct group_numbers group);

/* A launcher is dead: whatever has a number of until now was its, and goes. */
void janitor_sweep(const struct parts *parts);
