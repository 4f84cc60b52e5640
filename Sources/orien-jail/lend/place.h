/* A folder or socket of the machine that a jail is shown, for the operator's manifest names it. */
#pragma once
#include "../walls/walls.h"

/* A mount of it for slot `slot`, `kind` being one of enum orien_jail_place; -1 with errno. To whom
 * it belongs on the machine the slot's user is there. For the launcher; the slot has been
 * prepared. */
int place_lend(const struct walls *walls, unsigned slot, int thing, char kind);
