/* The end of a script after which nothing is left that would do anything by ending. */
#pragma once
#include "orien_warm.h"

/* The script begins. Where it comes to a good end and leaves nothing that acts by ending, the
 * process then ends without the interpreter's being taken apart. */
void ending_await(void);
