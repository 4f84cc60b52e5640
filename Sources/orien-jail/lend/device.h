/* A device of the machine that a jail is lent, because the operator's manifest names it. */
#pragma once
#include "../walls/walls.h"

/* The device at `path`, for `device_put`; -1 with errno. For the launcher, who sees the machine's
 * devices. */
int device_lend(const struct walls *walls, const char *path);

/* The stub puts it at `at`, for slot `slot` alone where that is a user; 0 or an errno. */
int device_put(const struct walls *walls, unsigned slot, int device, const char *at);
