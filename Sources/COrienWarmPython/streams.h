/* sys.stdin, sys.stdout and sys.stderr. */
#pragma once
#include <stdbool.h>

#include <python3.11/Python.h>

/* Makes the three again, and their twins with underscores, as the interpreter makes them at its
 * start: whether a stream is a terminal, and how much it buffers, shows only now. False with a
 * Python error set. */
bool streams_make(const PyConfig *config);
