#include "leader.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "environment.h"

/* Where programs without a slash in their name are found, whatever PATH the caller gives them. */
static const char *const folders[] = {"/usr/bin", "/bin"};

/* Shared with the child, which runs in our memory while we wait for its exec. */
struct birth {
  const struct parts *parts;
  const struct request *request;
  uint64_t group;
  char **variables;
  /* The errno of what failed; 0: the program runs. */
  int error;
  /* It was exec that failed: the program is to blame, not the host. */
  bool at_exec;
};

static int set_limit(int which, uint64_t soft, uint64_t hard) {
  struct rlimit limit;
  if (getrlimit(which, &limit) != 0) return errno;
  // Raising a hard limit takes a capability that a service often lacks.
  if (hard > limit.rlim_max) hard = limit.rlim_max;
  limit.rlim_cur = soft < hard ? soft : hard;
  limit.rlim_max = hard;
  return setrlimit(which, &limit) == 0 ? 0 : errno;
}

static int set_limits(const struct groups *groups, const struct orien_jail_limits *limits) {
  int error = 0;
  if (limits->open_files) error = set_limit(RLIMIT_NOFILE, limits->open_files, limits->open_files);
  if (!error && limits->file_bytes)
    error = set_limit(RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes);
  if (!error && limits->cpu_milliseconds && !groups->can_meter) {
    uint64_t seconds = (limits->cpu_milliseconds + 999) / 1000;
    // A second between SIGXCPU, which may be handled, and SIGKILL.
    error = set_limit(RLIMIT_CPU, seconds, seconds + 1);
  }
  if (!error && limits->memory_bytes && groups->of[GROUP_MEMORY] < 0)
    error = set_limit(RLIMIT_DATA, limits->memory_bytes, limits->memory_bytes);
  return error;
}

static int prepare(const struct birth *birth) {
  const struct request *request = birth->request;
  if (setsid() < 0) return errno;
  int error = group_enter(&birth->parts->groups, birth->group);
  if (error) return error;
  if (dup2(request->input, 0) < 0 || dup2(request->output, 1) < 0 || dup2(request->errors, 2) < 0)
    return errno;
  if (fchdir(request->workspace) != 0) return errno;
  umask(077);
  if (close_range(3, ~0U, 0) != 0) return errno;
  error = set_limits(&birth->parts->groups, &request->limits);
  if (error) return error;
  // The launcher and the stub may be a little ahead of others; a tenant is not.
  if (getpriority(PRIO_PROCESS, 0) < 0 && setpriority(PRIO_PROCESS, 0, 0) != 0) return errno;
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL) == 0 ? 0 : errno;
}

/* Returns only where there is nothing to execute. */
static int execute(char *const *arguments, char *const *variables) {
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

static int be_born(void *argument) {
  struct birth *birth = argument;
  birth->error = prepare(birth);
  if (birth->error == 0) {
    birth->at_exec = true;
    birth->error = execute(birth->request->argument, birth->variables);
  }
  _exit(127);
}

/* execve says ENOENT for a missing program and for a missing interpreter of it. */
static bool exists(const struct request *request) {
  const char *name = request->argument[0];
  if (strchr(name, '/')) return faccessat(request->workspace, name, F_OK, 0) == 0;
  for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folders[i], name);
    if (access(path, F_OK) == 0) return true;
  }
  return false;
}

static enum orien_jail_fault fault_of(const struct birth *birth) {
  if (birth->error == 0) return ORIEN_JAIL_RAN;
  if (!birth->at_exec) return ORIEN_JAIL_HOST;
  switch (birth->error) {
  case ENOENT:
    return exists(birth->request) ? ORIEN_JAIL_NO_INTERPRETER : ORIEN_JAIL_NOT_FOUND;
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

struct leader_fault leader_start(const struct parts *parts, const struct request *request,
                                 uint64_t group, pid_t *leader) {
  static _Alignas(16) char stack[64 << 10];
  static char *variables[ENVIRONMENT_STRINGS];
  struct birth birth = {.parts = parts, .request = request, .group = group};
  birth.variables = variables;
  *leader = 0;
  int error = environment_make(variables, request);
  if (error) return (struct leader_fault){ORIEN_JAIL_HOST, error};
  // In our memory, as by vfork: nothing is copied for a child that is about to exec, and what
  // went wrong comes back in `birth`.
  *leader = clone(be_born, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &birth);
  if (*leader < 0) {
    *leader = 0;
    return (struct leader_fault){ORIEN_JAIL_HOST, errno};
  }
  return (struct leader_fault){fault_of(&birth), birth.error};
}
