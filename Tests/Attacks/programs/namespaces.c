/* Namespaces of one's own: in a user namespace anybody is root, and the kernel's mounts, routers
 * and packet filters are within reach. */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "attempt.h"

static const struct {
  const char *name;
  unsigned long flag;
} kinds[] = {{"user", CLONE_NEWUSER},          {"mount", CLONE_NEWNS},
             {"network", CLONE_NEWNET},        {"process", CLONE_NEWPID},
             {"IPC", CLONE_NEWIPC},            {"host name", CLONE_NEWUTS},
             {"control group", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

/* Each in a child, which lets this process stay where it is. */
static void in_child(const char *way, const char *name, int (*try)(unsigned long),
                     unsigned long flag) {
  pid_t child = fork();
  if (child == 0) _exit(try(flag) == 0 ? 0 : errno);
  int status = 0;
  waitpid(child, &status, 0);
  char what[64];
  snprintf(what, sizeof what, "a %s namespace by %s", name, way);
  errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
  attempt(what, errno == 0 ? 0 : -1);
}

static int by_unshare(unsigned long flag) { return (int)syscall(SYS_unshare, flag); }

static int by_clone(unsigned long flag) {
  long child = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return child < 0 ? -1 : 0;
}

static int by_clone3(unsigned long flag) {
  struct clone_args arguments = {.flags = flag, .exit_signal = SIGCHLD};
  long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) _exit(0);
  return child < 0 ? -1 : 0;
}

/* Two, one in the other, and a mount in it. */
static int nested(unsigned long flag) {
  if (syscall(SYS_unshare, flag) != 0 || syscall(SYS_unshare, flag | CLONE_NEWNS) != 0) return -1;
  return (int)syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

int main(void) {
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    in_child("unshare", kinds[i].name, by_unshare, kinds[i].flag);
    // In clone's word this bit is part of a signal's number.
    if (kinds[i].flag != CLONE_NEWTIME) in_child("clone", kinds[i].name, by_clone, kinds[i].flag);
    in_child("clone3", kinds[i].name, by_clone3, kinds[i].flag);
  }
  in_child("unshare twice", "user", nested, CLONE_NEWUSER);
  attempt("setns into one's own", syscall(SYS_setns, open("/proc/self/ns/uts", O_RDONLY), 0));
  return finished();
}
