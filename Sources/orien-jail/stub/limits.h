/* Limits that a process holds by itself, as rlimits: those that no control group holds. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"

struct parts;

/* What of a request's limits is left for rlimits, once its group has been limited. */
struct orien_jail_limits limits_left(const struct parts *parts,
                                     const struct orien_jail_limits *limits);

/* Holds the calling process, and what it starts, to what was left; 0 or an errno. */
int limits_hold(const struct orien_jail_limits *left);
