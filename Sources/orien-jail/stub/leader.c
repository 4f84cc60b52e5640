#include "leader.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../launcher/request.h"
#include "../plain/defence.h"
#include "../plain/process.h"
#include "environment.h"

/* Where programs without a slash in their name are found, whatever PATH the caller gives them. */
static const char *const folders[] = {"/usr/bin", "/bin"};

static int set_limit(int which, uint64_t soft, uint64_t hard) {
  struct rlimit limit;
  if (getrlimit(which, &limit) != 0) return errno;
  // Raising a hard limit takes a capability that a service often lacks.
  if (hard > limit.rlim_max) hard = limit.rlim_max;
  limit.rlim_cur = soft < hard ? soft : hard;
  limit.rlim_max = hard;
  return setrlimit(which, &limit) == 0 ? 0 : errno;
}

static int set_file_limits(const struct orien_jail_limits *limits) {
  int error = 0;
  if (limits->open_files)
    error = set_limit(RLIMIT_NOFILE, limits->open_files, limits->open_files);
  if (!error && limits->file_bytes)
    error = set_limit(RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes);
  return error;
}

static int set_limits(const struct parts *parts, const struct orien_jail_limits *limits) {
  const struct groups *groups = &parts->groups;
  bool has_own_user = parts->walls.kind == ORIEN_JAIL_WALLS_ROOT;
  int error = defends(DEFENCE_RLIMITS) ? set_file_limits(limits) : 0;
  if (!error && limits->cpu_milliseconds && defends(DEFENCE_CPU_LIMIT)) {
    uint64_t seconds = (limits->cpu_milliseconds + 999) / 1000;
    // Where the group is looked at this is for who has left it, and comes after.
    if (groups->can_meter) seconds++;
    // A second between SIGXCPU, which may be handled, and SIGKILL.
    error = set_limit(RLIMIT_CPU, seconds, seconds + 1);
  }
  if (!error && limits->memory_bytes && groups->of[GROUP_MEMORY] < 0 &&
      defends(DEFENCE_MEMORY_LIMIT))
    error = set_limit(RLIMIT_DATA, limits->memory_bytes, limits->memory_bytes);
  // Counted by user: it has to be nobody else's.
  if (!error && limits->processes && has_own_user && groups->of[GROUP_PIDS] < 0 &&
      defends(DEFENCE_PROCESS_LIMIT))
    error = set_limit(RLIMIT_NPROC, limits->processes, limits->processes);
  return error;
}

/* Everything that the request says but the program itself; 0 or an errno. */
static int prepare(const struct parts *parts, const struct request *request) {
  if (dup2(request->input, 0) < 0 || dup2(request->output, 1) < 0 || dup2(request->errors, 2) < 0)
    return errno;
  if (fchdir(request->workspace) != 0) return errno;
  umask(077);
  int error = set_limits(parts, &request->limits);
  if (error) return error;
  // What else is open closes at exec, the pipe to the stub too: so it learns that all went well.
  if (defends(DEFENCE_DESCRIPTORS) && close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
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

static enum orien_jail_fault fault_of(int error, const char *name) {
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

static void tell(int birth, struct leader_birth said) {
  // A stub that does not hear is dead, and this process is about to be.
  if (write(birth, &said, sizeof said) < 0) _exit(127);
}

static _Noreturn void fail(int birth, struct leader_birth why) {
  tell(birth, why);
  _exit(127);
}

static bool call_out(int words, uint8_t word) {
  return send(words, &word, sizeof word, MSG_NOSIGNAL) == sizeof word;
}

/* Waits for the request's frame; false where none will come. */
static bool await(int socket, struct frame_reader *frame) {
  struct pollfd ready = {.fd = socket, .events = POLLIN};
  for (;;) {
    if (process_poll(&ready, 1, -1) < 0) return false;
    switch (frame_read(socket, frame)) {
    case FRAME_PARTIAL:
      continue;
    case FRAME_GONE:
      return false;
    case FRAME_WHOLE:
      return true;
    }
  }
}

/* Everything that takes no request; 0 or an errno. */
static int settle(const struct parts *parts, const struct stub_place *place) {
  if (setsid() < 0) return errno;
  int error = group_enter(&parts->groups, place->group);
  if (error) return error;
  // The launcher and the stub may be a little ahead of others; a tenant is not.
  if (getpriority(PRIO_PROCESS, 0) < 0 && setpriority(PRIO_PROCESS, 0, 0) != 0) return errno;
  // Of 0 the kernel still feeds a program that collects dumps; of 1 none at all is made. Behind the
  // walls nobody can change it.
  error = defends(DEFENCE_RLIMITS) ? set_limit(RLIMIT_CORE, 1, 1) : 0;
  if (error) return error;
  return walls_shut(&parts->walls, place->slot);
}

_Noreturn void leader_run(const struct parts *parts, const struct stub_place *place, pid_t stub,
                          const struct leader_ends *ends) {
  process_name("orien-leader");
  if (!process_follow(stub, SIGKILL)) _exit(127);
  int birth = ends->birth;
  int keep[4 + GROUP_TREES] = {ends->request, ends->words, birth, parts->walls.scope};
  unsigned kept = 4;
  for (int i = 0; i < parts->groups.count; i++) keep[kept++] = parts->groups.tree[i].parent;
  process_keep(keep, kept);

  static struct frame_reader frame;
  static struct request request;
  static char *variables[ENVIRONMENT_STRINGS];
  struct leader_birth said = {.fault = ORIEN_JAIL_HOST};
  said.error = settle(parts, place);
  if (said.error) fail(birth, said);
  if (!await(ends->request, &frame)) _exit(0);
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  said.started = now_nanoseconds();
  said.cpu_user_microseconds = microseconds_of(used.ru_utime);
  said.cpu_system_microseconds = microseconds_of(used.ru_stime);
  said.fault = ORIEN_JAIL_RAN;
  tell(birth, said);
  said.fault = ORIEN_JAIL_HOST;

  // The launcher has read it before; what the structure points to lies in the frame.
  said.error = request_read(&request, &frame) ? 0 : EINVAL;
  if (!said.error) said.error = environment_make(variables, &parts->walls, &request);
  if (!said.error) said.error = prepare(parts, &request);
  if (said.error) fail(birth, said);
  // What the launcher does not hear of does not happen.
  if (!call_out(ends->words, LEADER_BEGINS)) fail(birth, said);
  said.error = execute(request.argument, variables);
  call_out(ends->words, LEADER_FAILS);
  said.fault = fault_of(said.error, request.argument[0]);
  fail(birth, said);
}
