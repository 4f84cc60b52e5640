/* An interpreter that is up and waits for its one script, which then runs as `python3 <script> ...`
 * does. See orien_warm.h for how it is asked, for which requests are warm, and for what may differ.
 *
 * It is not a script that runs another: such a thing shows in frames, in tracebacks, in
 * `sys.orig_argv`, in what `__main__` holds. It is the very program `python3`, with another `main`,
 * that does what its own does but stops between the interpreter's start and the script. All that
 * a script can ask of its start is so the interpreter's own doing: the path, folders and archives
 * with a `__main__.py`, errors, exit codes. (A program of our own on the system's libpython would
 * do as well, if its code did not run a seventh slower than that of `python3`.) Where nobody could
 * see whether the interpreter is taken apart at its end, it is not (end/ending.c).
 *
 * Cold is also what finds packages of the user's own in the workspace, which are looked for when
 * an interpreter starts, and a folder as standard input. May differ, too: what the C function
 * Py_GetArgcArgv answers. `sys.modules` does not differ: nothing is imported ahead, for a module of
 * that name may stand in the workspace. */
#include <python3.11/Python.h>

#include "end/ending.h"
#include "interpreter.h"

static int wait_and_run(int count, char **argument, char **variable) {
  (void)count, (void)argument, (void)variable;
  warm_forget("LD_PRELOAD");
  warm_default_signals();
  static struct interpreter interpreter;
  if (!interpreter_start(&interpreter)) return WARM_FAILED;
  struct warm_order asked;
  if (!warm_wait(WARM_ORDER, WARM_WORDS, &asked)) return 0;
  if (!warm_fits(&asked, "python3") || !interpreter_is_current(&interpreter))
    warm_start_cold(&asked);
  if (!interpreter_rename(&asked)) warm_fail();
  warm_begin();
  ending_await();
  return Py_RunMain();
}

/* What a program calls first, with its `main`: this library stands before the C library. */
__attribute__((visibility("default"))) int
__libc_start_main(warm_main *main, int count, char **argument, void (*at_start)(void),
                  void (*at_end)(void), void (*at_unload)(void), void *stack) {
  (void)main;
  return warm_start(wait_and_run, count, argument, at_start, at_end, at_unload, stack);
}
