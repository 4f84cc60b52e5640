#include "job.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../keeper/janitor.h"
#include "../walls/defence.h"
#include "../plain/process.h"
#include "../stub/leader.h"
#include "../stub/stub.h"
#include "../stub/words.h"
#include "../lend/lend.h"
#include "../lend/slot.h"
#include "../spaces/network.h"

static const uint64_t millisecond = 1000000;
/* How long a stub may take to kill its tree before it is itself taken for stopped. */
static const uint64_t stub_patience = 1000;
/* Processor time is looked at no more often than this, nor than it could have run out. */
static const uint64_t least_look = 10;
/* How long groups that serve again wait for it. */
static const uint64_t group_patience = 1000;

static void close_one(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

/* The launcher's ends stay in the job, the stub's go with the stub. */
static int spawn(struct job *job, const struct parts *parts, int network) {
  int order[2], report[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, order) != 0) return errno;
  job->order = order[0];
  if (pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0) {
    int error = errno;
    close(order[1]);
    return error;
  }
  job->report = report[0];
  frame_make_room(job->order);
  pid_t launcher = getpid();
  job->stub = walls_fork(&parts->walls);
  if (job->stub == 0) {
    struct stub_place place = {.launcher = launcher, .group = job->group, .slot = job->slot,
                               .network = network, .owner = slot_owner(&parts->walls, job->slot),
                               .host = job->kind.host};
    stub_run(parts, &place, order[1], report[1]);
  }
  int error = job->stub < 0 ? errno : 0;
  close(order[1]);
  close(report[1]);
  if (error) return error;
  // Its number cannot be another's: nobody but this thread reaps it.
  job->pidfd = pidfd_open(job->stub, 0);
  return job->pidfd < 0 ? errno : 0;
}

/* Its namespace, -1 where it has no other than its slot's; 0 or an errno. */
static int make_network(struct job *job, const struct parts *parts, int *network) {
  *network = -1;
  bool is_offline = job->kind.network == ORIEN_JAIL_OFFLINE;
  if (is_offline || parts->walls.kind == ORIEN_JAIL_WALLS_NONE) return 0;
  *network = network_make(job->kind.network == ORIEN_JAIL_DOOR ? &job->door : NULL);
  return *network < 0 ? errno : 0;
}

int job_prepare(struct job *job, unsigned slot, const struct job_kind *kind,
                const struct parts *parts) {
  *job = (struct job){.group = job->group, .slot = slot, .kind = *kind, .door = -1,
                      .pidfd = -1, .order = -1, .report = -1};
  job->group.number = group_number();
  job->group.serves_again = job->group.kept != 0;
  if (!job->group.serves_again) job->group.kept = group_number();
  int own_network;
  int error = slot_prepare(&parts->walls, slot);
  if (!error) error = make_network(job, parts, &own_network);
  if (error) {
    if (!job->group.serves_again) job->group = (struct group_numbers){0};
    return error;
  }
  error = spawn(job, parts, own_network < 0 ? slot_network(slot) : own_network);
  if (own_network >= 0) close(own_network);
  if (error) {
    job_free(job, parts);
    return error;
  }
  // The stub takes back what it finds there.
  job->group.limited = 0;
  job->state = JOB_READY;
  return 0;
}

bool job_is_up(struct job *job) {
  uint8_t said;
  if (!job->is_up && recv(job->order, &said, sizeof said, MSG_DONTWAIT) == sizeof said)
    job->is_up = said == LEADER_READY;
  return job->is_up;
}

void job_drop(struct job *job) {
  shutdown(job->order, SHUT_WR);
  job->state = JOB_SPENT;
}

/* When the tree can at the earliest have used `left` more of all processors. */
static uint64_t next_look(uint64_t now, uint64_t left_microseconds) {
  // Asked once, for the answer is in a file: of all there are, for more may be switched on.
  static long processors;
  if (!processors) processors = sysconf(_SC_NPROCESSORS_CONF);
  uint64_t wait = left_microseconds * 1000 / (uint64_t)(processors > 0 ? processors : 1);
  return now + (wait > least_look * millisecond ? wait : least_look * millisecond);
}

