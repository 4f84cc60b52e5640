/* The keeper where root's walls cannot be had for a node that is not root any more: its user may
 * be able to have others by himself. */
#pragma once
#include "keeper.h"
#include "parts.h"

/* Begins the keeper again as the node's user, as if the node had never been root. Comes back
 * only where it cannot, with errno and what it is that it cannot. */
const char *own_begin(const struct keeper_options *options, const struct parts *parts);
