/* What of the machine one jail alone is shown, put where its program looks for it. */
#pragma once
#include "../plain/linux.h"

/* Attaches each mount at its place, `place[i] + 1` being its path and `place[i][0]` its kind; 0 or
 * an errno. The folders on the way are the jail's own: nobody else sees that they are there. For
 * the stub, in a copy of the root. */
int places_put(char *const *place, const int *mount, unsigned count);
