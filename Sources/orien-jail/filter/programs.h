/* What programs in a jail may do, but for what parts.h takes back. */
#pragma once
#include <seccomp.h>

#include "shortcut.h"

/* Adds it to a filter that refuses everything else, and to the shortcut before that what needs no
 * look at its arguments; 0, or what libseccomp says. */
int programs_allow(scmp_filter_ctx rules, struct shortcut *shortcut);
