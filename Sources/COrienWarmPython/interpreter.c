#define PY_SSIZE_T_CLEAN
#include "interpreter.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "end/living.h"
#include "streams.h"

/* The name by which the interpreter is found, and by which it calls itself. */
static char *const placeholder[] = {"python3", "script"};

/* Where `site` looks for the user's own packages: in HOME, and so in the workspace. */
static bool find_packages(char *folder) {
  PyObject *site = PyImport_ImportModule("site");
  PyObject *wanted = site ? PyObject_GetAttrString(site, "ENABLE_USER_SITE") : NULL;
  PyObject *path = site ? PyObject_GetAttrString(site, "USER_SITE") : NULL;
  PyObject *bytes = NULL;
  bool found = false;
  folder[0] = 0;
  if (wanted && path && (wanted != Py_True || path == Py_None)) {
    found = true;
  } else if (wanted && path && PyUnicode_FSConverter(path, &bytes)) {
    found = PyBytes_GET_SIZE(bytes) < INTERPRETER_FOLDER_BYTES;
    if (found) strcpy(folder, PyBytes_AS_STRING(bytes));
  }
  Py_XDECREF(bytes);
  Py_XDECREF(path);
  Py_XDECREF(wanted);
  Py_XDECREF(site);
  return found;
}

/* Py_RunMain reads what to run from here, and writes here itself. */
static PyConfig *config_of_all(void) {
  return (PyConfig *)_PyInterpreterState_GetConfig(PyInterpreterState_Get());
}

bool interpreter_start(struct interpreter *interpreter) {
  if (Py_Version >> 16 != PY_VERSION_HEX >> 16) {
    fprintf(stderr, "orien-warm-python: built for Python %s, and this is %s\n", PY_VERSION,
            Py_GetVersion());
    return false;
  }
  PyConfig config;
  // What `python3` itself begins with, the standard descriptors and the command line included.
  PyConfig_InitPythonConfig(&config);
  PyStatus status = PyConfig_SetBytesArgv(&config, 2, placeholder);
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) {
    fprintf(stderr, "orien-warm-python: %s\n", status.err_msg ? status.err_msg : "no interpreter");
    return false;
  }
  if (find_packages(interpreter->packages) && streams_foresee(config_of_all()) && living_foresee())
    return true;
  PyErr_Print();
  return false;
}

bool interpreter_is_current(const struct interpreter *interpreter) {
  struct stat status;
  if (interpreter->packages[0] && stat(interpreter->packages, &status) == 0) return false;
  // With a folder there an interpreter does not start at all, and says so.
  return fstat(0, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* As the interpreter makes the path of its script absolute. */
static wchar_t *absolute(const wchar_t *script) {
  if (script[0] == L'/') return wcsdup(script);
  char folder[INTERPRETER_FOLDER_BYTES];
  if (!getcwd(folder, sizeof folder)) return NULL;
  wchar_t *here = Py_DecodeLocale(folder, NULL);
  if (!here) return NULL;
  size_t room = wcslen(here) + 1 + wcslen(script) + 1;
  wchar_t *path = calloc(room, sizeof *path);
  bool is_here = wcscmp(script, L".") == 0;
  bool is_root = here[wcslen(here) - 1] == L'/';
  if (path) swprintf(path, room, L"%ls%ls%ls", here, is_here || is_root ? L"" : L"/",
                     is_here ? L"" : script);
  PyMem_RawFree(here);
  return path;
}

static bool put_list(const char *name, wchar_t *const *word, int count) {
  PyObject *list = PyList_New(count);
  for (int i = 0; list && i < count; i++) {
    PyObject *text = PyUnicode_FromWideChar(word[i], -1);
    if (text)
      PyList_SET_ITEM(list, i, text);
    else
      Py_CLEAR(list);
  }
  bool put = list && PySys_SetObject(name, list) == 0;
  Py_XDECREF(list);
  return put;
}

bool interpreter_rename(const struct warm_order *asked) {
  PyConfig *config = config_of_all();
  wchar_t **word = calloc((size_t)asked->arguments, sizeof *word);
  bool decoded = word != NULL;
  for (int i = 0; decoded && i < asked->arguments; i++)
    decoded = (word[i] = Py_DecodeLocale(asked->argument[i], NULL)) != NULL;
  wchar_t *script = decoded ? absolute(word[1]) : NULL;
  // These few are never given back: they are needed until the process ends.
  if (!script) return false;
  int count = asked->arguments;
  PyStatus status = PyConfig_SetString(config, &config->run_filename, script);
  if (!PyStatus_Exception(status))
    status = PyConfig_SetWideStringList(config, &config->orig_argv, count, word);
  if (!PyStatus_Exception(status))
    status = PyConfig_SetWideStringList(config, &config->argv, count - 1, word + 1);
  return !PyStatus_Exception(status) && put_list("orig_argv", word, count) &&
         put_list("argv", word + 1, count - 1) && streams_settle(config);
}
