#include "process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../walls/defence.h"
#include "files.h"

enum { RESUMED_AT_MOST = 64 };

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

void process_keep(int *keep, unsigned count) {
  if (!defends(DEFENCE_DESCRIPTORS)) return;
  qsort(keep, count, sizeof *keep, by_number);
  int first = 3;
  for (unsigned i = 0; i < count; i++) {
    if (keep[i] < first) continue;
    if (keep[i] > first) close_range((unsigned)first, (unsigned)keep[i] - 1, 0);
    first = keep[i] + 1;
  }
  close_range((unsigned)first, ~0U, 0);
}

void process_default_signals(void) {
  // By the call itself: glibc reserves two of them, ignores these in what posix_spawn starts, and
  // lets nobody undo that.
  const char default_action[64] = {0};
  for (int number = 1; number <= SIGRTMAX; number++)
    syscall(SYS_rt_sigaction, number, default_action, NULL, 8);
}

int process_signals(void) {
  sigset_t all, told;
  sigfillset(&all);
  sigemptyset(&told);
  sigaddset(&told, SIGCHLD);
  sigaddset(&told, SIGUSR1);
  if (sigprocmask(SIG_SETMASK, &all, NULL) != 0) return -1;
  return signalfd(-1, &told, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool process_signalled(int signals) {
  struct signalfd_siginfo info;
  bool is_asked_to_end = false;
  while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
    is_asked_to_end |= info.ssi_signo == SIGUSR1;
  return is_asked_to_end;
}

bool process_follow(pid_t parent, int signal) {
  return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 && getppid() == parent;
}

pid_t process_reap(int *status) {
  // Whoever stops one again and again does not hold up who calls.
  for (unsigned i = 0; i < RESUMED_AT_MOST; i++) {
    // __WALL: a tenant's child by clone(2) may send no SIGCHLD, and be invisible else.
    pid_t child = waitpid(-1, status, WNOHANG | WUNTRACED | __WALL);
    if (child <= 0 || !WIFSTOPPED(*status)) return child;
    kill(child, SIGCONT);
  }
  return 0;
}

int process_poll(struct pollfd *watched, unsigned count, int milliseconds) {
  int ready = poll(watched, count, milliseconds);
  if (ready >= 0 || errno != EINTR) return ready;
  for (unsigned i = 0; i < count; i++) watched[i].revents = 0;
  return 0;
}

void process_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

uint64_t now_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t microseconds_of(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000U + (uint64_t)time.tv_usec;
}

uint64_t without(uint64_t all, uint64_t part) { return all > part ? all - part : 0; }

/* What /proc/PID/stat has behind the name, which, in brackets, may have any byte in it; NULL where
 * there is nothing. */
static const char *read_stat(pid_t process, char text[1024]) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  return file_read(AT_FDCWD, path, text, 1024) <= 0 ? NULL : strrchr(text, ')');
}

void process_times(pid_t process, uint64_t *user_microseconds, uint64_t *system_microseconds) {
  char text[1024];
  const char *rest = read_stat(process, text);
  unsigned long long user, system, tick = 1000000 / (unsigned long long)sysconf(_SC_CLK_TCK);
  if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
                      &system) != 2)
    return;
  *user_microseconds = user * tick;
  *system_microseconds = system * tick;
}

bool process_disk_bytes(pid_t process, uint64_t *read, uint64_t *written) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%d/io", (int)process);
  if (file_read(AT_FDCWD, path, text, sizeof text) <= 0) return false;
  *read = text_number(text, "read_bytes:");
  *written = text_number(text, "write_bytes:");
  return true;
}

uint64_t process_started(pid_t process) {
  char text[1024];
  const char *rest = read_stat(process, text);
  unsigned long long started;
  return rest && sscanf(rest,
                        ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
                        "%*d %*d %llu",
                        &started) == 1
             ? started
             : 0;
}

/* How many complaints nobody took, of all parts: the one that had to say so may have ended. */
static unsigned *lost;

bool complaints_share(void) {
  void *page = mmap(NULL, sizeof *lost, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  lost = page;
  return true;
}

void complain(const char *format, ...) {
  unsigned before = lost ? __atomic_exchange_n(lost, 0, __ATOMIC_RELAXED) : 0;
  char line[512];
  int head = before ? snprintf(line, sizeof line, "(%u before this were lost) ", before) : 0;
  size_t length = (size_t)head;
  va_list arguments;
  va_start(arguments, format);
  int more = vsnprintf(line + length, sizeof line - length - 1, format, arguments);
  va_end(arguments);
  if (more > 0) length += (size_t)more < sizeof line - length - 1 ? (size_t)more
                                                                  : sizeof line - length - 2;
  line[length++] = '\n';
  // Whole or not at all, for it is shorter than PIPE_BUF.
  if (write(2, line, length) < 0 && lost)
    __atomic_fetch_add(lost, before + 1, __ATOMIC_RELAXED);
}
