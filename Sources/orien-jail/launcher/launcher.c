#include "launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../walls/defence.h"
#include "../plain/files.h"
#include "../plain/process.h"
#include "../plain/tree.h"
#include "pool.h"
#include "request.h"

/* What an event is about: a job's number, or one of these. */
enum { ABOUT_NODE = JOBS_AT_MOST, ABOUT_SIGNALS, ABOUT_END };

static struct launcher {
  const struct parts *parts;
  int node;
  int signals;
  int poll;
  unsigned orphaned;
  struct jobs jobs;
  struct pool pool;
  struct frame_reader frame;
} launcher;

static _Noreturn void leave(int code) {
  // Every stub sees its report pipe close, and kills its tree.
  _exit(code);
}

static void must(bool is_node_there) {
  if (!is_node_there) leave(0);
}

static bool watch(int descriptor, uint32_t about) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = about};
  return epoll_ctl(launcher.poll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

/* Once, for all that is started: what children inherit costs nothing when they are started. */
static void prepare(void) {
  process_name("orien-launcher");
  if (!process_follow(launcher.parts->keeper, SIGKILL)) leave(0);
  // Whoever ends the keeper's process group leaves the stubs to end their trees.
  if (setsid() < 0) leave(1);
  // With no privilege to gain by a set-user-id program, none is gained.
  if (defends(DEFENCE_NO_NEW_PRIVILEGES) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) leave(1);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) leave(1);
  const struct walls *walls = &launcher.parts->walls;
  if (walls_bound(walls) != 0 || walls_begin(walls) != 0) leave(1);
  // When the machine is out of memory tenants go before the node; among us all the largest goes.
  // A process that nobody may dump is not even its own user's to write to.
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  int error = file_write(AT_FDCWD, "/proc/self/oom_score_adj", "500");
  if (error) complain("oom_score_adj: %s", strerror(error));
  if (defends(DEFENCE_UNDUMPABLE) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) leave(1);
  // A storm of forks must not keep from running what kills it. Needs a privilege; not essential.
  setpriority(PRIO_PROCESS, 0, -10);
}

static void tell_end(uint64_t id, const struct orien_jail_end *end) {
  must(frame_send(launcher.node, ORIEN_JAIL_ENDED, id, end, sizeof *end, -1));
}

static void start(void) {
  static struct request request;
  uint64_t id = launcher.frame.header.id;
  if (id == 0 || jobs_find(&launcher.jobs, id)) {
    complain("the node gave an id that is in use");
    leave(1);
  }
  struct orien_jail_end end = {.fault = ORIEN_JAIL_REFUSED};
  if (!request_read(&request, &launcher.frame, false) || request.network == ORIEN_JAIL_PUBLIC)
    return tell_end(id, &end);
  end.fault = ORIEN_JAIL_NO_WALLS;
  // What is shown is mounted, and without walls that would be for everybody to see.
  if ((request.profile != ORIEN_JAIL_OPEN || request.places > 0) &&
      launcher.parts->walls.kind == ORIEN_JAIL_WALLS_NONE)
    return tell_end(id, &end);
  end.fault = ORIEN_JAIL_HOST;
  end.error = EPIPE;
  struct job *job = NULL;
  // Of those that wait some may just have died, which is not the request's fault.
  for (unsigned i = 0; end.error == EPIPE && i <= POOL_AT_MOST; i++) {
    job = pool_take(&launcher.pool, &request, now_nanoseconds());
    end.error = job ? job_start(job, launcher.parts, &launcher.frame, &request) : errno;
  }
  // The leader has its own by now, and nobody else keeps a pipe of the node's open.
  frame_drop(&launcher.frame);
  if (end.error) return tell_end(id, &end);
  must(frame_send(launcher.node, ORIEN_JAIL_STARTED, id, NULL, 0, job->door));
  if (job->door >= 0) close(job->door);
  job->door = -1;
}

static void hear_node(void) {
  for (;;) {
    enum frame_state state = frame_read(launcher.node, &launcher.frame);
    if (state == FRAME_PARTIAL) return;
    if (state == FRAME_GONE) leave(0);
    struct job *job;
    switch (launcher.frame.header.kind) {
    case ORIEN_JAIL_START:
      start();
      break;
    case ORIEN_JAIL_KILL:
      job = jobs_find(&launcher.jobs, launcher.frame.header.id);
      if (job) job_kill(job, launcher.parts);
      break;
    case ORIEN_JAIL_PING:
      must(frame_send(launcher.node, ORIEN_JAIL_PONG, launcher.frame.header.id, NULL, 0, -1));
      break;
    default:
      complain("the node sent a frame of kind %u", launcher.frame.header.kind);
      leave(1);
    }
  }
}

