/* Files and standard streams, as objects of the interpreter's. */
#pragma once
#include <stdbool.h>

#include <python3.11/Python.h>

/* Finds the types of files, before there is a script; false with a Python error set. */
bool files_foresee(void);

/* Notes the standard streams that the script begins with. */
void files_note(void);

/* Whether the standard streams are still those. */
bool files_are_the_same(void);

/* Whether an object is a standard stream's, or a file that is closed or in memory, of the very
 * types that come with the interpreter: it does nothing by ending that somebody sees. No Python
 * error is left set. */
bool files_are_silent(PyObject *object);
