#include "keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../launcher/launcher.h"
#include "../walls/defence.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "../plain/tree.h"
#include "janitor.h"
#include "own.h"
#include "stewards.h"

enum {
  /* A launcher that dies younger than this is started again after a pause that doubles. */
  YOUNG_MILLISECONDS = 200,
  LONGEST_PAUSE_MILLISECONDS = 512,
  /* What the stubs of a dead launcher get to end their trees, all at once, before one that is late
   * is killed itself, and the keeper does its work. */
  STUB_PATIENCE_MILLISECONDS = 1000,
  /* Of five milliseconds. */
  PATIENCE_TRIES = 200,
};

static struct keeper {
  struct parts parts;
  int signals;
  pid_t launcher;
  pid_t janitor;
  uint64_t launcher_born;
  /* 0: the next one starts at once. */
  unsigned pause_milliseconds;
  uint64_t start_at;
  uint64_t janitor_at;
  /* Whether the node has heard of it. */
  bool is_known;
  /* The last one that has ended and that the node had heard of; 0: it was told that all is over. */
  pid_t mourned;
  /* When what still lives of a dead launcher's is hunted down; 0: there is none. */
  uint64_t hunt_at;
  struct frame_reader frame;
} keeper;

static _Noreturn void give_up(const char *what) {
  complain("%s: %s", what, strerror(errno));
  _exit(1);
}

/* Both ends non-blocking; descriptors are the keeper's only, until it forks. */
static void make_pipe(int *reader, int *writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) give_up("pipe");
  *reader = ends[0];
  *writer = ends[1];
}

static void set_limit(int which, rlim_t soft) {
  struct rlimit limit;
  if (getrlimit(which, &limit) != 0) return;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  setrlimit(which, &limit);
}

/* What is done once and inherited by all. */
static void prepare(void) {
  process_default_signals();
  for (int i = 0; i < 3; i++)
    if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) give_up("/dev/null");
  for (int i = ORIEN_JAIL_CONTROL; i <= ORIEN_JAIL_LOCK; i++)
    if (fcntl(i, F_SETFD, FD_CLOEXEC) < 0) give_up("descriptors 3 to 5");
  // Nobody waits for whoever reads what there is to complain of.
  fcntl(ORIEN_JAIL_COMPLAINTS, F_SETFL, O_NONBLOCK);
  if (!complaints_share()) give_up("mmap");
  stewards_prepare();
  int keep[6] = {ORIEN_JAIL_CONTROL, ORIEN_JAIL_LIFELINE, ORIEN_JAIL_LOCK, ORIEN_JAIL_MOUNTS,
                 ORIEN_JAIL_MOUNTS_ROOT, ORIEN_JAIL_KEEPSAKES};
  process_keep(keep, 6);
  process_name("orien-keeper");
  // Its life-line tells it of the node's end, unless it stands still. A parent that is gone already
  // has hung it up.
  process_follow(getppid(), SIGCONT);
  umask(077);
  if (chdir("/") != 0) give_up("chdir");
  if (!tree_is_visible()) give_up("/proc/self/task/*/children (CONFIG_PROC_CHILDREN)");
  // Nobody of the same user reads us, or takes us by ptrace; execve ends this for tenants.
  if (defends(DEFENCE_UNDUMPABLE) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    give_up("PR_SET_DUMPABLE");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) give_up("PR_SET_CHILD_SUBREAPER");
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_STACK, 8 << 20);
  set_limit(RLIMIT_NOFILE, RLIM_INFINITY);
}

/* A part that the host has no room for is tried again later: what runs goes on without it. */
static uint64_t put_off(const char *what) {
  complain("%s: %s", what, strerror(errno));
  return now_nanoseconds() + LONGEST_PAUSE_MILLISECONDS * 1000000ULL;
}

static void start_janitor(void) {
  keeper.janitor = fork();
  if (keeper.janitor == 0) janitor_run(&keeper.parts);
  if (keeper.janitor > 0) return;
  keeper.janitor = 0;
  keeper.janitor_at = put_off("the janitor does not start");
}