static void hear_job(unsigned number) {
  struct job *job = &launcher.jobs.job[number];
  if (job->state == JOB_FREE || job->state == JOB_ORPHANED) return;
  struct orien_jail_end end;
  if (job_report(job, launcher.parts, &end)) {
    if (job->id) {
      tell_end(job->id, &end);
      pool_ended(&launcher.pool, now_nanoseconds());
    } else if (job->state == JOB_READY) {
      pool_failed(&launcher.pool, job, end.error, now_nanoseconds());
    }
    if (job->state == JOB_LEAVING && job->id)
      job->id = 0;
    else if (!job->id || !pool_has_room(&launcher.pool) || !job_again(job, launcher.parts))
      job_free(job, launcher.parts);
  } else if (job->state == JOB_ORPHANED) {
    epoll_ctl(launcher.poll, EPOLL_CTL_DEL, job->report, NULL);
    launcher.orphaned++;
  }
}

static void bury(struct job *job) {
  struct orien_jail_end end;
  job_mourn(job, launcher.parts, &end);
  if (job->id) tell_end(job->id, &end);
  job_free(job, launcher.parts);
}

static bool reap(void) {
  bool some = false;
  int status;
  while (process_reap(&status) > 0) some = true;
  return some;
}

/* What a killed stub leaves is ours now, and nobody can say whose it was: when there is no child
 * left but stubs, every orphaned job is over. */
static void hunt(void) {
  static pid_t stub[JOBS_AT_MOST];
  unsigned count = 0;
  for (unsigned i = 0; i < launcher.jobs.used; i++) {
    enum job_state state = launcher.jobs.job[i].state;
    if (state != JOB_FREE && state != JOB_ORPHANED) stub[count++] = launcher.jobs.job[i].stub;
  }
  reap();
  // The kernel's list of children may lack some while others end: then it is read again.
  if (tree_kill(stub, count) > 0 || reap()) return;
  for (unsigned i = 0; i < launcher.jobs.used; i++)
    if (launcher.jobs.job[i].state == JOB_ORPHANED) bury(&launcher.jobs.job[i]);
  launcher.orphaned = 0;
}

/* Milliseconds until a job wants to be looked at, or made ready; -1: none does. */
static int patience(uint64_t now) {
  if (launcher.orphaned > 0) return 5;
  uint64_t first = pool_due(&launcher.pool, now);
  for (unsigned i = 0; i < launcher.jobs.used; i++) {
    const struct job *job = &launcher.jobs.job[i];
    uint64_t rests_at = job_rests_at(job);
    if (rests_at && (!first || rests_at < first)) first = rests_at;
    if (job->state != JOB_RUNNING) continue;
    if (job->look_at && (!first || job->look_at < first)) first = job->look_at;
    if (job->memory.look_at && (!first || job->memory.look_at < first))
      first = job->memory.look_at;
    if (job->late_at && (!first || job->late_at < first)) first = job->late_at;
  }
  if (first == 0) return -1;
  if (first <= now) return 0;
  uint64_t wait = (first - now + 999999) / 1000000;
  return wait > 60000 ? 60000 : (int)wait;
}

static void look(uint64_t now) {
  jobs_shrink(&launcher.jobs);
  for (unsigned i = 0; i < launcher.jobs.used; i++) {
    struct job *job = &launcher.jobs.job[i];
    if (job->state == JOB_RUNNING) job_look(job, launcher.parts, now);
    if (job->state == JOB_FREE) job_rest(job, launcher.parts, now);
  }
  if (launcher.orphaned > 0) hunt();
}

static void turn(void) {
  struct epoll_event event[64];
  int count = epoll_wait(launcher.poll, event, 64, patience(now_nanoseconds()));
  for (int i = 0; i < count; i++) {
    switch (event[i].data.u32) {
    case ABOUT_NODE:
      hear_node();
      break;
    case ABOUT_SIGNALS:
      process_signalled(launcher.signals);
      reap();
      break;
    case ABOUT_END:
      leave(0);
    default:
      hear_job(event[i].data.u32);
    }
  }
  uint64_t now = now_nanoseconds();
  look(now);
  if (count == 0) pool_tend(&launcher.pool, now);
}

_Noreturn void launcher_run(const struct parts *parts, int node) {
  launcher.parts = parts;
  launcher.node = node;
  int keep[5 + WALLS_DESCRIPTORS + GROUP_TREES] = {
      node, parts->lifeline, parts->lock, parts->keeper_reader, parts->orders_writer};
  unsigned kept = 5 + walls_keep(&parts->walls, keep + 5);
  for (int i = 0; i < parts->groups.count; i++) keep[kept++] = parts->groups.tree[i].parent;
  process_keep(keep, kept);
  prepare();
  launcher.signals = process_signals();
  launcher.poll = epoll_create1(EPOLL_CLOEXEC);
  if (launcher.signals < 0 || launcher.poll < 0 || !watch(node, ABOUT_NODE) ||
      !watch(launcher.signals, ABOUT_SIGNALS) || !watch(parts->lifeline, ABOUT_END) ||
      !watch(parts->keeper_reader, ABOUT_END))
    leave(1);
  struct rlimit open;
  if (getrlimit(RLIMIT_NOFILE, &open) != 0) leave(1);
  jobs_begin(&launcher.jobs, launcher.poll, open.rlim_cur);
  launcher.pool = (struct pool){.parts = parts, .jobs = &launcher.jobs, .usual = POOL_FEW};
  for (;;) turn();
}
