#include "job.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../keeper/supply.h"
#include "../plain/process.h"
#include "../stub/stub.h"

static const uint64_t millisecond = 1000000;
/* How long a stub may take to kill its tree before it is itself taken for stopped. */
static const uint64_t stub_patience = 1000;
/* Processor time is looked at no more often than this, nor than it could have run out. */
static const uint64_t least_look = 10;

static bool answer_fault(int node, uint64_t id, enum orien_jail_fault fault, int error) {
  struct orien_jail_end end = {.fault = fault, .error = error};
  return frame_send(node, ORIEN_JAIL_ENDED, id, &end, sizeof end, -1);
}

/* When the tree can at the earliest have used `left` more of all processors. */
static uint64_t next_look(uint64_t now, uint64_t left_microseconds) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t wait = left_microseconds * 1000 / (uint64_t)(processors > 0 ? processors : 1);
  return now + (wait > least_look * millisecond ? wait : least_look * millisecond);
}

static int spawn(struct job *job, const struct parts *parts, const struct request *request) {
  int report[2];
  if (pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  pid_t stub = fork();
  if (stub == 0) stub_run(parts, request, job->group, report[1]);
  int error = errno;
  close(report[1]);
  if (stub < 0) {
    close(report[0]);
    return error;
  }
  // Its number cannot be another's: nobody but this thread reaps it.
  int pidfd = pidfd_open(stub, 0);
  if (pidfd < 0) {
    error = errno;
    kill(stub, SIGTERM);
    close(report[0]);
    return error;
  }
  job->stub = stub;
  job->pidfd = pidfd;
  job->report = report[0];
  return 0;
}

bool job_start(struct job *job, const struct parts *parts, struct frame_reader *frame, int node) {
  static struct request request;
  uint64_t id = frame->header.id;
  bool is_valid = request_read(&request, frame);
  int error = 0;
  if (is_valid) {
    *job = (struct job){.id = id, .report = -1, .pidfd = -1};
    job->group = supply_take(parts, &request.limits);
    error = job->group == 0 && parts->groups.count > 0 ? errno : spawn(job, parts, &request);
    if (error) supply_return(parts, job->group);
  }
  frame_drop(frame);
  if (!is_valid) return answer_fault(node, id, ORIEN_JAIL_REFUSED, 0);
  if (error) return answer_fault(node, id, ORIEN_JAIL_HOST, error);
  job->state = JOB_RUNNING;
  job->started = now_nanoseconds();
  if (request.limits.cpu_milliseconds && parts->groups.can_meter) {
    job->cpu_microseconds = request.limits.cpu_milliseconds * 1000;
    job->look_at = next_look(job->started, job->cpu_microseconds);
  }
  return frame_send(node, ORIEN_JAIL_STARTED, id, NULL, 0, job->pidfd);
}

void job_kill(struct job *job, const struct parts *parts) {
  group_kill(&parts->groups, job->group);
  if (job->state != JOB_RUNNING || job->late_at) return;
  job->late_at = now_nanoseconds() + stub_patience * millisecond;
  pidfd_send_signal(job->pidfd, SIGTERM, NULL, 0);
  // A tenant of the same user may have stopped it.
  pidfd_send_signal(job->pidfd, SIGCONT, NULL, 0);
}

void job_look(struct job *job, const struct parts *parts, uint64_t now) {
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

static uint64_t microseconds(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000U + (uint64_t)time.tv_usec;
}

/* Sends the end, and frees what the job holds. */
static bool end_job(struct job *job, const struct parts *parts, int node,
                    struct orien_jail_end *end) {
  end->hits |= job->hits;
  if (job->group) group_read(&parts->groups, job->group, end);
  bool is_node_there = frame_send(node, ORIEN_JAIL_ENDED, job->id, end, sizeof *end, -1);
  supply_return(parts, job->group);
  close(job->report);
  close(job->pidfd);
  job->state = JOB_FREE;
  return is_node_there;
}

bool job_report(struct job *job, const struct parts *parts, int node) {
  struct stub_report said;
  ssize_t got = read(job->report, &said, sizeof said);
  if (got < 0 && errno == EAGAIN) return true;
  if (got != (ssize_t)sizeof said) {
    job->state = JOB_ORPHANED;
    job->look_at = job->late_at = 0;
    group_kill(&parts->groups, job->group);
    return true;
  }
  struct orien_jail_end end = {
      .fault = said.fault,
      .error = said.error,
      .code = WIFEXITED(said.status) ? WEXITSTATUS(said.status) : 0,
      .signal = WIFSIGNALED(said.status) ? WTERMSIG(said.status) : 0,
      .metered_by = ORIEN_JAIL_METER_RUSAGE,
      .wall_microseconds = said.wall_microseconds,
      .cpu_user_microseconds = microseconds(said.used.ru_utime),
      .cpu_system_microseconds = microseconds(said.used.ru_stime),
      .memory_peak_bytes = (uint64_t)said.used.ru_maxrss * 1024,
      // Blocks of 512 bytes, whatever the disk's are.
      .read_bytes = (uint64_t)said.used.ru_inblock * 512,
      .written_bytes = (uint64_t)said.used.ru_oublock * 512,
  };
  return end_job(job, parts, node, &end);
}

bool job_bury(struct job *job, const struct parts *parts, int node) {
  struct orien_jail_end end = {
      .fault = ORIEN_JAIL_STUB_LOST,
      .wall_microseconds = (now_nanoseconds() - job->started) / 1000,
  };
  return end_job(job, parts, node, &end);
}
