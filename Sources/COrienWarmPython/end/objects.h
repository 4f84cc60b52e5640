/* The objects that the collector of garbage knows: all that may do something by ending. */
#pragma once
#include <stdbool.h>

/* Looks at what there is before a script; false with a Python error set. */
bool objects_foresee(void);

/* Whether all of them end in silence. A Python error may be left set. */
bool objects_are_silent(void);
