/* The keeper: it starts the launcher and the janitor, starts them again, and does nothing else, so
 * that nothing goes wrong with it. When the node is gone it sees to it that all of the jail is. */
#pragma once
#include "../groups/groups.h"

/* Runs until the node is gone, then until the last process of the jail is. */
_Noreturn void keeper_run(enum group_mode mode, const char *group_name);
