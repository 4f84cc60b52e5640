/* orien-warm-python: an interpreter that is up and waits for its one script, which then runs as
 * `python3 <script> ...` does. See orien_warm.h for how it is asked, for which requests are warm,
 * and for what may differ.
 *
 * It is not a script that runs another: such a thing shows in frames, in tracebacks, in
 * `sys.orig_argv`, in what `__main__` holds. It is the program `python3` once more, on the same
 * library, that stops between its start and its script. All that a script can ask of its start is
 * the interpreter's own doing: the path, folders and archives with a `__main__.py`, errors, exit
 * codes.
 *
 * Cold is also what finds packages of the user's own in the workspace, which are looked for when
 * an interpreter starts, and a folder as standard input. */
#include <python3.11/Python.h>
#include <sys/prctl.h>

#include "interpreter.h"

int main(void) {
  warm_default_signals();
  static struct interpreter interpreter;
  if (!interpreter_start(&interpreter)) return WARM_FAILED;
  // As long as it waits and when it runs: the kernel would show this program's name.
  prctl(PR_SET_NAME, "python3", 0, 0, 0);
  struct warm_order asked;
  if (!warm_wait(WARM_ORDER, WARM_WORDS, &asked)) return 0;
  if (!warm_fits(&asked, "python3") || !interpreter_is_current(&interpreter))
    warm_start_cold(&asked);
  if (!interpreter_rename(&asked)) warm_fail();
  warm_begin();
  return Py_RunMain();
}
