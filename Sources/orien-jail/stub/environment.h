/* The clean environment: nothing of the node's own is in it. */
#pragma once
#include "../launcher/request.h"
#include "../walls/walls.h"

enum { ENVIRONMENT_STRINGS = ORIEN_JAIL_STRINGS + 8 };

/* Fills `variables`, NULL-ended: PATH, HOME (the workspace), TMPDIR (the same where nothing else
 * is the program's own), LANG, LC_ALL, and the request's, which replace one of these or an earlier
 * one of the same name. 0 or an errno. What it points to lasts until the next call. */
int environment_make(char *variables[ENVIRONMENT_STRINGS], const struct walls *walls,
                     const struct request *request);
