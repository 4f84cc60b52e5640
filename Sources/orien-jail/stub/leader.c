#include "leader.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../launcher/request.h"
#include "../walls/defence.h"
#include "../plain/limits.h"
#include "../plain/process.h"
#include "environment.h"
#include "program.h"
#include "words.h"

/* What it has of others: where the request's frame comes from the stub, where its words go to the
 * launcher (which hears them whatever happens to the stub), and where its birth is told to the
 * stub. All close when it becomes the program. */
struct leader_ends {
  int request, words, birth;
};

static void tell(int birth, struct leader_birth said) {
  // A stub that does not hear is dead, and this process is about to be.
  if (write(birth, &said, sizeof said) < 0) _exit(127);
}

static _Noreturn void fail(int birth, struct leader_birth why) {
  tell(birth, why);
  _exit(127);
}

static bool call_out(int words, uint8_t word) {
  return send(words, &word, sizeof word, MSG_NOSIGNAL) == sizeof word;
}

/* Waits for the request's frame; false where none will come. */
static bool await(int socket, struct frame_reader *frame) {
  struct pollfd ready = {.fd = socket, .events = POLLIN};
  for (;;) {
    if (process_poll(&ready, 1, -1) < 0) return false;
    switch (frame_read(socket, frame)) {
    case FRAME_PARTIAL:
      continue;
    case FRAME_GONE:
      return false;
    case FRAME_WHOLE:
      return true;
    }
  }
}

/* Everything that takes no request; 0 or an errno. */
static int settle(const struct parts *parts, const struct stub_place *place) {
  if (setsid() < 0) return errno;
  int error = group_enter(&parts->groups, place->group);
  if (error) return error;
  // The launcher and the stub may be a little ahead of others; a tenant is not.
  if (getpriority(PRIO_PROCESS, 0) < 0 && setpriority(PRIO_PROCESS, 0, 0) != 0) return errno;
  // Behind the walls nobody can change that.
  error = defends(DEFENCE_RLIMITS) ? limits_forbid_dumps() : 0;
  if (error) return error;
  return walls_shut(&parts->walls, place->slot, place->owner);
}

/* The same socket where it is in nobody's way. */
static int move_up(int socket) { return fcntl(socket, F_DUPFD_CLOEXEC, 16); }

/* Returns only where it cannot: an errno. */
static int become_host(const char *host, const struct walls *walls,
                       const struct leader_ends *ends) {
  static struct request nothing;
  static char *variables[ENVIRONMENT_STRINGS];
  int error = environment_make(variables, walls, &nothing);
  if (error) return error;
  int order = move_up(ends->request), words = move_up(ends->words);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (order < 0 || words < 0 || null < 0) return errno;
  for (int i = 0; i < 3; i++)
    if (dup2(null, i) < 0) return errno;
  if (dup2(order, 3) < 0 || dup2(words, 4) < 0) return errno;
  if (close_range(5, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return errno;
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) return errno;
  char *const argument[] = {(char *)host, NULL};
  execve(host, argument, variables);
  return errno;
}

static _Noreturn void run(const struct parts *parts, const struct stub_place *place, pid_t stub,
                          const struct leader_ends *ends) {
  process_name("orien-leader");
  if (!process_follow(stub, SIGKILL)) _exit(127);
  int birth = ends->birth;
  int keep[5 + GROUP_TREES] = {ends->request, ends->words, birth, parts->walls.scope,
                               place->owner};
  unsigned kept = 5;
  for (int i = 0; i < parts->groups.count; i++) keep[kept++] = parts->groups.tree[i].parent;
  process_keep(keep, kept);

  static struct frame_reader frame;
  static struct request request;
  static char *variables[ENVIRONMENT_STRINGS];
  struct leader_birth said = {.fault = ORIEN_JAIL_HOST};
  said.error = settle(parts, place);
  if (!said.error && place->host) said.error = become_host(place->host, &parts->walls, ends);
  if (said.error) fail(birth, said);
  if (!await(ends->request, &frame)) _exit(0);
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  said.cpu_user_microseconds = microseconds_of(used.ru_utime);
  said.cpu_system_microseconds = microseconds_of(used.ru_stime);
  said.fault = ORIEN_JAIL_RAN;
  tell(birth, said);
  said.fault = ORIEN_JAIL_HOST;

  // The launcher has read it before; what the structure points to lies in the frame.
  bool lent = parts->walls.kind != ORIEN_JAIL_WALLS_NONE;
  said.error = request_read(&request, &frame, lent) ? 0 : EINVAL;
  if (!said.error) said.error = environment_make(variables, &parts->walls, &request);
  if (!said.error) said.error = program_prepare(&request);
  if (said.error) fail(birth, said);
  // What the launcher does not hear of does not happen.
  if (!call_out(ends->words, LEADER_BEGINS)) fail(birth, said);
  said.error = program_execute(request.argument, variables);
  call_out(ends->words, LEADER_FAILS);
  said.fault = program_fault(said.error, request.argument[0]);
  fail(birth, said);
}

int leader_make(const struct parts *parts, const struct stub_place *place, int words,
                struct leader *leader) {
  int birth[2], request[2];
  if (pipe2(birth, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, request) != 0) return errno;
  pid_t self = getpid();
  pid_t process = fork();
  if (process < 0) return errno;
  if (process == 0) {
    struct leader_ends ends = {.request = request[1], .words = words, .birth = birth[1]};
    run(parts, place, self, &ends);
  }
  close(birth[1]);
  close(request[1]);
  *leader = (struct leader){.process = process, .request = request[0], .birth = birth[0]};
  frame_make_room(leader->request);
  return 0;
}
