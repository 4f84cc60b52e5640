#include "stub.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../groups/disk.h"
#include "../launcher/request.h"
#include "../walls/defence.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "../plain/tree.h"
#include "counter.h"
#include "leader.h"

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
  /* Where the request comes from, and where it goes on to; -1 once it has. */
  int order;
  int request;
  /* Where the leader tells of itself until it is the program; -1 after that. */
  int birth;
  pid_t leader;
  bool leader_ended;
  struct leader_birth born;
  /* now_nanoseconds() of the request's arrival; 0: it never came. */
  uint64_t asked;
  uint64_t ended;
  struct stub_report said;
};

static void close_others(const struct stub *stub) {
  int keep[6 + WALLS_DESCRIPTORS + GROUP_TREES] = {
      stub->parts->lifeline, stub->parts->lock,     stub->report,
      stub->order,           stub->place.network,   stub->place.owner};
  unsigned kept = 6 + walls_keep(&stub->parts->walls, keep + 6);
  for (int i = 0; i < stub->parts->groups.count; i++)
    keep[kept++] = stub->parts->groups.tree[i].parent;
  process_keep(keep, kept);
}

/* 0 or an errno. */
static int make_leader(struct stub *stub) {
  int birth[2], request[2];
  if (pipe2(birth, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, request) != 0) return errno;
  pid_t self = getpid();
  stub->leader = fork();
  if (stub->leader < 0) return errno;
  if (stub->leader == 0) {
    struct leader_ends ends = {.request = request[1], .words = stub->order, .birth = birth[1]};
    leader_run(stub->parts, &stub->place, self, &ends);
  }
  close(birth[1]);
  close(request[1]);
  stub->birth = birth[0];
  stub->request = request[0];
  frame_make_room(stub->request);
  return 0;
}

/* What of a request's limits is left for rlimits, once its group has been limited. */
static struct orien_jail_limits limits_left(const struct parts *parts,
                                            const struct orien_jail_limits *limits) {
  const struct groups *groups = &parts->groups;
  struct orien_jail_limits left = *limits;
  if (groups->of[GROUP_MEMORY] >= 0) left.memory_bytes = 0;
  if (groups->of[GROUP_PIDS] >= 0 || !walls_count_processes(&parts->walls)) left.processes = 0;
  // Where the group is looked at this is for who has left it, and comes after.
  if (groups->can_meter && left.cpu_milliseconds) left.cpu_milliseconds += 1000;
  if (!defends(DEFENCE_RLIMITS)) left.open_files = left.file_bytes = 0;
  if (!defends(DEFENCE_CPU_LIMIT)) left.cpu_milliseconds = 0;
  if (!defends(DEFENCE_MEMORY_LIMIT)) left.memory_bytes = 0;
  if (!defends(DEFENCE_PROCESS_LIMIT)) left.processes = 0;
  return left;
}

/* Makes ready what the program finds, and lets the leader have the request; 0 or an errno. */
static int pass_on(struct stub *stub, struct frame_reader *frame) {
  static struct request request;
  const struct parts *parts = stub->parts;
  stub->asked = now_nanoseconds();
  if (!request_read(&request, frame, parts->walls.kind != ORIEN_JAIL_WALLS_NONE)) return EINVAL;
  // What its host has used to be there is nobody's; a leader tells by itself.
  if (stub->place.host && !parts->groups.can_meter)
    process_times(stub->leader, &stub->born.cpu_user_microseconds,
                  &stub->born.cpu_system_microseconds);
  stub->said.before = group_time(&parts->groups, stub->place.group);
  int error = group_limit(&parts->groups, stub->place.group, &request.limits);
  if (!error && request.limits.io_bytes_per_second && defends(DEFENCE_DISK_LIMIT))
    error = disk_enter(&parts->groups, stub->place.group, stub->leader);
  if (!error) error = walls_mount(&parts->walls, stub->place.slot, &request);
  // Files in memory are held by the group, or by how large their file system is.
  if (!error && parts->groups.of[GROUP_MEMORY] < 0 && defends(DEFENCE_MEMORY_LIMIT))
    error = walls_bound_files(&parts->walls, request.limits.memory_bytes);
  if (error) return error;
  if (stub->counter >= 0 && defends(DEFENCE_CPU_LIMIT))
    stub->cpu_microseconds = request.limits.cpu_milliseconds * 1000;
  request_relimit(frame, limits_left(parts, &request.limits));
  return frame_forward(stub->request, frame);
}

