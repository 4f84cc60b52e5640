/* What a program sees of the machine's files: /usr and what leads there, a little of /etc, a little
 * of /dev, and empty folders where each jail has something of its own. */
#pragma once
#include "../walls/walls.h"

/* Where a workspace is mounted. */
#define ROOT_WORKSPACE "/workspace"

/* Says what is in the next root that is furnished: names for `count` users from `first`, what all
 * jails share, and a place for each device that some are lent. */
void root_describe(uint32_t first, uint32_t count, const struct grants *grants);

/* namespace.h, of a mount namespace: makes this root its root. */
int root_furnish(const char **what, int *beside);

/* In a copy of it, in the PID namespace that it is for: /proc, /tmp and shared memory; 0 or an
 * errno. */
int root_finish(void);

/* There: /tmp and shared memory hold no more than that each, where they would; 0 or an errno. */
int root_bound_files(uint64_t bytes);
