/* A namespace that is made once and entered by many. */
#pragma once
#include "../plain/linux.h"

/* Lets a child move into a new namespace, `flag` of unshare(2) and `name` in /proc/self/ns, and
 * furnish it. Returns a descriptor, or -1 with errno; `what` then says what failed. `furnish` may
 * be NULL; it returns 0 or an errno, and says what failed. */
int namespace_make(int flag, const char *name, int (*furnish)(const char **what),
                   const char **what);

/* A user namespace in which `inside` is what is `outside` here, as user and as group: what an
 * idmapped mount is made with; or -1 with errno. */
int namespace_of_user(uint32_t inside, uint32_t outside);
