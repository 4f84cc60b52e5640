#include "own.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../plain/process.h"

const char *own_begin(const struct keeper_options *options, const struct parts *parts) {
  static char *argument[512];
  enum { MOST = sizeof argument / sizeof *argument - 3 };
  complain("walls of root's cannot be had: %s; the jail is the node's own user's",
           parts->walls.why);
  groups_remove(&parts->groups);
  for (int i = ORIEN_JAIL_CONTROL; i <= ORIEN_JAIL_LOCK; i++) fcntl(i, F_SETFD, 0);
  unsigned count = 0;
  for (unsigned i = 0; i < options->arguments && count < MOST; i++) {
    // He is nobody else any more.
    if (strcmp(options->argument[i], "--owner") == 0)
      i++;
    else
      argument[count++] = options->argument[i];
  }
  argument[count++] = "--walls";
  argument[count] = "user";
  errno = owner_become(&options->walls.owner);
  if (errno == 0) execv("/proc/self/exe", argument);
  return "beginning as the node's user";
}
