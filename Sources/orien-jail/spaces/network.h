/* A network namespace of one jail alone, with loopback and nothing else. */
#pragma once
#include "../plain/linux.h"

/* Returns a descriptor of it, or -1 with errno. Where `door` is not NULL, what it points to becomes
 * a socket that listens in there, at 127.0.0.1 and ORIEN_JAIL_DOOR_PORT. */
int network_make(int *door);
