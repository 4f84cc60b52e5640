#include "trial.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lend/slot.h"
#include "../plain/process.h"
#include "../spaces/namespace.h"

/* How far one came, and why no further. */
struct step {
  int32_t error;
  char what[60];
};

static _Noreturn void tell(int to, int error, const char *what) {
  struct step step = {.error = error};
  snprintf(step.what, sizeof step.what, "%s", what);
  ssize_t written = write(to, &step, sizeof step);
  _exit(error || written != (ssize_t)sizeof step);
}

/* In the place of the stub, and then of the program. */
static _Noreturn void try_jail(const struct walls *walls, int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  int error = walls_enter(walls, -1);
  if (error) tell(to, error, "namespaces");
  pid_t child = fork();
  if (child < 0) tell(to, errno, "a process in a PID namespace");
  if (child == 0) {
    error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
    if (!error) error = walls_begin(walls);
    if (!error) error = walls_shut(walls, 0, -1);
    if (error) tell(to, error, "giving up privileges");
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) _exit(1);
  tell(to, 0, "");
}

/* What a slot's workspace is lent with; 0 or an errno. Before 6.3 the kernel shows no folder of a
 * tmpfs to another user, and none of an overlay to this day. */
static int try_slot(const struct walls *walls, const char *workspaces) {
  if (walls->kind != ORIEN_JAIL_WALLS_ROOT) return 0;
  int made = namespace_of_owner(walls->owner->user, walls->owner->group, walls->first_user);
  if (made < 0) return errno;
  int error = workspaces ? slot_try(made, workspaces) : 0;
  close(made);
  return error;
}

/* With room for one beside itself. */
static _Noreturn void try_counting(int owner) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (setns(owner, CLONE_NEWUSER) != 0 || walls_hold_nothing() != 0) _exit(1);
  struct rlimit two = {.rlim_cur = 2, .rlim_max = 2};
  if (setrlimit(RLIMIT_NPROC, &two) != 0) _exit(1);
  pid_t first = fork();
  if (first == 0) pause();
  pid_t second = first < 0 ? 0 : fork();
  if (second == 0 && first > 0) _exit(0);
  bool counts = first > 0 && second < 0 && errno == EAGAIN;
  if (first > 0) kill(first, SIGKILL);
  _exit(!counts);
}

/* Since 5.14 the kernel counts a user's processes in each user namespace by themselves; before, and
 * for root, a limit of these is none. */
static bool counts_processes(const struct walls *walls) {
  if (walls->kind != ORIEN_JAIL_WALLS_USER) return false;
  int owner = namespace_of_user(geteuid(), walls->first_user);
  if (owner < 0) return false;
  pid_t child = fork();
  if (child == 0) try_counting(owner);
  close(owner);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool trial_run(struct walls *walls, const char *workspaces) {
  int ends[2];
  struct step step = {.error = ECHILD, .what = "a jail"};
  if (pipe2(ends, O_CLOEXEC) == 0) {
    pid_t child = walls_fork(walls);
    if (child == 0) try_jail(walls, ends[1]);
    if (child < 0) step.error = errno;
    close(ends[1]);
    struct step said;
    if (child > 0 && read(ends[0], &said, sizeof said) == (ssize_t)sizeof said) step = said;
    close(ends[0]);
    if (child > 0) waitpid(child, NULL, 0);
  }
  if (step.error == 0 && (step.error = try_slot(walls, workspaces)) != 0)
    snprintf(step.what, sizeof step.what, "showing workspaces to another user");
  if (step.error == 0) {
    walls->counts_processes = counts_processes(walls);
    return true;
  }
  walls->kind = ORIEN_JAIL_WALLS_NONE;
  snprintf(walls->why, sizeof walls->why, "%s: %s", step.what, strerror(step.error));
  return false;
}
