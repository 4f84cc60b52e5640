/* One process of the jail as the launcher sees it: a stub, its report pipe, its group. */
#pragma once
#include "../keeper/parts.h"
#include "../plain/frame.h"
#include "../groups/memory.h"
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
  /* It has ended, and what is left of it is about to be gone. */
  JOB_LEAVING,
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
  struct group_numbers group;
  /* Its tree has ended as it should, and its groups can serve again. */
  bool is_clean;
  /* Its stub was told to kill that. */
  bool was_killed;
  /* Of a free one that has such: since when nobody has wanted it. */
  uint64_t free_since;
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

/* The report pipe is readable: the job has ended (true, `end` says how), and where its state is
 * JOB_LEAVING will do so once more; or its stub was killed and it is orphaned. */
bool job_report(struct job *job, const struct parts *parts, struct orien_jail_end *end);

/* What is to be told of an orphaned job when nothing of its tree is left. */
void job_mourn(struct job *job, const struct parts *parts, struct orien_jail_end *end);

/* Makes a job that has ended ready again; false where its stub can serve no more. */
bool job_again(struct job *job, const struct parts *parts);

/* Lets go of all that the job has but of groups that serve again; it is free. */
void job_free(struct job *job, const struct parts *parts);

/* A free job lets go of these, too, where nobody has wanted it for a while. */
void job_rest(struct job *job, const struct parts *parts, uint64_t now);

/* When it will; 0: it has none. */
uint64_t job_rests_at(const struct job *job);

/* Enforces what only time shows. */
void job_look(struct job *job, const struct parts *parts, uint64_t now);
