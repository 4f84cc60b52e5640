#include "tool.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/process.h"

static _Noreturn void become(pid_t parent, char *const argument[]) {
  if (!process_follow(parent, SIGKILL)) _exit(126);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int i = 0; i < 3; i++)
    if (null < 0 || dup2(null, i) < 0) _exit(126);
  process_keep(NULL, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  char *const environment[] = {"PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C", NULL};
  static const char *const folders[] = {"/usr/sbin", "/sbin"};
  for (unsigned i = 0; i < 2; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folders[i], argument[0]);
    execve(path, argument, environment);
  }
  _exit(127);
}

pid_t tool_start(char *const argument[]) {
  pid_t self = getpid(), child = fork();
  if (child == 0) become(self, argument);
  return child;
}

int tool_run(char *const argument[], unsigned milliseconds) {
  pid_t child = tool_start(argument);
  if (child < 0) return -1;
  int handle = pidfd_open(child, 0);
  struct pollfd ended = {.fd = handle, .events = POLLIN};
  if (handle < 0 || poll(&ended, 1, (int)milliseconds) <= 0) kill(child, SIGKILL);
  if (handle >= 0) close(handle);
  int status;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}
