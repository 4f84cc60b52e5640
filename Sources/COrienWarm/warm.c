/* How a host hears of its script: see orien_warm.h. */
#include "include/orien_warm.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../orien-jail/launcher/request.h"
#include "../orien-jail/plain/limits.h"
#include "../orien-jail/stub/words.h"
#include "end.h"

static const char workspace[] = "/workspace";
/* Where a program without a slash in its name is found, in this order. */
static const char *const folders[] = {"/usr/bin", "/bin"};

static struct frame_reader frame;
static struct request request;
/* As the interpreter started with it. */
static struct rlimit stack;
/* The socket for words, -1 when the last is said. */
static int told = -1;

static void say(uint8_t word) {
  // Who does not listen any more has killed this process, or is about to.
  if (send(told, &word, sizeof word, MSG_NOSIGNAL) != sizeof word) _exit(WARM_FAILED);
}

void warm_fail(void) {
  say(LEADER_FAILS);
  _exit(WARM_FAILED);
}

void warm_default_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) _exit(WARM_FAILED);
}

static bool await(int order) {
  struct pollfd ready = {.fd = order, .events = POLLIN};
  for (;;) {
    if (poll(&ready, 1, -1) < 0 && errno != EINTR) return false;
    enum frame_state state = frame_read(order, &frame);
    if (state != FRAME_PARTIAL) return state == FRAME_WHOLE;
  }
}

static bool take_descriptors(void) {
  int from[3] = {request.input, request.output, request.errors};
  for (int i = 0; i < 3; i++)
    if (dup2(from[i], i) < 0) return false;
  frame_drop(&frame);
  return true;
}

bool warm_wait(int order, int words, struct warm_order *asked) {
  told = words;
  if (getrlimit(RLIMIT_STACK, &stack) != 0) _exit(WARM_FAILED);
  say(LEADER_READY);
  if (!await(order)) return false;
  close(order);
  bool is_request = frame.header.kind == ORIEN_JAIL_START && request_read(&request, &frame, true);
  if (!is_request || !take_descriptors() || chdir(workspace) != 0) warm_fail();
  if (limits_hold(&request.limits) != 0) warm_fail();
  umask(077);
  asked->argument = request.argument;
  asked->arguments = 0;
  while (request.argument[asked->arguments]) asked->arguments++;
  return true;
}

/* Whether the environment has this very `NAME=value`. */
static bool has_variable(const char *variable) {
  for (char *const *here = environ; *here; here++)
    if (strcmp(*here, variable) == 0) return true;
  return false;
}

bool warm_fits(const struct warm_order *asked, const char *name) {
  char *const *argument = asked->argument;
  if (strcmp(argument[0], name) != 0) return false;
  if (!argument[1] || argument[1][0] == 0 || argument[1][0] == '-') return false;
  for (char *const *variable = request.variable; *variable; variable++)
    if (!has_variable(*variable)) return false;
  // Threads that do not say how large their stack is have asked when the process began.
  struct rlimit now;
  return getrlimit(RLIMIT_STACK, &now) == 0 && now.rlim_cur == stack.rlim_cur;
}

void warm_begin(void) {
  end_await();
  say(LEADER_BEGINS);
  close(told);
  told = -1;
}

void warm_start_cold(const struct warm_order *asked) {
  warm_default_signals();
  for (char *const *variable = request.variable; *variable; variable++)
    if (putenv(*variable) != 0) warm_fail();
  // The socket for words closes when the program is there, as it does for a leader.
  if (fcntl(told, F_SETFD, FD_CLOEXEC) != 0) warm_fail();
  say(LEADER_BEGINS);
  if (strchr(asked->argument[0], '/')) {
    execv(asked->argument[0], asked->argument);
    warm_fail();
  }
  for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folders[i], asked->argument[0]);
    if (length < 0 || (size_t)length >= sizeof path) break;
    execv(path, asked->argument);
    if (errno != ENOENT) break;
  }
  warm_fail();
}
