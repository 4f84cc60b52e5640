#include "environment.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../root/root.h"

static char home[PATH_MAX + 8] = "HOME=";
static char scratch[PATH_MAX + 8] = "TMPDIR=";
static char *const fixed[] = {"PATH=/usr/bin:/bin", home, scratch, "LANG=C.UTF-8",
                              "LC_ALL=C.UTF-8"};

/* Where the workspace is, after `NAME=`. */
static int append_path(char *variable, int workspace) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", workspace);
  size_t used = strlen(variable);
  ssize_t length = readlink(link, variable + used, PATH_MAX);
  if (length < 0) return errno;
  if (length == PATH_MAX) return ENAMETOOLONG;
  variable[used + (size_t)length] = 0;
  return 0;
}

static void put(char **variables, unsigned *count, char *variable) {
  size_t name = strcspn(variable, "=") + 1;
  for (unsigned i = 0; i < *count; i++) {
    if (strncmp(variables[i], variable, name) != 0) continue;
    variables[i] = variable;
    return;
  }
  variables[(*count)++] = variable;
}

/* 0 or an errno. */
static int find_folders(const struct walls *walls, int workspace) {
  home[strlen("HOME=")] = 0;
  scratch[strlen("TMPDIR=")] = 0;
  if (walls->kind != ORIEN_JAIL_WALLS_NONE) {
    strcat(home, ROOT_WORKSPACE);
    strcat(scratch, "/tmp");
    return 0;
  }
  int error = append_path(home, workspace);
  return error ? error : append_path(scratch, workspace);
}

int environment_make(char *variables[ENVIRONMENT_STRINGS], const struct walls *walls,
                     const struct request *request) {
  int error = find_folders(walls, request->workspace);
  if (error) return error;
  unsigned count = 0;
  for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++) put(variables, &count, fixed[i]);
  for (char *const *more = request->variable; *more; more++) put(variables, &count, *more);
  variables[count] = NULL;
  return 0;
}
