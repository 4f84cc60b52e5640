/* The system calls that a program may make. The kernel compiles a list of them anew for each
 * process that asks for one, which takes half as long as many a program runs. So there are two: a
 * long one of all that programs and the jail's own parts may do, which the launcher takes once and
 * whatever it starts inherits, and a short one by which a leader gives up what is not for
 * programs. */
#pragma once
#include <linux/filter.h>

#include "../plain/linux.h"

struct filters {
  struct sock_fprog all, rest;
};

/* Compiles both lists, once; 0 or an errno. What they point to lasts. */
int filters_make(struct filters *filters);

/* From here on the calling process and what it starts, who have no new privileges already, make
 * calls of programs and of the jail's parts only; 0 or an errno. */
int filters_begin(const struct filters *filters);

/* And from here on those of programs only; 0 or an errno. The calling process, or one that it
 * comes from, has begun. */
int filters_finish(const struct filters *filters);