/* Hears the request. False: nobody will run it, and `said` says why. */
static bool hear_order(struct stub *stub) {
  static struct frame_reader frame;
  enum frame_state state = frame_read(stub->order, &frame);
  if (state == FRAME_PARTIAL) return true;
  int error = state == FRAME_WHOLE ? pass_on(stub, &frame) : 0;
  frame_drop(&frame);
  // A leader that has not got it then knows that it will not come.
  close(stub->request);
  close(stub->order);
  stub->request = stub->order = -1;
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

enum reaped { REAPED_SOME, REAPED_ALL };

/* Reaps what has ended; REAPED_ALL: there is no descendant left. */
static enum reaped reap(struct stub *stub) {
  for (;;) {
    int status;
    // __WALL: a tenant's child by clone(2) may send no SIGCHLD, and be invisible else.
    pid_t ended = waitpid(-1, &status, WNOHANG | __WALL);
    if (ended == 0) return REAPED_SOME;
    if (ended < 0) return REAPED_ALL;
    // The number of a leader that has ended may be another's by now.
    if (ended != stub->leader || stub->leader_ended) continue;
    stub->leader_ended = true;
    stub->ended = now_nanoseconds();
    stub->said.status = status;
  }
}

/* Who is process 1 has the whole of its namespace for descendants. */
static void kill_descendants(void) {
  if (getpid() == 1)
    kill(-1, SIGKILL);
  else
    tree_kill(NULL, 0);
}

static void kill_tree(struct stub *stub) {
  struct pollfd ended = {.fd = stub->signals, .events = POLLIN};
  while (reap(stub) != REAPED_ALL) {
    group_kill(&stub->parts->groups, stub->place.group);
    // Also what has left its group, where the tenant may write to groups.
    if (defends(DEFENCE_TREE_KILL)) kill_descendants();
    // What had just been forked, or had a parent until now, is found the next time round.
    poll(&ended, 1, 5);
    process_signalled(stub->signals);
  }
}

static uint64_t without(uint64_t all, uint64_t part) { return all > part ? all - part : 0; }

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
  while (!stub->leader_ended) {
    struct pollfd watched[5] = {{.fd = stub->signals, .events = POLLIN},
                                {.fd = stub->parts->lifeline},
                                {.fd = stub->report},
                                {.fd = stub->birth, .events = POLLIN},
                                {.fd = stub->order, .events = POLLIN}};
    int wait = patience(stub);
    if (wait == 0) {
      stub->said.hits |= ORIEN_JAIL_HIT_CPU;
      return;
    }
    if (process_poll(watched, 5, wait) < 0) return;
    if (watched[1].revents || watched[2].revents) return;
    if (watched[4].revents && !hear_order(stub)) return;
    hear_birth(stub);
    if (process_signalled(stub->signals)) return;
    if (reap(stub) == REAPED_ALL) return;
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
  if (stub->asked) said->wall_microseconds = without(stub->ended, stub->asked) / 1000;
  struct rusage used = {0};
  if (defends(DEFENCE_USAGE_METER)) getrusage(RUSAGE_CHILDREN, &used);
  said->cpu_user_microseconds =
      without(microseconds_of(used.ru_utime), born->cpu_user_microseconds);
  said->cpu_system_microseconds =
      without(microseconds_of(used.ru_stime), born->cpu_system_microseconds);
  add_unreaped(stub);
  said->memory_peak_bytes = (uint64_t)used.ru_maxrss * 1024;
  // Blocks of 512 bytes, whatever the disk's are.
  said->read_bytes = (uint64_t)used.ru_inblock * 512;
  said->written_bytes = (uint64_t)used.ru_oublock * 512;
}

static _Noreturn void finish(struct stub *stub) {
  hear_birth(stub);
  measure(stub);
  // Where the launcher is gone nobody wants to know.
  ssize_t written = write(stub->report, &stub->said, sizeof stub->said);
  _exit(written == (ssize_t)sizeof stub->said ? 0 : 1);
}

/* False: the launcher is gone already. */
static bool follow(const struct walls *walls, pid_t launcher) {
  // Not killed: who kills its tree is it, and what it holds open tells of all of it, to the end.
  bool is_there = process_follow(launcher, SIGCONT);
  // In its own namespace it has no parent: that this one is gone shows at the report pipe.
  return is_there || walls->kind != ORIEN_JAIL_WALLS_NONE;
}

_Noreturn void stub_run(const struct parts *parts, const struct stub_place *place, int order,
                        int report) {
  process_name("orien-stub");
  if (!follow(&parts->walls, place->launcher)) _exit(0);
  static struct stub stub;
  stub = (struct stub){.parts = parts, .place = *place, .report = report, .order = order,
                       .birth = -1, .request = -1, .counter = -1};
  close_others(&stub);
  stub.signals = process_signals();
  int error = stub.signals < 0 ? errno : 0;
  if (!error && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) error = errno;
  if (!error) error = group_make(&parts->groups, place->group);
  if (!error) error = walls_enter(&parts->walls, place->network);
  if (!parts->groups.can_meter && defends(DEFENCE_COUNTER)) stub.counter = counter_open();
  if (!error) error = make_leader(&stub);
  if (error) {
    stub.said.fault = ORIEN_JAIL_HOST;
    stub.said.error = error;
    finish(&stub);
  }
  watch(&stub);
  kill_tree(&stub);
  finish(&stub);
}
