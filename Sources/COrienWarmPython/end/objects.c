#define PY_SSIZE_T_CLEAN
#include "objects.h"

#include <python3.11/Python.h>
#include <string.h>

#include "files.h"
#include "lookup.h"

enum { CLASSES = 512 };

/* Of the module `gc`. */
static PyMethodDef *get_objects;
/* Whether all that was there before the script ends in silence. */
static bool was_silent;
/* Made after all that, and in no list but the collector's. */
static PyObject *witness;
/* The classes of then that are no part of the interpreter itself, as weak references that it has
 * already. */
static PyObject *class[CLASSES];
static int classes;

/* Whether it matters to anybody that a weak reference's object has gone. */
static bool tells(PyObject *callback) {
  if (!callback) return false;
  // The one of classes that others were registered with.
  if (PyCFunction_Check(callback))
    return strcmp(((PyCFunctionObject *)callback)->m_ml->ml_name, "_destroy") != 0;
  PyObject *module = PyFunction_Check(callback) ? PyFunction_GetModule(callback) : NULL;
  if (!module || !PyUnicode_Check(module)) return true;
  // The weak references of these modules tell only themselves.
  return PyUnicode_CompareWithASCIIString(module, "_weakrefset") != 0 &&
         PyUnicode_CompareWithASCIIString(module, "weakref") != 0;
}

/* Whether it was given something to do at the end of its objects, beside what it was made with. */
static bool has_own_end(const PyTypeObject *type) {
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return false;
  if (type->tp_finalize == type->tp_base->tp_finalize) return type->tp_del;
  PyObject *end = PyDict_GetItemString(type->tp_dict, "__del__");
  return !end || !Py_IS_TYPE(end, &PyWrapperDescr_Type) || PyDescr_TYPE(end) != type;
}

/* Objects of classes that are written in Python are all in the collector's list. */
static bool is_silent(PyObject *object) {
  const PyTypeObject *its = Py_TYPE(object);
  if (its->tp_finalize || its->tp_del) return files_are_silent(object);
  return !PyWeakref_Check(object) || !tells(((PyWeakReference *)object)->wr_callback);
}

/* And makes none of those that are older loud. */
static bool is_harmless(PyObject *object) {
  return is_silent(object) && !(PyType_Check(object) && has_own_end((PyTypeObject *)object));
}

static bool all_are(bool (*judge)(PyObject *), PyObject *objects) {
  bool are = true;
  for (Py_ssize_t i = 0; are && i < PyList_GET_SIZE(objects); i++)
    are = judge(PyList_GET_ITEM(objects, i));
  return are;
}

static bool all_are_silent(void) {
  PyObject *objects = lookup_call(get_objects, NULL);
  bool are = objects && all_are(is_silent, objects);
  Py_XDECREF(objects);
  return are;
}

/* What is made is of the youngest generation until all of that is moved to an older one: where the
 * witness is in this list, so is whatever was made after it. */
static bool has_all_that_is_new(PyObject *objects) {
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); i++)
    if (PyList_GET_ITEM(objects, i) == witness) return true;
  return false;
}

/* False where there are too many below this one. */
static bool note_classes(const PyTypeObject *type) {
  Py_ssize_t at = 0;
  PyObject *reference;
  while (type->tp_subclasses && PyDict_Next(type->tp_subclasses, &at, NULL, &reference)) {
    PyTypeObject *below = (PyTypeObject *)PyWeakref_GET_OBJECT(reference);
    if ((PyObject *)below == Py_None) continue;
    if (classes == CLASSES || !note_classes(below)) return false;
    if (below->tp_flags & Py_TPFLAGS_HEAPTYPE) class[classes++] = Py_NewRef(reference);
  }
  return true;
}

/* Whether no class of before the script has got something to do at the end of its objects. */
static bool has_classes_as_before(void) {
  for (int i = 0; i < classes; i++) {
    PyObject *type = PyWeakref_GET_OBJECT(class[i]);
    if (type != Py_None && has_own_end((PyTypeObject *)type)) return false;
  }
  return true;
}

/* Whether that is known without a look at what was there before the script. */
static bool young_are_harmless(void) {
  PyObject *youngest = PyLong_FromLong(0);
  PyObject *objects = youngest ? lookup_call(get_objects, youngest) : NULL;
  bool are = objects && has_all_that_is_new(objects) && all_are(is_harmless, objects);
  Py_XDECREF(objects);
  Py_XDECREF(youngest);
  return are;
}

bool objects_foresee(void) {
  if (!(get_objects = lookup("gc", "get_objects"))) return false;
  files_note();
  was_silent = note_classes(&PyBaseObject_Type) && has_classes_as_before() && all_are_silent();
  witness = PyList_New(0);
  return witness && !PyErr_Occurred();
}

bool objects_are_silent(void) {
  return (was_silent && has_classes_as_before() && young_are_harmless()) || all_are_silent();
}
