/* What the hosts of waiting interpreters share: how they hear of their one script.
 *
 * A host is started as the final user inside a jail, with the environment that the script will
 * have. It brings its interpreter up, says LEADER_READY, and waits. One frame then names the
 * script and brings its descriptors, and the host is that script, as if it had just been started
 * for it. A host is used once.
 *
 * Which requests are warm: the interpreter by its bare name and then a script, which is not empty
 * and does not begin with `-`; variables, if any, that the host has with the same value; and the
 * limit of the stack that it was started with. A host that is asked for anything else, or that
 * finds something in the workspace that a starting interpreter would have read, starts the program
 * cold in its own place: that costs what it always costs, and is never wrong.
 *
 * What may differ from a cold start, for every host: the age of the process and the processor time
 * that it has used; addresses; and what /proc tells of the command line and of what lies in memory,
 * and the zeros that end its copy of the environment. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Where a host finds its two sockets. */
enum { WARM_ORDER = 3, WARM_WORDS = 4 };

/* The exit code of a host that could not become its script. */
enum { WARM_FAILED = 127 };

/* What one host has been asked for. The strings last as long as the process. */
struct warm_order {
  /* NULL-ended, the interpreter's name first. */
  char **argument;
  int arguments;
};

/* No signal is ignored, handled or blocked: what a program starts with. First in `main`. */
void warm_default_signals(void);

typedef int warm_main(int count, char **argument, char **variable);
typedef int warm_start_function(warm_main *main, int count, char **argument, void (*at_start)(void),
                                void (*at_end)(void), void (*at_unload)(void), void *stack);

/* What a library that stands before the C library does in place of its `__libc_start_main`. Where
 * the script ends by `exit` its end is told when all else is done, and waits for nothing that the
 * kernel has to take apart. */
warm_start_function warm_start;

/* Says on `words` that the interpreter is up, and waits for the frame on `order`. False: nobody
 * wants anything of this host any more. What is no request ends the process. Then the descriptors
 * 0 to 2 are the script's, `order` is closed, and the workspace is the working folder. */
bool warm_wait(int order, int words, struct warm_order *asked);

/* Whether the request is a warm one, by what the request says; `name` is the interpreter's. */
bool warm_fits(const struct warm_order *asked, const char *name);

/* The script begins. Whoever listens does not, where this ends the process. */
void warm_begin(void);

/* Becomes an interpreter, by its bare name, that has these variables as its last, NULL-ended; the
 * exit code where there is none. */
int warm_become(char *const *argument, char *const *loader);

/* Takes that variable out of the environment again, and out of what /proc tells of it. There is no
 * other thread that looks at variables. */
void warm_forget(const char *name);

/* The path of a file that stands beside the running program, by whatever path that was started. */
bool warm_beside(char *path, size_t size, const char *name);

/* Starts the program cold in place of the calling process. */
_Noreturn void warm_start_cold(const struct warm_order *asked);

/* Says that the script cannot begin, and ends the process. */
_Noreturn void warm_fail(void);