/* Sends the frame on with what is lent, and leaves it as it was. */
static int hand_over(struct job *job, const struct parts *parts, struct frame_reader *frame,
                     const struct request *request) {
  int given[FRAME_DESCRIPTORS];
  unsigned count = frame->descriptors;
  memcpy(given, frame->descriptor, sizeof given);
  bool is_walled = parts->walls.kind != ORIEN_JAIL_WALLS_NONE;
  int error = is_walled ? lend_all(&parts->walls, job->slot, frame, request) : 0;
  if (!error) error = frame_forward(job->order, frame);
  for (unsigned i = 0; i < frame->descriptors; i++)
    if (i >= count || frame->descriptor[i] != given[i]) close(frame->descriptor[i]);
  memcpy(frame->descriptor, given, sizeof given);
  frame->descriptors = count;
  return error;
}

static unsigned limited_by(const struct orien_jail_limits *limits) {
  return (limits->cpu_percent ? 1U << GROUP_CPU : 0) | (limits->processes ? 1U << GROUP_PIDS : 0);
}

int job_start(struct job *job, const struct parts *parts, struct frame_reader *frame,
              const struct request *request) {
  const struct orien_jail_limits *limits = &request->limits;
  int error = hand_over(job, parts, frame, request);
  // A stub that has but a part of it knows then that it will not get the rest.
  if (error) job_drop(job);
  if (error) return error;
  job->state = JOB_RUNNING;
  job->id = frame->header.id;
  job->group.limited = limited_by(limits);
  job->started = now_nanoseconds();
  if (limits->cpu_milliseconds && parts->groups.can_meter && defends(DEFENCE_CPU_LIMIT)) {
    job->cpu_microseconds = limits->cpu_milliseconds * 1000;
    job->look_at = next_look(job->started, job->cpu_microseconds);
  }
  memory_begin(&job->memory, &parts->groups, job->started);
  return 0;
}

void job_kill(struct job *job, const struct parts *parts) {
  group_kill(&parts->groups, job->group);
  if (job->state != JOB_RUNNING || job->late_at) return;
  job->was_killed = true;
  job->late_at = now_nanoseconds() + stub_patience * millisecond;
  pidfd_send_signal(job->pidfd, SIGUSR1, NULL, 0);
}

void job_look(struct job *job, const struct parts *parts, uint64_t now) {
  memory_look(&job->memory, &parts->groups, job->group, now);
  if (job->late_at && now >= job->late_at) {
    job->late_at = 0;
    pidfd_send_signal(job->pidfd, SIGKILL, NULL, 0);
  }
  if (!job->look_at || now < job->look_at) return;
  uint64_t used = group_cpu_microseconds(&parts->groups, job->group);
  if (used < job->cpu_microseconds) {
    job->look_at = next_look(now, job->cpu_microseconds - used);
    return;
  }
  job->look_at = 0;
  job->hits |= ORIEN_JAIL_HIT_CPU;
  job_kill(job, parts);
}

/* Whether the leader became the program. To be asked when it has ended, one way or the other. */
static bool has_begun(const struct job *job) {
  uint8_t said = LEADER_FAILS;
  while (recv(job->order, &said, sizeof said, MSG_DONTWAIT) > 0) continue;
  return said == LEADER_BEGINS;
}

