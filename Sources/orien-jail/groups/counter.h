/* The processor time of a whole tree where no group counts it: the kernel's own counter, which
 * children inherit, sees also those whose parent ignores their end and that nobody reaps. */
#pragma once
#include "../plain/linux.h"

/* Counts the calling process and whatever it forks from here on; -1: the kernel lets this user
 * count nothing. */
int counter_open(void);

/* Of all of them but the calling process, which is to have reaped whatever there was; 0: of -1. */
uint64_t counter_microseconds(int counter);
