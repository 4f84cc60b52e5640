/* How a host's program brings what stands beside it into the interpreter, and takes its trace away:
 * see orien_warm.h. */
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "include/orien_warm.h"

enum { MOST_VARIABLES = 64, MOST_LOADERS = 2 };

/* Where interpreters are, in the order of the PATH that hosts are started with. */
static const char *const folders[] = {"/usr/bin", "/bin"};

bool warm_beside(char *path, size_t size, const char *name) {
  const char *self = (const char *)getauxval(AT_EXECFN);
  const char *slash = self ? strrchr(self, '/') : NULL;
  if (!slash) return false;
  int length = snprintf(path, size, "%.*s/%s", (int)(slash - self), self, name);
  return length > 0 && (size_t)length < size;
}

int warm_become(char *const *argument, char *const *loader) {
  char *variable[MOST_VARIABLES + MOST_LOADERS + 1];
  unsigned count = 0;
  for (; environ[count] && count < MOST_VARIABLES; count++) variable[count] = environ[count];
  // The last, so that what is left of them when they are forgotten stands behind all else.
  for (unsigned i = 0; loader[i] && i < MOST_LOADERS; i++) variable[count++] = loader[i];
  variable[count] = NULL;
  for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folders[i], argument[0]);
    execve(path, argument, variable);
  }
  fprintf(stderr, "orien-warm: ");
  perror(argument[0]);
  return WARM_FAILED;
}

void warm_forget(const char *name) {
  size_t length = strlen(name);
  char **kept = environ;
  for (char **variable = environ; *variable; variable++) {
    if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
      memset(*variable, 0, strlen(*variable));
    else
      *kept++ = *variable;
  }
  *kept = NULL;
}
