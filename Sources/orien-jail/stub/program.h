/* How a process becomes the program of a request, wherever it is to run. */
#pragma once
#include "../keeper/parts.h"
#include "../launcher/request.h"

/* What of a request's limits is left for rlimits, once its group has been limited. */
struct orien_jail_limits program_limits(const struct parts *parts,
                                        const struct orien_jail_limits *limits);

/* Does everything that the request says but the program itself; 0 or an errno. */
int program_prepare(const struct request *request);

/* Returns only where there is nothing to execute: an errno. */
int program_execute(char *const *arguments, char *const *variables);

/* What that errno says of a program called `name`. */
enum orien_jail_fault program_fault(int error, const char *name);
