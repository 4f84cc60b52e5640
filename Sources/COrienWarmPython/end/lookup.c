#define PY_SSIZE_T_CLEAN
#include "lookup.h"

#include <stdbool.h>

PyObject *lookup_object(const char *name, const char *wanted) {
  PyObject *all = PyImport_GetModuleDict();
  bool was_there = PyDict_GetItemString(all, name) != NULL;
  PyObject *module = PyImport_ImportModule(name);
  if (!module) return NULL;
  PyObject *found = PyObject_GetAttrString(module, wanted);
  if (!was_there && PyDict_DelItemString(all, name) != 0) Py_CLEAR(found);
  Py_DECREF(module);
  return found;
}

PyMethodDef *lookup(const char *name, const char *wanted) {
  PyObject *found = lookup_object(name, wanted);
  if (!found) return NULL;
  PyMethodDef *definition = NULL;
  if (PyCFunction_Check(found))
    definition = ((PyCFunctionObject *)found)->m_ml;
  else
    PyErr_Format(PyExc_TypeError, "%s.%s is none of the interpreter's own", name, wanted);
  Py_DECREF(found);
  return definition;
}

PyObject *lookup_call(PyMethodDef *found, PyObject *argument) {
  PyObject *made = PyCFunction_New(found, NULL);
  PyObject *answer = NULL;
  if (made) answer = argument ? PyObject_CallOneArg(made, argument) : PyObject_CallNoArgs(made);
  Py_XDECREF(made);
  return answer;
}
