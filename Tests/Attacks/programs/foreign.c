/* Calls by the numbers of another architecture, which a filter for this one would misread. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "attempt.h"

#ifdef __x86_64__
static long call_i386(long number) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number) : "memory");
  return result;
}

static long call_x32(long number) { return syscall(0x40000000L | number); }

static void in_child(const char *what, long (*call)(long), long number) {
  pid_t child = fork();
  if (child == 0) _exit(call(number) > 0 ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  errno = WIFSIGNALED(status) ? EINTR : ENOSYS;
  attempt(what, status == 0 ? 0 : -1);
}
#endif

int main(void) {
#ifdef __x86_64__
  in_child("getpid of 32 bits", call_i386, 20);
  in_child("getpid of x32", call_x32, SYS_getpid);
#endif
  return finished();
}
