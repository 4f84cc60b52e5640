/* A namespace that is made once and entered by many. */
#pragma once
#include "../plain/linux.h"

/* What is done in a new namespace before anybody else enters it; 0 or an errno, and what failed.
 * `beside`, -1 at first, may be set to a descriptor of something there that whoever makes it gets
 * too. */
typedef int namespace_furnish(const char **what, int *beside);

/* Lets a child move into a new namespace, `flag` of unshare(2) and `name` in /proc/self/ns, and
 * furnish it. Returns a descriptor, or -1 with errno; `what` then says what failed. `furnish` and
 * `beside` may be NULL. */
int namespace_make(int flag, const char *name, namespace_furnish *furnish, const char **what,
                   int *beside);

/* A user namespace in which `inside` is what is `outside` here, as user and as group: what an
 * idmapped mount is made with; or -1 with errno. */
int namespace_of_user(uint32_t inside, uint32_t outside);

/* The same where the group inside has another number than the user. */
int namespace_of_owner(uint32_t user, uint32_t group, uint32_t outside);
