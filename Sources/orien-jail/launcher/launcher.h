/* The launcher: one thread that starts programs for the node and tells how they ended. It takes no
 * path, user or mount from the node, only what orien_jail.h has, and checks all of it. */
#pragma once
#include "../keeper/parts.h"

/* The launcher's process: runs until the node or the keeper is gone, or the node speaks
 * nonsense. */
_Noreturn void launcher_run(const struct parts *parts, int node);
