/* What a program sees of the machine's files: /usr and what leads there, a little of /etc, a little
 * of /dev, and empty folders where each jail has something of its own. */
#pragma once
#include "../plain/linux.h"

/* Where a workspace is mounted. */
#define ROOT_WORKSPACE "/workspace"

/* The calling process is in a mount namespace of its own; makes this root its root. `users` says
 * which users it knows by name: `first` and those after. 0 or an errno, and what failed. */
int root_furnish(const char **what);

/* Names `count` users from `first` in what `root_furnish` makes. To be called before it. */
void root_name_users(uint32_t first, uint32_t count);

/* In a copy of it, in the PID namespace that it is for: /proc, /tmp and shared memory; 0 or an
 * errno. */
int root_finish(void);
