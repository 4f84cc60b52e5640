#include "jobs.h"

#include <sys/epoll.h>

enum { DESCRIPTORS_OF_OURS = 64, DESCRIPTORS_A_JOB = 4 };

void jobs_begin(struct jobs *jobs, int poll, uint64_t descriptors) {
  uint64_t most = descriptors > DESCRIPTORS_OF_OURS + DESCRIPTORS_A_JOB
                      ? (descriptors - DESCRIPTORS_OF_OURS) / DESCRIPTORS_A_JOB
                      : 1;
  jobs->poll = poll;
  jobs->most = most < JOBS_AT_MOST ? (unsigned)most : JOBS_AT_MOST;
}

struct job *jobs_find(struct jobs *jobs, uint64_t id) {
  if (id == 0) return NULL;
  for (unsigned i = 0; i < jobs->used; i++)
    if (jobs->job[i].state != JOB_FREE && jobs->job[i].id == id) return &jobs->job[i];
  return NULL;
}

struct job *jobs_prepare(struct jobs *jobs, const struct parts *parts,
                         const struct job_kind *kind) {
  unsigned i = 0;
  while (i < jobs->most && jobs->job[i].state != JOB_FREE) i++;
  errno = EAGAIN;
  if (i == jobs->most) return NULL;
  struct job *job = &jobs->job[i];
  errno = job_prepare(job, i, kind, parts);
  if (errno) return NULL;
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
  if (epoll_ctl(jobs->poll, EPOLL_CTL_ADD, job->report, &event) != 0) {
    int error = errno;
    job_free(job, parts);
    errno = error;
    return NULL;
  }
  if (i >= jobs->used) jobs->used = i + 1;
  return job;
}

static bool is_nothing(const struct job *job) {
  return job->state == JOB_FREE && !job_rests_at(job);
}

void jobs_shrink(struct jobs *jobs) {
  while (jobs->used > 0 && is_nothing(&jobs->job[jobs->used - 1])) jobs->used--;
}
