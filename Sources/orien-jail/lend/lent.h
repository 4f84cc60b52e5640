/* A mount of something of the machine's, attached nowhere yet, for one jail. */
#pragma once
#include <sys/mount.h>

#include "../plain/linux.h"

/* What every one of them is. */
#define LENT_CLOSED (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

/* A mount of the folder or file, and of nothing that is mounted beneath it, closed by these
 * attributes (MOUNT_ATTR_*) and as the user of the namespace `owner` sees it; -1: as everybody. -1
 * with errno. */
int lent_mount(int thing, int owner, uint64_t closed);

/* The same thing, opened anew by the one of these names that it has here; -1 with errno, EACCES
 * where it has none of them. */
int lent_named(int thing, const char *const *names, unsigned count);
