#include "program.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../plain/limits.h"
#include "../walls/defence.h"

/* Where programs without a slash in their name are found, whatever PATH the caller gives them. */
static const char *const folders[] = {"/usr/bin", "/bin"};

struct orien_jail_limits program_limits(const struct parts *parts,
                                        const struct orien_jail_limits *limits) {
  const struct groups *groups = &parts->groups;
  struct orien_jail_limits left = *limits;
  if (groups->of[GROUP_MEMORY] >= 0) left.memory_bytes = 0;
  if (groups->of[GROUP_PIDS] >= 0 || !walls_count_processes(&parts->walls)) left.processes = 0;
  // Where the group is looked at this is for who has left it, and comes after.
  if (groups->can_meter && left.cpu_milliseconds) left.cpu_milliseconds += 1000;
  if (!defends(DEFENCE_RLIMITS)) left.open_files = left.file_bytes = 0;
  if (!defends(DEFENCE_CPU_LIMIT)) left.cpu_milliseconds = 0;
  if (!defends(DEFENCE_MEMORY_LIMIT)) left.memory_bytes = 0;
  if (!defends(DEFENCE_PROCESS_LIMIT)) left.processes = 0;
  return left;
}

int program_prepare(const struct request *request) {
  if (dup2(request->input, 0) < 0 || dup2(request->output, 1) < 0 || dup2(request->errors, 2) < 0)
    return errno;
  if (fchdir(request->workspace) != 0) return errno;
  umask(077);
  int error = limits_hold(&request->limits);
  if (error) return error;
  // What else is open closes at exec, the pipe to the stub too: so it learns that all went well.
  if (defends(DEFENCE_DESCRIPTORS) && close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL) == 0 ? 0 : errno;
}

int program_execute(char *const *arguments, char *const *variables) {
  if (strchr(arguments[0], '/')) {
    execve(arguments[0], arguments, variables);
    return errno;
  }
  int error = ENOENT;
  for (unsigned i = 0; i < sizeof folders / sizeof *folders && error == ENOENT; i++) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folders[i], arguments[0]);
    if (length < 0 || (size_t)length >= sizeof path) return ENAMETOOLONG;
    execve(path, arguments, variables);
    error = errno;
  }
  return error;
}

/* execve says ENOENT for a missing program and for a missing interpreter of it. */
static bool exists(const char *name) {
  if (strchr(name, '/')) return access(name, F_OK) == 0;
  for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folders[i], name);
    if (access(path, F_OK) == 0) return true;
  }
  return false;
}

enum orien_jail_fault program_fault(int error, const char *name) {
  switch (error) {
  case ENOENT:
    return exists(name) ? ORIEN_JAIL_NO_INTERPRETER : ORIEN_JAIL_NOT_FOUND;
  case ENOTDIR:
  case ENAMETOOLONG:
    return ORIEN_JAIL_NOT_FOUND;
  case EACCES:
  case EPERM:
  case ELOOP:
  case ETXTBSY:
    return ORIEN_JAIL_DENIED;
  case ENOEXEC:
  case EINVAL:
  case ELIBBAD:
  case EISDIR:
    return ORIEN_JAIL_FORMAT;
  case E2BIG:
    return ORIEN_JAIL_TOO_BIG;
  default:
    return ORIEN_JAIL_HOST;
  }
}
