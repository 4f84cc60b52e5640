/* sys.stdin, sys.stdout and sys.stderr. */
#pragma once
#include <stdbool.h>

#include <python3.11/Python.h>

/* Makes the three again, and their twins with underscores, as the interpreter makes them at its
 * start, for what most scripts have: standard input as it is now, and pipes. The descriptors stay
 * what they are. False with a Python error set. */
bool streams_foresee(const PyConfig *config);

/* Makes them once more where they have become something else: whether a stream is a terminal, and
 * how much it buffers, shows only now. False with a Python error set. */
bool streams_settle(const PyConfig *config);
