/* An interpreter that ends takes itself apart, object by object, which is more than half of what
 * an empty script takes. The kernel does the same at once. Whether it was done is seen only where
 * an object does something by ending: a file that is open, a generator that waits, a class with
 * `__del__`, a weak reference that tells. So all that lives is looked at, or what is new where the
 * rest cannot have become loud, and where none of it does anything the process ends. Where some
 * may, or something is not as it was when the script began, the interpreter goes on as ever. */
#define PY_SSIZE_T_CLEAN
#include "ending.h"

#include <dlfcn.h>
#include <python3.11/Python.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "living.h"

static const PyObject *hook;
static bool is_awaited;

void ending_await(void) {
  files_note();
  hook = PySys_GetObject("excepthook");
  is_awaited = true;
}

/* Whether the script was there, and no error ended it. One that asks for its end does not come by
 * here. */
static bool has_succeeded(void) {
  PyObject *main = PyDict_GetItemString(PyImport_GetModuleDict(), "__main__");
  PyObject *names = main && PyModule_Check(main) ? PyModule_GetDict(main) : NULL;
  PyObject *loader = names ? PyDict_GetItemString(names, "__loader__") : NULL;
  // Before there is a script it is a class, of what is built in.
  if (!loader || PyType_Check(loader)) return false;
  return !PySys_GetObject("last_type") && PySys_GetObject("excepthook") == hook;
}

static bool is_written_out(const char *name) {
  PyObject *flush = PyObject_GetAttrString(PySys_GetObject(name), "flush");
  // One that a script has put there would be called in another number.
  bool is_its_own = flush && PyCFunction_Check(flush);
  PyObject *done = is_its_own ? PyObject_CallNoArgs(flush) : NULL;
  // Who goes on finds what could not be written, and says so.
  if (!done) PyErr_Clear();
  Py_XDECREF(flush);
  Py_XDECREF(done);
  return done != NULL;
}

static void come(void) {
  bool is_over = has_succeeded() && living_is_silent();
  if (is_over && is_written_out("stdout") && is_written_out("stderr")) exit(0);
}

/* The interpreter asks for this variable when its script has come to its end, and no script runs
 * any more; it finds what the environment has. */
__attribute__((visibility("default"))) char *getenv(const char *name) {
  typedef char *get_function(const char *);
  static get_function *get;
  if (!get) get = (get_function *)dlsym(RTLD_NEXT, "getenv");
  if (!get) _Exit(WARM_FAILED);
  char *value = get(name);
  bool is_end = is_awaited && !value && strcmp(name, "PYTHONINSPECT") == 0 &&
                PyGILState_Check() && !PyEval_GetFrame();
  if (is_end) {
    is_awaited = false;
    come();
  }
  return value;
}
