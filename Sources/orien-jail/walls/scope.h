/* Keeps a program's signals and abstract sockets to itself: by Landlock, which takes no privilege,
 * where the kernel has it (6.12). What holds a program may run as the same user, and could be
 * stopped or killed by it. */
#pragma once
#include "../plain/linux.h"

/* A descriptor for `scope_enter`, to be made once and inherited; -1 where this kernel cannot. */
int scope_make(void);

/* The calling process, and whatever it starts, signals nobody but what it starts itself, and
 * reaches no abstract socket but theirs, for good; 0 or an errno. -1 as scope changes nothing. It
 * has no new privileges already. */
int scope_enter(int scope);
