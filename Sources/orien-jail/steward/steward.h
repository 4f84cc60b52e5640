/* The steward: it makes, mounts and unmounts the images that are sessions' workspaces. */
#pragma once
#include "../keeper/parts.h"

/* The steward's process, which the node talks to by `socket`: runs until the node or the keeper is
 * gone, or, with 0, until it is known that there can be no images. */
_Noreturn void steward_run(const struct parts *parts, int socket);
