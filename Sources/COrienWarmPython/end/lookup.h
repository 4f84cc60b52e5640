/* Functions of the interpreter's own modules, kept without the modules: these are not there until a
 * script asks for them. */
#pragma once
#include <python3.11/Python.h>

/* NULL with a Python error set where there is none of that name; else whoever asks owns it. */
PyObject *lookup_object(const char *module, const char *name);

/* The same of a function, without its object. */
PyMethodDef *lookup(const char *module, const char *name);

/* Calls what was found with one argument, or with none where that is NULL. */
PyObject *lookup_call(PyMethodDef *found, PyObject *argument);
