/* Limits that a process holds by itself, as rlimits: those that no control group holds. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"
#include "linux.h"

/* No core is dumped of the calling process, nor of what it starts; 0 or an errno. */
int limits_forbid_dumps(void);

/* Holds the calling process, and what it starts, to these; 0 or an errno. */
int limits_hold(const struct orien_jail_limits *limits);
