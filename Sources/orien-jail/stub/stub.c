#include "stub.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../groups/counter.h"
#include "../groups/disk.h"
#include "../launcher/request.h"
#include "../walls/defence.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "../plain/tree.h"
#include "harvest.h"
#include "leader.h"
#include "program.h"

/* How often the counter is looked at, at most. */
enum { LEAST_LOOK_MILLISECONDS = 10 };

struct stub {
  const struct parts *parts;
  struct stub_place place;
  int report;
  int signals;
  /* counter.h; -1 where a group counts. */
  int counter;
  /* Of all that it counts; 0: no limit. */
  uint64_t cpu_microseconds;
  /* Where orders come from, until there are no more; -1 then. */
  int orders;
  /* Where the request comes from, and where it goes on to; -1 once it has. */
  int order;
  int request;
  /* Where the leader tells of itself until it is the program; -1 after that. */
  int birth;
  struct harvest harvest;
  /* group_counts() of its group, of one with a host. */
  bool counts_all;
  struct leader_birth born;
  /* now_nanoseconds() of the request's arrival; 0: it never came. */
  uint64_t asked;
  struct stub_report said;
};

static void close_others(const struct stub *stub) {
  int keep[6 + WALLS_DESCRIPTORS + GROUP_TREES] = {
      stub->parts->lifeline, stub->parts->lock,     stub->report,
      stub->orders,          stub->place.network,   stub->place.owner};
  unsigned kept = 6 + walls_keep(&stub->parts->walls, keep + 6);
  for (int i = 0; i < stub->parts->groups.count; i++)
    keep[kept++] = stub->parts->groups.tree[i].parent;
  process_keep(keep, kept);
}

/* Makes ready what the program finds, and lets the leader have the request; 0 or an errno. */
static int pass_on(struct stub *stub, struct frame_reader *frame) {
  static struct request request;
  const struct parts *parts = stub->parts;
  stub->asked = now_nanoseconds();
  if (!request_read(&request, frame, parts->walls.kind != ORIEN_JAIL_WALLS_NONE)) return EINVAL;
  // What its host has used to be there is nobody's; a leader tells by itself.
  if (stub->place.host && !parts->groups.can_meter)
    process_times(stub->harvest.leader, &stub->born.cpu_user_microseconds,
                  &stub->born.cpu_system_microseconds);
  stub->said.before = group_time(&parts->groups, stub->place.group);
  int error = group_limit(&parts->groups, stub->place.group, &request.limits);
  if (!error && request.limits.io_bytes_per_second && defends(DEFENCE_DISK_LIMIT))
    error = disk_enter(&parts->groups, stub->place.group.number, stub->harvest.leader);
  if (!error) error = walls_mount(&parts->walls, stub->place.slot, &request);
  // Files in memory are held by the group, or by how large their file system is.
  if (!error && parts->groups.of[GROUP_MEMORY] < 0 && defends(DEFENCE_MEMORY_LIMIT))
    error = walls_bound_files(&parts->walls, request.limits.memory_bytes);
  if (error) return error;
  if (stub->counter >= 0 && defends(DEFENCE_CPU_LIMIT))
    stub->cpu_microseconds = request.limits.cpu_milliseconds * 1000;
  request_relimit(frame, program_limits(parts, &request.limits));
  error = frame_forward(stub->request, frame);
  // A leader that was killed meanwhile never begins, which no host is to blame for.
  return error == EPIPE ? 0 : error;
}

bool stub_serves_again(const struct parts *parts, const char *host) {
  // Where no group counts time the stub does, and of all that it has ever held.
  return !host && parts->groups.can_meter && walls_serve_again(&parts->walls);
}

/* Hears the request. False: nobody will run it, and `said` says why. */
static bool hear_order(struct stub *stub) {
  static struct frame_reader frame;
  enum frame_state state = frame_read(stub->order, &frame);
  if (state == FRAME_PARTIAL) return true;
  int error = state == FRAME_WHOLE ? pass_on(stub, &frame) : 0;
  frame_drop(&frame);
  // It is nothing for whoever comes next.
  if (state == FRAME_WHOLE) explicit_bzero(frame.body, frame.header.size);
  // A leader that has not got it then knows that it will not come.
  close(stub->request);
  stub->request = stub->order = -1;
  if (!stub_serves_again(stub->parts, stub->place.host)) {
    close(stub->orders);
    stub->orders = -1;
  }
  if (!error) return true;
  stub->said.fault = ORIEN_JAIL_HOST;
  stub->said.error = error;
  return false;
}

