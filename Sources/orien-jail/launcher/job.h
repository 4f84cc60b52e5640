/* One process of the jail as the launcher sees it: a stub, its report pipe, its group. */
#pragma once
#include "../keeper/parts.h"
#include "../plain/frame.h"

enum {
  /* Of all tenants together; each takes two descriptors here. */
  JOBS_AT_MOST = 1024,
};

enum job_state { JOB_FREE, JOB_RUNNING, JOB_ORPHANED };

struct job {
  enum job_state state;
  uint64_t id;
  uint64_t group;
  pid_t stub;
  int pidfd;
  /* The reading end. */
  int report;
  uint32_t hits;
  uint64_t started;
  /* 0: no limit. */
  uint64_t cpu_microseconds;
  /* When to look at its processor time again, and when a stub that was told to kill its tree is
   * late; 0: never. */
  uint64_t look_at;
  uint64_t late_at;
};

/* Starts what the frame asks for, and takes its descriptors. Answers to `node` where it fails, and
 * then leaves the job free. False: the node is gone. */
bool job_start(struct job *job, const struct parts *parts, struct frame_reader *frame, int node);

/* Kills the whole tree, by its group and by its stub. */
void job_kill(struct job *job, const struct parts *parts);

/* The report pipe is readable: tells the node how it ended and frees the job, or finds that the
 * stub was killed, and orphans it. False: the node is gone. */
bool job_report(struct job *job, const struct parts *parts, int node);

/* Nothing of an orphaned tree is left: tells the node and frees the job. False: as above. */
bool job_bury(struct job *job, const struct parts *parts, int node);

/* Enforces what only time shows. */
void job_look(struct job *job, const struct parts *parts, uint64_t now);
