/* What lives in the interpreter, and whether any of it does something by ending. */
#pragma once
#include <stdbool.h>

/* Finds what that is judged by, before there is a script; false with a Python error set. */
bool living_foresee(void);

/* Whether all that lives ends in silence. What cannot be told does not. */
bool living_is_silent(void);
