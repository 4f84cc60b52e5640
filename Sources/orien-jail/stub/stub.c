#include "stub.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/process.h"
#include "../plain/tree.h"
#include "leader.h"

struct stub {
  const struct parts *parts;
  uint64_t group;
  int report;
  int signals;
  pid_t leader;
  bool leader_ended;
  uint64_t started;
  struct stub_report said;
};

enum reaped { REAPED_SOME, REAPED_ALL };

/* Reaps what has ended; REAPED_ALL: there is no descendant left. */
static enum reaped reap(struct stub *stub) {
  for (;;) {
    int status;
    // __WALL: a tenant's child by clone(2) may send no SIGCHLD, and be invisible else.
    pid_t ended = waitpid(-1, &status, WNOHANG | __WALL);
    if (ended == 0) return REAPED_SOME;
    if (ended < 0) return REAPED_ALL;
    if (ended != stub->leader) continue;
    stub->leader_ended = true;
    stub->said.status = status;
    stub->said.wall_microseconds = (now_nanoseconds() - stub->started) / 1000;
  }
}

static void kill_tree(struct stub *stub) {
  struct pollfd ended = {.fd = stub->signals, .events = POLLIN};
  while (reap(stub) != REAPED_ALL) {
    group_kill(&stub->parts->groups, stub->group);
    // Also what has left its group, where the tenant may write to groups.
    tree_kill(NULL, 0);
    // What had just been forked, or had a parent until now, is found the next time round.
    poll(&ended, 1, 5);
    process_signalled(stub->signals);
  }
}

/* Waits until the program has ended or somebody wants its end. */
static void watch(struct stub *stub) {
  struct pollfd watched[3] = {{.fd = stub->signals, .events = POLLIN},
                              {.fd = stub->parts->lifeline},
                              {.fd = stub->report}};
  while (!stub->leader_ended) {
    if (poll(watched, 3, -1) < 0) return;
    if (watched[1].revents || watched[2].revents) return;
    if (process_signalled(stub->signals)) return;
    if (reap(stub) == REAPED_ALL) return;
  }
}

static _Noreturn void finish(struct stub *stub) {
  getrusage(RUSAGE_CHILDREN, &stub->said.used);
  // Where the launcher is gone nobody wants to know.
  ssize_t written = write(stub->report, &stub->said, sizeof stub->said);
  _exit(written == (ssize_t)sizeof stub->said ? 0 : 1);
}

_Noreturn void stub_run(const struct parts *parts, const struct request *request, uint64_t group,
                        int report) {
  process_name("orien-stub");
  int keep[8 + 2 * GROUP_TREES] = {request->input,  request->output, request->errors,
                                   request->workspace, parts->lifeline, parts->lock,
                                   report};
  unsigned kept = 7;
  for (int i = 0; i < parts->groups.count; i++) keep[kept++] = parts->groups.tree[i].parent;
  process_keep(keep, kept);

  static struct stub stub;
  stub = (struct stub){.parts = parts, .group = group, .report = report};
  stub.signals = process_signals();
  if (stub.signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    stub.said.fault = ORIEN_JAIL_HOST;
    stub.said.error = errno;
    finish(&stub);
  }
  stub.started = now_nanoseconds();
  struct leader_fault fault = leader_start(parts, request, group, &stub.leader);
  stub.said.fault = fault.fault;
  stub.said.error = fault.error;
  close(request->input);
  close(request->output);
  close(request->errors);
  close(request->workspace);
  if (fault.fault == ORIEN_JAIL_RAN) watch(&stub);
  kill_tree(&stub);
  finish(&stub);
}
