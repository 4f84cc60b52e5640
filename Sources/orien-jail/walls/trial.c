#include "trial.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/process.h"
#include "namespace.h"

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
    if (!error) error = walls_shut(walls, 0);
    if (error) tell(to, error, "giving up privileges");
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) _exit(1);
  tell(to, 0, "");
}

/* What a slot's workspace is lent with; 0 or an errno. */
static int try_slot(const struct walls *walls) {
  if (walls->kind != ORIEN_JAIL_WALLS_ROOT) return 0;
  int made = namespace_of_user(geteuid(), walls->first_user);
  if (made < 0) return errno;
  close(made);
  return 0;
}

/* Whether the workspace can be lent is tried with a folder of the node's kind: the one it is to be
 * found in is not known here. */
bool trial_run(struct walls *walls) {
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
  if (step.error == 0 && (step.error = try_slot(walls)) != 0)
    snprintf(step.what, sizeof step.what, "a user namespace for workspaces");
  if (step.error == 0) return true;
  walls->kind = ORIEN_JAIL_WALLS_NONE;
  snprintf(walls->why, sizeof walls->why, "%s: %s", step.what, strerror(step.error));
  return false;
}
