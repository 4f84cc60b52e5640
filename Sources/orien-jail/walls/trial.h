/* Tries the walls before anybody relies on them. */
#pragma once
#include "walls.h"

/* Builds a jail and runs a program in it. False: that does not work here, and `why` says what;
 * the kind is none then. */
bool trial_run(struct walls *walls);