/* Hears what the leader tells: that it was asked, and, where it is not the program then, why. */
static void hear_birth(struct stub *stub) {
  if (stub->birth < 0) return;
  struct leader_birth birth;
  ssize_t got;
  while ((got = read(stub->birth, &birth, sizeof birth)) == (ssize_t)sizeof birth) {
    stub->born = birth;
    stub->said.fault = birth.fault;
    stub->said.error = birth.error;
  }
  if (got < 0 && errno == EAGAIN) return;
  close(stub->birth);
  stub->birth = -1;
}

static void kill_tree(struct stub *stub) {
  struct pollfd ended = {.fd = stub->signals, .events = POLLIN};
  while (harvest_reap(&stub->harvest) != HARVEST_ALL) {
    group_kill(&stub->parts->groups, stub->place.group);
    // Also what has left its group, where the tenant may write to groups.
    if (defends(DEFENCE_TREE_KILL)) tree_kill_all();
    // What had just been forked, or had a parent until now, is found the next time round.
    poll(&ended, 1, 5);
    process_signalled(stub->signals);
  }
}

/* What the counter has seen since the program was asked for. */
static uint64_t counted(const struct stub *stub) {
  const struct leader_birth *born = &stub->born;
  return without(counter_microseconds(stub->counter),
                 born->cpu_user_microseconds + born->cpu_system_microseconds);
}

/* Milliseconds until the tree can have used all of its processor time, -1: it has no such limit
 * here; 0: it has. */
static int patience(const struct stub *stub) {
  if (!stub->cpu_microseconds) return -1;
  uint64_t left = without(stub->cpu_microseconds, counted(stub));
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t wait = left / 1000 / (uint64_t)(processors > 0 ? processors : 1);
  if (left == 0) return 0;
  if (wait < LEAST_LOOK_MILLISECONDS) return LEAST_LOOK_MILLISECONDS;
  return wait > 60000 ? 60000 : (int)wait;
}

/* Waits until the program has ended or somebody wants its end. */
static void watch(struct stub *stub) {
  // What a group counts nobody has to look at meanwhile.
  bool hears_birth = stub->counter >= 0;
  while (!stub->harvest.leader_ended) {
    struct pollfd watched[5] = {{.fd = stub->signals, .events = POLLIN},
                                {.fd = stub->parts->lifeline},
                                {.fd = stub->report},
                                {.fd = hears_birth ? stub->birth : -1, .events = POLLIN},
                                {.fd = stub->order, .events = POLLIN}};
    int wait = patience(stub);
    if (wait == 0) {
      stub->said.hits |= ORIEN_JAIL_HIT_CPU;
      return;
    }
    if (process_poll(watched, 5, wait) < 0) return;
    if (watched[1].revents || watched[2].revents) return;
    if (watched[4].revents && !hear_order(stub)) return;
    if (hears_birth) hear_birth(stub);
    if (process_signalled(stub->signals)) return;
    if (harvest_reap(&stub->harvest) == HARVEST_ALL) return;
    if (stub->place.host) harvest_hear(&stub->harvest);
  }
}

/* What the counter saw and nobody has reaped is the program's too. */
static void add_unreaped(struct stub *stub) {
  struct stub_report *said = &stub->said;
  said->cpu_user_microseconds +=
      without(counted(stub), said->cpu_user_microseconds + said->cpu_system_microseconds);
}

static void measure(struct stub *stub) {
  struct stub_report *said = &stub->said;
  const struct leader_birth *born = &stub->born;
  if (stub->asked) said->wall_microseconds = without(stub->harvest.ended, stub->asked) / 1000;
  harvest_measure(&stub->harvest, born->cpu_user_microseconds, born->cpu_system_microseconds, said);
  add_unreaped(stub);
}

