#define PY_SSIZE_T_CLEAN
#include "files.h"

enum { STREAMS = 3 };

/* A stream, what it writes to, and what that writes to. */
struct stream {
  PyObject *text, *buffer, *raw;
};
static struct stream stream[STREAMS];
static const char *const names[STREAMS] = {"stdin", "stdout", "stderr"};
static const char *const twins[STREAMS] = {"__stdin__", "__stdout__", "__stderr__"};

/* The types of files, and what tells whether one is done with: itself, or what it is over. */
enum kind { IN_MEMORY, OPEN_OR_CLOSED, OVER_RAW, OVER_BUFFER };
static struct {
  const char *name;
  enum kind kind;
  const PyObject *type;
} files[] = {
    {"BytesIO", IN_MEMORY, NULL},       {"StringIO", IN_MEMORY, NULL},
    {"FileIO", OPEN_OR_CLOSED, NULL},   {"BufferedReader", OVER_RAW, NULL},
    {"BufferedWriter", OVER_RAW, NULL}, {"BufferedRandom", OVER_RAW, NULL},
    {"TextIOWrapper", OVER_BUFFER, NULL}};
enum { FILES = sizeof files / sizeof *files };

bool files_foresee(void) {
  PyObject *io = PyImport_ImportModule("_io");
  for (int i = 0; io && i < FILES; i++) {
    PyObject *type = PyObject_GetAttrString(io, files[i].name);
    if (!type) Py_CLEAR(io);
    // It lasts as long as the process.
    files[i].type = type;
    Py_XDECREF(type);
  }
  Py_XDECREF(io);
  return io != NULL;
}

/* What another object keeps alive; NULL where there is none. */
static PyObject *part(PyObject *whole, const char *name) {
  PyObject *found = whole ? PyObject_GetAttrString(whole, name) : NULL;
  if (!found) PyErr_Clear();
  Py_XDECREF(found);
  return found;
}

static struct stream look_at(int number) {
  struct stream now = {.text = PySys_GetObject(names[number])};
  if (now.text != PySys_GetObject(twins[number])) now.text = NULL;
  now.buffer = part(now.text, "buffer");
  now.raw = part(now.buffer, "raw");
  return now;
}

void files_note(void) {
  for (int i = 0; i < STREAMS; i++) stream[i] = look_at(i);
}

bool files_are_the_same(void) {
  for (int i = 0; i < STREAMS; i++) {
    struct stream now = look_at(i), before = stream[i];
    if (!now.raw || now.raw != before.raw) return false;
    if (now.text != before.text || now.buffer != before.buffer) return false;
  }
  return true;
}

static bool is_of_a_stream(const PyObject *object) {
  for (int i = 0; i < STREAMS; i++)
    if (object == stream[i].text || object == stream[i].buffer || object == stream[i].raw)
      return true;
  return false;
}

static bool is_over(PyObject *file) {
  if (!file) return false;
  int i = 0;
  while (i < FILES && files[i].type != (PyObject *)Py_TYPE(file)) i++;
  if (i == FILES) return false;
  switch (files[i].kind) {
    case IN_MEMORY: return true;
    case OPEN_OR_CLOSED: return part(file, "closed") == Py_True;
    case OVER_RAW: return is_over(part(file, "raw"));
    case OVER_BUFFER: return is_over(part(file, "buffer"));
  }
  return false;
}

bool files_are_silent(PyObject *object) { return is_of_a_stream(object) || is_over(object); }
