/* All jobs of a launcher. A job's place here is also its slot. */
#pragma once
#include "job.h"

struct jobs {
  /* As many as there are descriptors for. */
  unsigned most;
  /* Those in higher places are free, and have nothing. */
  unsigned used;
  /* An epoll that hears of each job by its place. */
  int poll;
  struct job job[JOBS_AT_MOST];
};

/* Of a launcher that hears of them by `poll`, and may have `descriptors` open in all. */
void jobs_begin(struct jobs *jobs, int poll, uint64_t descriptors);

/* The job with this id; NULL: there is none. */
struct job *jobs_find(struct jobs *jobs, uint64_t id);

/* Makes another job ready; NULL with errno where that cannot be. */
struct job *jobs_prepare(struct jobs *jobs, const struct parts *parts, const struct job_kind *kind);

/* Forgets places at the end that are free, and have nothing. */
void jobs_shrink(struct jobs *jobs);