bool job_report(struct job *job, const struct parts *parts, struct orien_jail_end *end) {
  struct stub_report said;
  ssize_t got = read(job->report, &said, sizeof said);
  if (got < 0 && errno == EAGAIN) return false;
  if (got != (ssize_t)sizeof said) {
    job->state = JOB_ORPHANED;
    job->look_at = job->late_at = 0;
    // Also ends a leader that waits.
    shutdown(job->order, SHUT_WR);
    group_kill(&parts->groups, job->group);
    return false;
  }
  if (said.leaves) job->state = JOB_LEAVING;
  *end = (struct orien_jail_end){
      .fault = said.fault,
      .error = said.error,
      .code = WIFEXITED(said.status) ? WEXITSTATUS(said.status) : 0,
      .signal = WIFSIGNALED(said.status) ? WTERMSIG(said.status) : 0,
      .hits = job->hits | said.hits,
      .metered_by = ORIEN_JAIL_METER_RUSAGE,
      .wall_microseconds = said.wall_microseconds,
      .cpu_user_microseconds = said.cpu_user_microseconds,
      .cpu_system_microseconds = said.cpu_system_microseconds,
      .memory_peak_bytes = said.memory_peak_bytes,
      .read_bytes = said.read_bytes,
      .written_bytes = said.written_bytes,
  };
  if (said.fault == ORIEN_JAIL_RAN && !has_begun(job)) end->fault = ORIEN_JAIL_NEVER_BEGAN;
  // Behind walls nobody leaves his group: what was reaped is no more than that has counted.
  if (parts->walls.kind != ORIEN_JAIL_WALLS_NONE && parts->groups.can_meter)
    end->cpu_user_microseconds = end->cpu_system_microseconds = 0;
  group_read(&parts->groups, &job->group, &said.before, end);
  job->is_clean =
      said.fault != ORIEN_JAIL_HOST && parts->walls.kind != ORIEN_JAIL_WALLS_NONE;
  // As the stub has measured it, which knows the end before this process hears of it.
  uint64_t ended = job->started + end->wall_microseconds * 1000;
  end->memory_byte_seconds = memory_byte_seconds(&job->memory, ended, end);
  return true;
}

void job_mourn(struct job *job, const struct parts *parts, struct orien_jail_end *end) {
  *end = (struct orien_jail_end){
      .fault = has_begun(job) ? ORIEN_JAIL_STUB_LOST : ORIEN_JAIL_NEVER_BEGAN,
      .hits = job->hits,
      .wall_microseconds = (now_nanoseconds() - job->started) / 1000,
  };
  const struct group_time none = {0};
  group_read(&parts->groups, &job->group, &none, end);
  end->memory_byte_seconds = memory_byte_seconds(&job->memory, now_nanoseconds(), end);
}

bool job_again(struct job *job, const struct parts *parts) {
  // A signal that it was sent may reach it only now.
  if (!job->is_clean || job->was_killed || job->kind.network != ORIEN_JAIL_OFFLINE ||
      !stub_serves_again(parts, job->kind.host))
    return false;
  struct group_numbers next = job->group;
  next.number = group_number();
  next.serves_again = true;
  if (send(job->order, &next, sizeof next, MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof next)
    return false;
  janitor_retire(parts, (struct group_numbers){.number = job->group.number});
  *job = (struct job){.state = JOB_READY, .group = next, .slot = job->slot,
                      .kind = job->kind, .stub = job->stub, .door = -1,
                      .pidfd = job->pidfd, .order = job->order, .report = job->report};
  job->group.limited = 0;
  return true;
}

void job_free(struct job *job, const struct parts *parts) {
  close_one(&job->order);
  close_one(&job->door);
  close_one(&job->report);
  close_one(&job->pidfd);
  struct group_numbers used = job->group;
  if (job->is_clean)
    used.kept = 0;
  else
    job->group = (struct group_numbers){0};
  janitor_retire(parts, used);
  job->free_since = job->is_clean ? now_nanoseconds() : 0;
  job->state = JOB_FREE;
}

uint64_t job_rests_at(const struct job *job) {
  bool waits = job->state == JOB_FREE && job->group.kept;
  return waits ? job->free_since + group_patience * millisecond : 0;
}

void job_rest(struct job *job, const struct parts *parts, uint64_t now) {
  uint64_t due = job_rests_at(job);
  if (!due || now < due) return;
  janitor_retire(parts, (struct group_numbers){.kept = job->group.kept});
  job->group = (struct group_numbers){0};
}
