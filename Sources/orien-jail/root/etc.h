/* The little of /etc that interpreters and libraries look for. */
#pragma once
#include "../plain/linux.h"

/* Makes `etc` in the folder: users by name, and copies of what the machine has of the rest; 0 or an
 * errno. */
int etc_fill(int root, uint32_t first_user, uint32_t users);
