/* Tries the walls before anybody relies on them. */
#pragma once
#include "walls.h"

/* Builds a jail and runs a program in it. False: that does not work here, and `why` says what;
 * the kind is none then.
 * `workspaces` is a folder that has to be shown to slots; NULL: none is known. */
bool trial_run(struct walls *walls, const char *workspaces);
