/* Many processes: `forks N` or `threads N` that only wait, `stays` that outlives its parent,
 * `deaf` that hears no signal, `breeds` for four seconds. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "attempt.h"

static void *wait_for_ever(void *nothing) {
  pause();
  return nothing;
}

static int fork_one(void) {
  pid_t child = fork();
  if (child == 0) wait_for_ever(NULL);
  return child < 0 ? -1 : 0;
}

static int thread_one(void) {
  pthread_t thread;
  int error = pthread_create(&thread, NULL, wait_for_ever, NULL);
  errno = error;
  return error ? -1 : 0;
}

static int many(int (*one)(void), unsigned wanted) {
  unsigned got = 0;
  while (got < wanted && one() == 0) got++;
  char what[48];
  snprintf(what, sizeof what, "%u of %u", got, wanted);
  attempt(what, got == wanted ? 0 : -1);
  return finished();
}

/* A daemon as the book has it; what it holds open is its parent's output. */
static int stay(void) {
  if (fork() != 0) return finished();
  setsid();
  if (fork() != 0) _exit(0);
  signal(SIGHUP, SIG_IGN);
  poll(NULL, 0, 700);
  attempt("to live on", close(open("lived-on", O_CREAT | O_WRONLY, 0600)));
  return 0;
}

static void be_deaf(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (int number = 1; number <= SIGRTMAX; number++) signal(number, SIG_IGN);
  puts("ready");
  fflush(stdout);
  poll(NULL, 0, 4000);
}

static void breed(void) {
  puts("ready");
  fflush(stdout);
  for (struct timespec now, end = {0};;) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!end.tv_sec) end.tv_sec = now.tv_sec + 4;
    if (now.tv_sec > end.tv_sec) _exit(0);
    // The parent ends, and its number with it: whoever kills what it has seen kills too late.
    if (fork() > 0) _exit(0);
  }
}

int main(int count, char **argument) {
  const char *way = count > 1 ? argument[1] : "";
  unsigned wanted = count > 2 ? (unsigned)atoi(argument[2]) : 0;
  if (strcmp(way, "forks") == 0) return many(fork_one, wanted);
  if (strcmp(way, "threads") == 0) return many(thread_one, wanted);
  if (strcmp(way, "stays") == 0) return stay();
  if (strcmp(way, "deaf") == 0) be_deaf();
  if (strcmp(way, "breeds") == 0) {
    for (int i = 0; i < 8; i++)
      if (fork() == 0) breed();
    breed();
  }
  return finished();
}
