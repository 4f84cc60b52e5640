/* One process of the jail as the launcher sees it: a stub, its report pipe, its group. */
#pragma once
#include "../keeper/parts.h"
#include "../plain/frame.h"
#include "memory.h"
#include "request.h"

enum {
  /* Each takes up to five descriptors here. */
  JOBS_AT_MOST = ORIEN_JAIL_USERS,
};

enum job_state {
  JOB_FREE,
  /* Its stub and its leader wait for a request. */
  JOB_READY,
  JOB_RUNNING,
  /* Its request did not reach it, and is told so: it is about to end. */
  JOB_SPENT,
  /* Its stub was killed; what that held is being hunted down. */
  JOB_ORPHANED,
};

/* What a file is known by. */
struct job_stamp {
  uint64_t device, file, size;
  int64_t seconds, nanoseconds;
};

/* What a job is made ready for. */
struct job_kind {
  /* enum orien_jail_network */
  uint32_t network;
  /* What waits with an interpreter that is up, as the jail finds it, and that interpreter's file;
   * NULL: nothing does. */
  const char *host;
  struct job_stamp stamp;
};

struct job {
  enum job_state state;
  /* 0: nobody has asked for it. */
  uint64_t id;
  uint64_t group;
  /* Of the walls. Nobody else has it before this one is free again. */
  unsigned slot;
  pid_t stub;
  int pidfd;
  /* To the leader, which tells there that it begins. */
  int order;
  /* The reading end. */
  int report;
  struct job_kind kind;
  /* Where it has one, until the node has it. */
  int door;
  /* Its interpreter has said so. */
  bool is_up;
  uint32_t hits;
  uint64_t started;
  /* 0: no limit. */
  uint64_t cpu_microseconds;
  /* When to look at its processor time again, and when a stub that was told to kill its tree is
   * late; 0: never. */
  uint64_t look_at;
  uint64_t late_at;
  struct memory_meter memory;
};

/* Makes a free job ready, with a slot of its own; 0 or an errno, and then it is still free. */
int job_prepare(struct job *job, unsigned slot, const struct job_kind *kind,
                const struct parts *parts);

/* Whether the interpreter that it waits with is up. */
bool job_is_up(struct job *job);

/* Tells a ready job that nothing will be asked of it: it is about to end. */
void job_drop(struct job *job);

/* Gives a ready job the frame's request, as it has been read; 0 or an errno, and then it is
 * spent. */
int job_start(struct job *job, const struct parts *parts, struct frame_reader *frame,
              const struct request *request);

/* Kills the whole tree, by its group and by its stub. */
void job_kill(struct job *job, const struct parts *parts);

/* The report pipe is readable: the job has ended (true, `end` says how), or its stub was killed and
 * it is orphaned. */
bool job_report(struct job *job, const struct parts *parts, struct orien_jail_end *end);

/* What is to be told of an orphaned job when nothing of its tree is left. */
void job_mourn(const struct job *job, const struct parts *parts, struct orien_jail_end *end);

/* Lets go of all that the job has; it is free. */
void job_free(struct job *job, const struct parts *parts);

/* Enforces what only time shows. */
void job_look(struct job *job, const struct parts *parts, uint64_t now);
