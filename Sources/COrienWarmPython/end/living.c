#define PY_SSIZE_T_CLEAN
#include "living.h"

#include <link.h>
#include <python3.11/Python.h>
#include <string.h>

#include "files.h"
#include "lookup.h"
#include "objects.h"

enum { LIBRARIES = 32 };
#define LENGTH(list) (sizeof list / sizeof *list)

/* The collector's own, whatever becomes of its module. */
static PyObject *callbacks, *garbage;
/* Of the modules `gc` and `atexit`. */
static PyMethodDef *get_debug, *get_freeze_count, *count_exits;
/* Where the libraries lie that were there before the script. */
static ElfW(Addr) library[LIBRARIES];
static int libraries;
/* How many rules there are of what is warned of. Who leaves a socket open, or the reading of a
 * folder, which are in no list of objects, is warned by them, and the kernel closes both. */
static Py_ssize_t filters;

/* Extension modules that come with the interpreter, and what these load: what they make ends in
 * silence. */
static const char *const silent[] = {
    "_bz2",     "_contextvars", "_decimal", "_hashlib", "_json",     "_lzma",
    "_opcode",  "_queue",       "_typing",  "_uuid",    "_zoneinfo", "resource",
    "libbz2",   "libcrypto",    "liblzma",  "libmpdec", "libuuid"};

/* Whether somebody audits the interpreter, who hears of its end and of all that is looked at. */
static bool is_audited;
static PyMethodDef add_audit_hook;
static _PyCFunctionFastWithKeywords add_hook;

static PyObject *note_audit_hook(PyObject *self, PyObject *const *words, Py_ssize_t count,
                                 PyObject *names) {
  is_audited = true;
  return add_hook(self, words, count, names);
}

/* Has the function that adds such hooks say so. It stays the object that it is. */
static bool watch_auditing(void) {
  PyObject *function = PySys_GetObject("addaudithook");
  PyCFunctionObject *adds = function && PyCFunction_Check(function) ? (void *)function : NULL;
  if (!adds || adds->m_ml->ml_flags != (METH_FASTCALL | METH_KEYWORDS)) {
    PyErr_SetString(PyExc_TypeError, "sys.addaudithook is called in another way");
    return false;
  }
  add_audit_hook = *adds->m_ml;
  add_hook = (_PyCFunctionFastWithKeywords)(void *)add_audit_hook.ml_meth;
  add_audit_hook.ml_meth = (PyCFunction)(void *)note_audit_hook;
  adds->m_ml = &add_audit_hook;
  return true;
}

static int note_library(struct dl_phdr_info *info, size_t size, void *nothing) {
  (void)size, (void)nothing;
  if (libraries < LIBRARIES) library[libraries++] = info->dlpi_addr;
  return 0;
}

static int is_loud(struct dl_phdr_info *info, size_t size, void *nothing) {
  (void)size, (void)nothing;
  for (int i = 0; i < libraries; i++)
    if (library[i] == info->dlpi_addr) return 0;
  const char *slash = strrchr(info->dlpi_name, '/');
  const char *name = slash ? slash + 1 : info->dlpi_name;
  for (size_t i = 0; i < LENGTH(silent); i++) {
    size_t length = strlen(silent[i]);
    if (strncmp(name, silent[i], length) == 0 && name[length] == '.') return 0;
  }
  return 1;
}

static bool has_module(const char *name) {
  return PyDict_GetItemString(PyImport_GetModuleDict(), name) != NULL;
}

/* The length of a module's list, -1 where it is none. Nothing of a script's is called for it. */
static Py_ssize_t count(const char *name, const char *wanted) {
  PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), name);
  if (!module || !PyModule_CheckExact(module)) return -1;
  PyObject *list = PyDict_GetItemString(PyModule_GetDict(module), wanted);
  return list && PyList_CheckExact(list) ? PyList_GET_SIZE(list) : -1;
}

/* As the interpreter looks them up when it has something to warn of. */
static Py_ssize_t count_filters(void) {
  return count(has_module("warnings") ? "warnings" : "_warnings", "filters");
}

bool living_foresee(void) {
  bool is = (callbacks = lookup_object("gc", "callbacks")) &&
            (garbage = lookup_object("gc", "garbage")) && (get_debug = lookup("gc", "get_debug")) &&
            (get_freeze_count = lookup("gc", "get_freeze_count")) &&
            (count_exits = lookup("atexit", "_ncallbacks")) && files_foresee() &&
            watch_auditing() && objects_foresee();
  if (!is) return false;
  filters = count_filters();
  dl_iterate_phdr(note_library, NULL);
  return !PyErr_Occurred();
}

static bool is_zero(PyMethodDef *counter) {
  PyObject *count = lookup_call(counter, NULL);
  bool is = count && PyLong_AsLong(count) == 0;
  Py_XDECREF(count);
  return is;
}

/* Whether the collector of garbage looks at all there is, and tells nobody of it. */
static bool collector_is_silent(void) {
  return PyList_GET_SIZE(callbacks) == 0 && PyList_GET_SIZE(garbage) == 0 &&
         is_zero(get_debug) && is_zero(get_freeze_count);
}

/* Whether there is one thread, and nothing that it would do before its end. */
static bool is_alone(void) {
  PyInterpreterState *first = PyInterpreterState_Head();
  if (PyInterpreterState_Next(first)) return false;
  if (PyThreadState_Next(PyInterpreterState_ThreadHead(first))) return false;
  if (!is_zero(count_exits)) return false;
  return !has_module("threading") || count("threading", "_threading_atexits") == 0;
}

bool living_is_silent(void) {
  if (is_audited) return false;
  bool is = is_alone() && dl_iterate_phdr(is_loud, NULL) == 0 && count_filters() == filters &&
            files_are_the_same() && collector_is_silent() && objects_are_silent();
  PyErr_Clear();
  return is;
}
