/* The programs that make and repair file systems. */
#pragma once
#include "../plain/linux.h"

/* Starts the program `argument[0]` of /usr/sbin or /sbin, with nothing open; its pid, or -1 with
 * errno. It dies with the caller. */
pid_t tool_start(char *const argument[]);

/* The same, and waits for it at most so long; what it exits with, or -1 where it does not. */
int tool_run(char *const argument[], unsigned milliseconds);
