/* As frame.c: the jail's own way to hold a process to its limits. */
#include "../orien-jail/plain/limits.c"
