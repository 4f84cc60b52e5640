#include "holder.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/files.h"
#include "../plain/limits.h"
#include "../plain/process.h"
#include "../stub/program.h"
#include "output.h"

enum {
  /* What starting may take; a program on a dead disk does not begin. */
  PATIENCE_MILLISECONDS = 10000,
};

/* Why a program has not begun. */
struct birth {
  uint32_t fault;
  int32_t error;
};

static struct holder {
  const struct record *record;
  const struct owner *owner;
  /* Its end of the way to who starts it, until the program has begun. */
  int birth;
  pid_t program;
  int signals;
  struct output output;
} holder;

static _Noreturn void fail(int birth, uint32_t fault, int error) {
  struct birth said = {.fault = fault, .error = error};
  // Who does not hear it any more sees that the group is empty.
  if (write(birth, &said, sizeof said) < 0) _exit(1);
  _exit(127);
}

static void must(int error) {
  if (error) fail(holder.birth, ORIEN_JAIL_HOST, error);
}

/* The process that becomes the program, once `go` says that it can be told from others. */
static _Noreturn void become(const struct request *request, int go) {
  char word;
  if (setsid() < 0) fail(holder.birth, ORIEN_JAIL_HOST, errno);
  if (read(go, &word, sizeof word) != sizeof word) _exit(127);
  int error = limits_forbid_dumps();
  if (!error) error = program_prepare(request);
  if (!error) error = owner_become(holder.owner);
  must(error);
  error = program_execute(request->argument, request->variable);
  fail(holder.birth, program_fault(error, request->argument[0]), error);
}

static void start_program(struct request *request) {
  int go[2], output[2];
  if (pipe2(go, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) must(errno);
  request->output = request->errors = output[1];
  holder.program = fork();
  if (holder.program < 0) must(errno);
  if (holder.program == 0) {
    // Else it would wait for itself where the holder is killed now.
    close(go[1]);
    become(request, go[0]);
  }
  close(output[1]);
  close(request->input);
  close(request->workspace);
  close(go[0]);
  output_begin(&holder.output, output[0], holder.record->folder);
  struct record_first first = {.process = holder.program,
                               .started = process_started(holder.program), .holder = getpid()};
  must(record_put_first(holder.record->folder, &first));
  if (write(go[1], "", 1) != 1) must(EPIPE);
  close(go[1]);
  // It closes for good when the program has begun, or when nobody is left who could.
  close(holder.birth);
}

/* What has hit the group says why the program was killed. */
static void note_end(int status) {
  struct orien_jail_end counted = {0};
  const struct group_time none = {0};
  struct group_numbers group = group_alone(holder.record->group);
  group_read(&holder.record->groups, &group, &none, &counted);
  struct record_end end = {
      .ended_milliseconds = record_now(), .status = status, .hits = counted.hits};
  // What cannot be kept is as if nobody had seen it.
  if (record_put_end(holder.record->folder, &end) != 0) return;
}

/* False: nothing is left. Who has been stopped stays so: that is how machines are paused. */
static bool reap(void) {
  int status;
  pid_t ended;
  while ((ended = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
    if (ended == holder.program) note_end(status);
  return ended == 0;
}

static void prepare(int birth) {
  // Who has started it ends its own process group with what it leaves there.
  if (setsid() < 0) _exit(1);
  holder.birth = birth;
  must(group_enter(&holder.record->groups, group_alone(holder.record->group)));
  process_name("orien-holder");
  if (chdir("/") != 0) must(errno);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) must(errno);
  // With no privilege to gain by a set-user-id program, none is gained, as outside of the jail.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) must(errno);
  holder.signals = process_signals();
  if (holder.signals < 0) must(errno);
}

static _Noreturn void hold(const struct record *record, struct request *request, int birth) {
  holder.record = record;
  int keep[5 + GROUP_TREES] = {birth, request->input, request->workspace, record->folder};
  unsigned kept = 4;
  for (int i = 0; i < record->groups.count; i++) keep[kept++] = record->groups.tree[i].parent;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) _exit(1);
  for (int i = 0; i < 3; i++) dup2(null, i);
  process_keep(keep, kept);
  prepare(birth);
  start_program(request);
  while (reap()) {
    struct pollfd watched[2] = {{.fd = holder.signals, .events = POLLIN},
                                {.fd = holder.output.pipe, .events = POLLIN}};
    if (process_poll(watched, 2, -1) < 0) _exit(1);
    process_signalled(holder.signals);
    if (watched[1].revents) output_move(&holder.output);
  }
  output_finish(&holder.output);
  _exit(0);
}

void holder_start(const struct record *record, const struct request *request,
                  const struct owner *owner, struct orien_jail_end *end) {
  static struct request copy;
  int birth[2];
  end->fault = ORIEN_JAIL_HOST;
  if (pipe2(birth, O_CLOEXEC) != 0) {
    end->error = errno;
    return;
  }
  copy = *request;
  holder.owner = owner;
  pid_t process = fork();
  if (process == 0) hold(record, &copy, birth[1]);
  end->error = process < 0 ? errno : 0;
  close(birth[1]);
  struct pollfd said = {.fd = birth[0], .events = POLLIN};
  struct birth why;
  if (process > 0 && poll(&said, 1, PATIENCE_MILLISECONDS) == 1) {
    ssize_t got = read(birth[0], &why, sizeof why);
    end->fault = got == sizeof why ? why.fault : ORIEN_JAIL_RAN;
    end->error = got == sizeof why ? why.error : 0;
    // Both end without a word where they are killed; what runs has a group that is not empty.
  } else if (process > 0) {
    end->error = ETIMEDOUT;
  }
  close(birth[0]);
}