static bool tell_node(int launcher_socket) {
  struct orien_jail_capabilities capabilities;
  groups_describe(&keeper.parts.groups, &capabilities);
  walls_describe(&keeper.parts.walls, &capabilities);
  return frame_send(ORIEN_JAIL_CONTROL, ORIEN_JAIL_LAUNCHER, (uint64_t)keeper.launcher,
                    &capabilities, sizeof capabilities, launcher_socket);
}

static void start_launcher(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    keeper.start_at = put_off("the launcher does not start");
    return;
  }
  keeper.launcher = fork();
  if (keeper.launcher == 0) launcher_run(&keeper.parts, pair[1]);
  if (keeper.launcher < 0) {
    keeper.launcher = 0;
    keeper.start_at = put_off("the launcher does not start");
  } else {
    keeper.launcher_born = now_nanoseconds();
    keeper.is_known = tell_node(pair[0]);
    // One that the node has not heard of is of no use, and another follows.
    if (!keeper.is_known) kill(keeper.launcher, SIGKILL);
  }
  close(pair[0]);
  close(pair[1]);
}

static bool lacks_janitor(void) {
  return keeper.janitor == 0 && keeper.parts.groups.count > 0;
}

static void launcher_ended(void) {
  if (keeper.is_known) keeper.mourned = keeper.launcher;
  keeper.launcher = 0;
  groups_kill(&keeper.parts.groups);
  janitor_sweep(&keeper.parts);
  uint64_t now = now_nanoseconds();
  // Whoever kills one launcher after another does not put the hunt off by it.
  if (!keeper.hunt_at) keeper.hunt_at = now + STUB_PATIENCE_MILLISECONDS * 1000000ULL;
  bool is_young = now - keeper.launcher_born < YOUNG_MILLISECONDS * 1000000ULL;
  unsigned longer = keeper.pause_milliseconds ? keeper.pause_milliseconds * 2 : 1;
  if (longer > LONGEST_PAUSE_MILLISECONDS) longer = LONGEST_PAUSE_MILLISECONDS;
  keeper.pause_milliseconds = is_young ? longer : 0;
  keeper.start_at = now + keeper.pause_milliseconds * 1000000ULL;
}

/* False: there is no child left. */
static bool reap(void) {
  for (;;) {
    int status;
    pid_t ended = process_reap(&status);
    if (ended == 0) return true;
    if (ended < 0) return false;
    if (ended == keeper.launcher) launcher_ended();
    if (ended == keeper.janitor) keeper.janitor = 0;
    stewards_ended(ended, status);
  }
}

/* The stubs of a dead launcher end by themselves, unless they are slow, or a tenant has stopped or
 * killed them: then what they held is ours. With nobody left the node hears so. */
static void hunt(void) {
  pid_t spare[3] = {keeper.launcher, keeper.janitor, stewards_pid()};
  bool is_due = now_nanoseconds() >= keeper.hunt_at;
  if ((is_due ? tree_kill(spare, 3) : tree_count(spare, 3)) > 0) return;
  // What the kernel has no room for now is tried again.
  if (keeper.mourned && !frame_send(ORIEN_JAIL_CONTROL, ORIEN_JAIL_CLEARED,
                                    (uint64_t)keeper.mourned, NULL, 0, -1))
    return;
  keeper.mourned = 0;
  keeper.hunt_at = 0;
}

static _Noreturn void end(void) {
  if (keeper.launcher > 0) kill(keeper.launcher, SIGKILL);
  if (keeper.janitor > 0) kill(keeper.janitor, SIGKILL);
  struct pollfd ended = {.fd = keeper.signals, .events = POLLIN};
  while (reap()) {
    groups_kill(&keeper.parts.groups);
    tree_kill(NULL, 0);
    poll(&ended, 1, 5);
    process_signalled(keeper.signals);
  }
  // The lock says that all is over, and it goes when we do: not before the groups are gone.
  for (unsigned i = 0; i < 1000 && groups_sweep(&keeper.parts.groups, UINT64_MAX) > 0; i++)
    poll(NULL, 0, 5);
  groups_remove(&keeper.parts.groups);
  stewards_end();
  _exit(0);
}

