/* The structures have no holes: what crosses a socket says nothing of the sender's memory. */
#include "orien_jail.h"

_Static_assert(sizeof(struct orien_jail_header) == 16, "header");
_Static_assert(sizeof(struct orien_jail_limits) == 56, "limits");
_Static_assert(sizeof(struct orien_jail_start) == 88, "start");
_Static_assert(sizeof(struct orien_jail_end) == 80, "end");
_Static_assert(sizeof(struct orien_jail_capabilities) == 244, "capabilities");
_Static_assert(sizeof(struct orien_jail_lasting) == 320, "lasting");
