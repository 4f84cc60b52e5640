/* Block devices over files. */
#pragma once
#include "../plain/linux.h"

enum { LOOP_PATH_BYTES = 24 };

/* Puts a block device over the file, which it keeps open, and so its lock. The device goes when
 * nobody has it open or mounted any more. Its descriptor and its path, or -1 with errno. */
int loop_attach(int file, char path[LOOP_PATH_BYTES]);
