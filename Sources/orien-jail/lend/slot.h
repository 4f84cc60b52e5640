/* A slot is a user of the machine that one jail has at a time, and the workspace as that user sees
 * it: on the disk it stays the node's. */
#pragma once
#include "../walls/walls.h"

/* Makes ready what `slot_lend` needs of slot `slot`; 0 or an errno. */
int slot_prepare(const struct walls *walls, unsigned slot);

/* The folder as a mount that is attached nowhere yet, which only the slot's user may write to;
 * -1 with errno. For the launcher, who sees the node's folders; the slot has been prepared. */
int slot_lend(const struct walls *walls, unsigned slot, int folder);
