/* What the launcher, a stub and a leader do beyond what programs may. */
#pragma once
#include <seccomp.h>

#include "shortcut.h"

/* Adds it to a filter that allows what programs may, and to the shortcut before that what needs no
 * look at its arguments; 0, or what libseccomp says. */
int parts_allow(scmp_filter_ctx rules, struct shortcut *shortcut);

/* Adds to a filter that allows everything that of all this nothing is left; 0, or what libseccomp
 * says. */
int parts_take_back(scmp_filter_ctx rules);
