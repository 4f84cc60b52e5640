#include "wards.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/frame.h"
#include "../plain/process.h"

static struct ward {
  pid_t process;
  int leash;
} ward[WARDS_AT_MOST];
static unsigned count;

bool wards_are_over(void) { return count == 0; }
bool wards_are_full(void) { return count == WARDS_AT_MOST; }

static _Noreturn void become(const struct ward_start *start) {
  // Out of each other's way first.
  int moved[8], top = start->first + (int)start->count;
  for (unsigned i = 0; i < start->count; i++)
    moved[i] = start->given[i] < 0 ? -1 : fcntl(start->given[i], F_DUPFD_CLOEXEC, top);
  for (unsigned i = 0; i < start->count; i++) {
    int number = start->first + (int)i;
    if (start->given[i] < 0)
      close(number);
    else if (dup2(moved[i], number) < 0)
      _exit(127);
  }
  sigset_t none;
  sigemptyset(&none);
  if (close_range((unsigned)top, ~0U, 0) != 0 || setsid() < 0 ||
      sigprocmask(SIG_SETMASK, &none, NULL) != 0)
    _exit(127);
  execv("/proc/self/exe", start->argument);
  _exit(127);
}

static void tell(const struct ward *of, uint32_t kind, uint64_t number) {
  // A node that does not hear of it is dying, and all that it has started with it.
  if (of->leash >= 0) (void)!frame_send(of->leash, kind, number, NULL, 0, -1);
}

int wards_start(const struct ward_start *start, int leash) {
  struct ward one = {.leash = leash};
  one.process = fork();
  if (one.process == 0) become(start);
  if (one.process < 0) return errno;
  ward[count++] = one;
  tell(&one, ORIEN_JAIL_WARD_BEGAN, (uint64_t)one.process);
  return 0;
}

/* True where it has ended, and nothing of its process group is left. */
static bool has_ended(struct ward *one) {
  siginfo_t news = {.si_pid = 0};
  const int all = WEXITED | WSTOPPED | WNOHANG | WNOWAIT;
  if (waitid(P_PID, (id_t)one->process, &news, all) != 0 || news.si_pid == 0) return false;
  if (news.si_code == CLD_STOPPED || news.si_code == CLD_TRAPPED) {
    waitid(P_PID, (id_t)one->process, &news, WSTOPPED | WNOHANG);
    kill(one->process, SIGCONT);
    return false;
  }
  // Its number is its own until it is reaped, and so is its group's.
  kill(-one->process, SIGKILL);
  int status = 0;
  waitpid(one->process, &status, 0);
  tell(one, ORIEN_JAIL_WARD_ENDED, (uint64_t)(uint32_t)status);
  return true;
}

void wards_reap(void) {
  for (unsigned i = 0; i < count;) {
    if (!has_ended(&ward[i])) {
      i++;
      continue;
    }
    if (ward[i].leash >= 0) close(ward[i].leash);
    ward[i] = ward[--count];
  }
}

unsigned wards_watch(struct pollfd *watched) {
  for (unsigned i = 0; i < count; i++)
    watched[i] = (struct pollfd){.fd = ward[i].leash, .events = POLLIN};
  return count;
}

/* What hangs up is left to its life-line: a keeper has more to do then than to die. */
static void hear(struct ward *one) {
  char word;
  ssize_t got = recv(one->leash, &word, 1, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got == 1 && word == ORIEN_JAIL_WARD_KILL) {
    kill(one->process, SIGKILL);
    return;
  }
  close(one->leash);
  one->leash = -1;
}

void wards_hear(void) {
  for (unsigned i = 0; i < count; i++)
    if (ward[i].leash >= 0) hear(&ward[i]);
}
