#define PY_SSIZE_T_CLEAN
#include "streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct stream {
  int descriptor;
  /* "r" or "w" */
  const char *mode;
  /* What `raw.name` is. */
  const char *title;
  /* Its names in `sys`. */
  const char *name, *twin;
};

static const struct stream streams[] = {
    {0, "r", "<stdin>", "stdin", "__stdin__"},
    {1, "w", "<stdout>", "stdout", "__stdout__"},
    {2, "w", "<stderr>", "stderr", "__stderr__"},
};

/* The buffered bytes of a stream, with the name that its raw file has; sets `is_terminal`. */
static PyObject *make_bytes(PyObject *io, const struct stream *stream, int *is_terminal) {
  const char *mode = stream->mode[0] == 'w' ? "wb" : "rb";
  PyObject *bytes = PyObject_CallMethod(io, "open", "isiOOOO", stream->descriptor, mode, -1,
                                        Py_None, Py_None, Py_None, Py_False);
  PyObject *raw = bytes ? PyObject_GetAttrString(bytes, "raw") : NULL;
  PyObject *title = raw ? PyUnicode_FromString(stream->title) : NULL;
  PyObject *answer = NULL;
  if (title && PyObject_SetAttrString(raw, "name", title) == 0)
    answer = PyObject_CallMethod(raw, "isatty", NULL);
  *is_terminal = answer ? PyObject_IsTrue(answer) : -1;
  Py_XDECREF(answer);
  Py_XDECREF(title);
  Py_XDECREF(raw);
  if (*is_terminal < 0) Py_CLEAR(bytes);
  return bytes;
}

static PyObject *make_text(PyObject *io, const struct stream *stream, const PyConfig *config) {
  int is_terminal;
  PyObject *bytes = make_bytes(io, stream, &is_terminal);
  if (!bytes) return NULL;
  const wchar_t *on_error = stream->descriptor == 2 ? L"backslashreplace" : config->stdio_errors;
  PyObject *encoding = PyUnicode_FromWideChar(config->stdio_encoding, -1);
  PyObject *errors = PyUnicode_FromWideChar(on_error, -1);
  PyObject *text = NULL, *mode = NULL;
  PyObject *by_line = is_terminal || stream->descriptor == 2 ? Py_True : Py_False;
  if (encoding && errors)
    text = PyObject_CallMethod(io, "TextIOWrapper", "OOOsOO", bytes, encoding, errors, "\n",
                               by_line, Py_False);
  if (text) mode = PyUnicode_FromString(stream->mode);
  if (text && (!mode || PyObject_SetAttrString(text, "mode", mode) != 0)) Py_CLEAR(text);
  Py_XDECREF(mode);
  Py_XDECREF(errors);
  Py_XDECREF(encoding);
  Py_DECREF(bytes);
  return text;
}

/* What each descriptor was when its stream was made. */
static struct stat foreseen[3];

static bool make(const PyConfig *config) {
  PyObject *io = PyImport_ImportModule("io");
  bool made = io != NULL;
  for (unsigned i = 0; made && i < sizeof streams / sizeof *streams; i++) {
    const struct stream *stream = &streams[i];
    PyObject *text = make_text(io, stream, config);
    made = text && PySys_SetObject(stream->name, text) == 0 &&
           PySys_SetObject(stream->twin, text) == 0;
    Py_XDECREF(text);
  }
  Py_XDECREF(io);
  return made;
}

static bool fail(void) {
  PyErr_SetFromErrno(PyExc_OSError);
  return false;
}

static bool make_for_pipe(const PyConfig *config, int pipe) {
  bool is_there = dup2(pipe, 1) >= 0 && dup2(pipe, 2) >= 0;
  for (int i = 0; is_there && i < 3; i++) is_there = fstat(i, &foreseen[i]) == 0;
  return is_there ? make(config) : fail();
}

bool streams_foresee(const PyConfig *config) {
  int ends[2], output = fcntl(1, F_DUPFD_CLOEXEC, 3), errors = fcntl(2, F_DUPFD_CLOEXEC, 3);
  if (output < 0 || errors < 0 || pipe2(ends, O_CLOEXEC) != 0)
    return fail();
  bool made = make_for_pipe(config, ends[1]);
  if (dup2(output, 1) < 0 || dup2(errors, 2) < 0) made = fail();
  int const spent[] = {ends[0], ends[1], output, errors};
  for (int i = 0; i < 4; i++) close(spent[i]);
  return made;
}

/* Whether a stream of the one is like one of the other: no two files are alike, for each has a
 * place at which it is read. */
static bool is_alike(const struct stat *one, const struct stat *other) {
  bool has_no_place = S_ISFIFO(one->st_mode) || S_ISCHR(one->st_mode);
  return has_no_place && (one->st_mode & S_IFMT) == (other->st_mode & S_IFMT) &&
         one->st_rdev == other->st_rdev && one->st_blksize == other->st_blksize;
}

bool streams_settle(const PyConfig *config) {
  for (int i = 0; i < 3; i++) {
    struct stat now;
    if (fstat(i, &now) != 0 || !is_alike(&foreseen[i], &now)) return make(config);
  }
  return true;
}