/* Whether the launcher has heard it. Where it is gone nobody wants to know. */
static bool tell_end(struct stub *stub) {
  hear_birth(stub);
  measure(stub);
  return write(stub->report, &stub->said, sizeof stub->said) == (ssize_t)sizeof stub->said;
}

/* To take the memory of an interpreter apart takes the kernel as long as a little script runs. A
 * leader that stands is killed, so that nothing wakes it; and where nobody else is left, all is
 * counted that is paid for, and nothing of the workspace is in use, all has been said. */
static void tell_early(struct stub *stub) {
  const struct harvest *harvest = &stub->harvest;
  bool may = harvest->leader_stands && stub->counts_all && defends(DEFENCE_TREE_KILL);
  if (!may || getpid() != 1 || !tree_is_leaf(harvest->leader)) return;
  tree_kill_all();
  if (!harvest_foresee(&stub->harvest) || walls_take_back(&stub->parts->walls) != 0) return;
  stub->said.leaves = 1;
  // A launcher that is gone is found out when the rest is told.
  tell_end(stub);
  stub->said.leaves = 0;
}

/* False: the launcher is gone already. */
static bool follow(const struct walls *walls, pid_t launcher) {
  // Not killed: who kills its tree is it, and what it holds open tells of all of it, to the end.
  bool is_there = process_follow(launcher, SIGCONT);
  // In its own namespace it has no parent: that this one is gone shows at the report pipe.
  return is_there || walls->kind != ORIEN_JAIL_WALLS_NONE;
}

/* Waits for who is next; false: nobody is, or there is nobody to wait for. */
static bool hear_next(struct stub *stub) {
  if (stub->orders < 0) return false;
  struct pollfd watched[3] = {{.fd = stub->orders, .events = POLLIN},
                              {.fd = stub->parts->lifeline},
                              {.fd = stub->report}};
  do {
    if (process_poll(watched, 3, -1) < 0 || watched[1].revents || watched[2].revents) return false;
  } while (!watched[0].revents);
  ssize_t got = recv(stub->orders, &stub->place.group, sizeof stub->place.group, 0);
  return got == (ssize_t)sizeof stub->place.group;
}

/* All that one request sees of it is new; 0 or an errno. */
static int begin(struct stub *stub, bool is_first) {
  const struct parts *parts = stub->parts;
  stub->order = stub->orders;
  int error = group_make(&parts->groups, stub->place.group);
  if (!error)
    error = is_first ? walls_enter(&parts->walls, stub->place.network) : walls_renew(&parts->walls);
  if (!parts->groups.can_meter && defends(DEFENCE_COUNTER)) stub->counter = counter_open();
  struct leader leader;
  if (!error) error = leader_make(parts, &stub->place, stub->orders, &leader);
  if (error) return error;
  stub->counts_all = stub->place.host && group_counts(&parts->groups, stub->place.group);
  stub->harvest.leader = leader.process;
  stub->birth = leader.birth;
  stub->request = leader.request;
  return 0;
}

/* False: it can serve no more. */
static bool serve(struct stub *stub, bool is_first) {
  stub->said = (struct stub_report){0};
  stub->harvest = (struct harvest){0};
  stub->born = (struct leader_birth){0};
  stub->asked = stub->cpu_microseconds = 0;
  int error = begin(stub, is_first);
  if (error) {
    stub->said.fault = ORIEN_JAIL_HOST;
    stub->said.error = error;
  } else {
    watch(stub);
    tell_early(stub);
    kill_tree(stub);
  }
  return tell_end(stub) && !error;
}

_Noreturn void stub_run(const struct parts *parts, const struct stub_place *place, int orders,
                        int report) {
  process_name("orien-stub");
  if (!follow(&parts->walls, place->launcher)) _exit(0);
  static struct stub stub;
  stub = (struct stub){.parts = parts, .place = *place, .report = report, .orders = orders,
                       .birth = -1, .request = -1, .counter = -1};
  close_others(&stub);
  stub.signals = process_signals();
  // Without either it holds nothing, and its end tells of that.
  if (stub.signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) _exit(1);
  bool goes_on = serve(&stub, true);
  while (goes_on && hear_next(&stub)) goes_on = serve(&stub, false);
  _exit(0);
}
