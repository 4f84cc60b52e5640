/* How a host tells that its script has ended: see orien_warm.h, and words.h of the stub, which
 * hears it. */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../orien-jail/stub/words.h"
#include "end.h"
#include "include/orien_warm.h"

/* The process of the script, whose end is told; 0: nobody's is. */
static pid_t script;
/* Among the interpreter's own. */
static long newest_before;

/* A script that walls itself in further may have forbidden what tells, be it on pain of death: it
 * ends as it would have. */
__attribute__((visibility("default"))) int prctl(int option, ...) {
  va_list rest;
  va_start(rest, option);
  unsigned long argument[4];
  for (int i = 0; i < 4; i++) argument[i] = va_arg(rest, unsigned long);
  va_end(rest);
  if (option == PR_SET_SECCOMP) script = 0;
  return (int)syscall(SYS_prctl, option, argument[0], argument[1], argument[2], argument[3]);
}

/* The thread that was made last of those that are there, for they are numbered one after another; 0
 * where they cannot be seen. */
static long newest_thread(void) {
  int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return 0;
  // Nothing is allocated: it is the script's memory.
  _Alignas(struct dirent64) char list[4096];
  const struct dirent64 *thread;
  ssize_t got;
  long newest = 0;
  while ((got = getdents64(folder, list, sizeof list)) > 0) {
    for (ssize_t at = 0; at < got; at += thread->d_reclen) {
      thread = (const struct dirent64 *)(list + at);
      long number = strtol(thread->d_name, NULL, 10);
      if (number > newest) newest = number;
    }
  }
  close(folder);
  return got < 0 ? 0 : newest;
}

/* A thread of the script's may stand where no signal stops it, and hold what is to be closed. */
static bool is_as_before(void) {
  long newest = newest_thread();
  return newest > 0 && newest <= newest_before;
}

void end_await(void) {
  newest_before = newest_thread();
  script = getpid();
}

static void tell(int code, void *nothing) {
  (void)nothing;
  // What the script has forked ends like any other process.
  if (script == 0 || getpid() != script || !is_as_before()) return;
  // All that would still be done, and what an end lets go of that others may wait for.
  fcloseall();
  if (chdir("/") != 0 || close_range(3, ~0U, 0) != 0) return;
  char name[16];
  snprintf(name, sizeof name, HOST_ENDED "%d", code & 0xff);
  // Who is woken ends all the same.
  if (prctl(PR_SET_NAME, name, 0, 0, 0) == 0) kill(script, SIGSTOP);
}

int warm_start(warm_main *main, int count, char **argument, void (*at_start)(void),
               void (*at_end)(void), void (*at_unload)(void), void *stack) {
  warm_start_function *start = (warm_start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  if (!start) _Exit(WARM_FAILED);
  // The first is called last. Where there is no room for it the process ends as any other does.
  on_exit(tell, NULL);
  return start(main, count, argument, at_start, at_end, at_unload, stack);
}
