/* Uses processor time and says how much: `threads N SECONDS` at once, `children N MICROSECONDS`
 * one after the other, `unheard` the same with nobody to hear of their end, `daemon SECONDS` that
 * has left its parent, `diary SECONDS` that outlives it. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "attempt.h"

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void burn(clockid_t clock, double seconds) {
  double end = seconds_of(clock) + seconds;
  while (seconds_of(clock) < end) continue;
}

struct share {
  pthread_t thread;
  double seconds, used;
};

static void *burn_wall(void *given) {
  struct share *share = given;
  burn(CLOCK_MONOTONIC, share->seconds);
  share->used = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  return NULL;
}

/* What they have used, by their own word: one that has been joined may still be on its processor,
 * and of that the kernel tells what it had used by the last tick. */
static double burn_threads(unsigned count, double seconds) {
  struct share share[64];
  double used = 0;
  if (count > 64) count = 64;
  for (unsigned i = 0; i < count; i++) {
    share[i].seconds = seconds;
    pthread_create(&share[i].thread, NULL, burn_wall, &share[i]);
  }
  for (unsigned i = 0; i < count; i++) {
    pthread_join(share[i].thread, NULL);
    used += share[i].used;
  }
  return used + seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

static void burn_children(unsigned count, double seconds) {
  for (unsigned i = 0; i < count; i++) {
    pid_t child = fork();
    if (child == 0) {
      burn(CLOCK_PROCESS_CPUTIME_ID, seconds);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
}

static double used(int whose) {
  struct rusage usage;
  getrusage(whose, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Its parent waits until it has burnt, and knows nothing of its time. */
static void burn_daemon(double seconds) {
  int ends[2];
  char end;
  if (pipe(ends) != 0) return;
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    burn(CLOCK_PROCESS_CPUTIME_ID, seconds);
  printf("used %.6f\n", used(RUSAGE_SELF));
    fflush(stdout);
    _exit(0);
  }
  close(ends[1]);
  if (read(ends[0], &end, 1) != 0) return;
}

/* A daemon that notes what it has used, and whose parent ends when it has begun. */
static void burn_noting(double seconds) {
  int ends[2], diary = open("diary", O_CREAT | O_TRUNC | O_RDWR, 0600);
  char word[16], end;
  if (pipe(ends) != 0) return;
  if (fork() == 0) {
    setsid();
    for (double now; (now = seconds_of(CLOCK_PROCESS_CPUTIME_ID)) < seconds;) {
      int length = snprintf(word, sizeof word, "%.6f", now);
      if (pwrite(diary, word, (size_t)length, 0) != length) _exit(1);
      // From here on its parent is gone.
      if (now > seconds / 10 && ends[1] >= 0) ends[1] = close(ends[1]) - 1;
    }
    _exit(0);
  }
  close(ends[1]);
  if (read(ends[0], &end, 1) != 0) return;
}

/* The kernel forgets a child, and what it has used, whose parent ignores its end. */
static void burn_unheard(unsigned count, double seconds) {
  signal(SIGCHLD, SIG_IGN);
  burn_children(count, seconds);
}

int main(int count, char **argument) {
  if (count < 3) return 64;
  // What this process was before it was this program is not on the program's bill.
  double before = used(RUSAGE_SELF);
  double last = atof(argument[count - 1]);
  if (strcmp(argument[1], "threads") == 0) {
    printf("used %.6f\n", burn_threads((unsigned)atoi(argument[2]), last) - before);
    return finished();
  }
  if (strcmp(argument[1], "children") == 0) burn_children((unsigned)atoi(argument[2]), last / 1e6);
  if (strcmp(argument[1], "unheard") == 0) burn_unheard((unsigned)atoi(argument[2]), last / 1e6);
  if (strcmp(argument[1], "daemon") == 0) burn_daemon(last);
  if (strcmp(argument[1], "diary") == 0) burn_noting(last);
  printf("used %.6f\n", used(RUSAGE_SELF) + used(RUSAGE_CHILDREN) - before);
  return finished();
}
