/* The system calls that a program may make. */
#pragma once
#include <linux/filter.h>

#include "../plain/linux.h"

/* Compiles the list, once; 0 or an errno. What `filter` points to lasts. */
int filter_make(struct sock_fprog *filter);

/* From here on the calling process, which has no new privileges already, makes these only; 0 or an
 * errno. */
int filter_enter(const struct sock_fprog *filter);