static void hear_node(void) {
  for (;;) {
    switch (frame_read(ORIEN_JAIL_CONTROL, &keeper.frame)) {
    case FRAME_PARTIAL:
      return;
    case FRAME_GONE:
      end();
    case FRAME_WHOLE:
      break;
    }
    // The number guards against a request that was meant for the one before.
    if (keeper.frame.header.kind == ORIEN_JAIL_REPLACE && keeper.launcher > 0 &&
        keeper.frame.header.id == (uint64_t)keeper.launcher)
      kill(keeper.launcher, SIGKILL);
  }
}

/* What a node left that died with its keeper is gone before this one is told so. */
static void clear_groups(void) {
  groups_kill(&keeper.parts.groups);
  for (unsigned i = 0; groups_sweep(&keeper.parts.groups, UINT64_MAX) > 0; i++) {
    if (i == PATIENCE_TRIES) complain("what an earlier node started does not end; waiting for it");
    struct pollfd lifeline = {.fd = ORIEN_JAIL_LIFELINE};
    if (process_poll(&lifeline, 1, 5) < 0 || lifeline.revents) end();
  }
  if (!frame_send(ORIEN_JAIL_CONTROL, ORIEN_JAIL_CLEARED, 0, NULL, 0, -1)) end();
}

/* Milliseconds until something is due; -1: nothing is. */
static int patience(void) {
  uint64_t now = now_nanoseconds(), first = keeper.hunt_at;
  // What is hunted is looked for again and again.
  if (first && first <= now) first = now + 5000000;
  if (keeper.launcher == 0 && (!first || keeper.start_at < first)) first = keeper.start_at;
  if (lacks_janitor() && (!first || keeper.janitor_at < first)) first = keeper.janitor_at;
  uint64_t steward_at = stewards_due();
  if (steward_at && (!first || steward_at < first)) first = steward_at;
  if (keeper.launcher != 0 && !lacks_janitor() && !first) return -1;
  return first <= now ? 0 : (int)((first - now) / 1000000 + 1);
}

static void turn(void) {
  struct pollfd watched[3] = {{.fd = ORIEN_JAIL_CONTROL, .events = POLLIN},
                              {.fd = ORIEN_JAIL_LIFELINE},
                              {.fd = keeper.signals, .events = POLLIN}};
  if (process_poll(watched, 3, patience()) < 0) give_up("poll");
  if (watched[1].revents) end();
  process_signalled(keeper.signals);
  reap();
  // Right after: nobody that has ended is taken for somebody left.
  if (keeper.hunt_at) hunt();
  if (keeper.launcher == 0 && now_nanoseconds() >= keeper.start_at) start_launcher();
  if (lacks_janitor() && now_nanoseconds() >= keeper.janitor_at) start_janitor();
  stewards_tend(&keeper.parts);
  if (watched[0].revents) hear_node();
}

_Noreturn void keeper_run(const struct keeper_options *options) {
  prepare();
  keeper.parts.keeper = getpid();
  keeper.parts.control = ORIEN_JAIL_CONTROL;
  keeper.parts.lifeline = ORIEN_JAIL_LIFELINE;
  keeper.parts.lock = ORIEN_JAIL_LOCK;
  keeper.signals = process_signals();
  if (keeper.signals < 0) give_up("signalfd");
  make_pipe(&keeper.parts.keeper_reader, &keeper.parts.keeper_writer);
  make_pipe(&keeper.parts.orders_reader, &keeper.parts.orders_writer);
  groups_find(&keeper.parts.groups, options->groups, GROUP_WITHIN, options->group_name,
              options->walls.workspaces);
  clear_groups();
  pid_t trial = groups_try(&keeper.parts.groups);
  walls_find(&keeper.parts.walls, &options->walls);
  groups_judge(&keeper.parts.groups, trial);
  // In walls nobody leaves his group.
  if (keeper.parts.walls.kind != ORIEN_JAIL_WALLS_NONE) groups_keep(&keeper.parts.groups);
  if (options->walls.owner.is_other && options->walls.mode == WALLS_AUTO &&
      keeper.parts.walls.kind == ORIEN_JAIL_WALLS_NONE)
    give_up(own_begin(options, &keeper.parts));
  stewards_begin(&keeper.parts, &options->images);
  // A change of user takes this back.
  process_follow(getppid(), SIGCONT);
  for (;;) turn();
}
