/* Jobs that wait for a request: some behind their walls and no further, some with an interpreter
 * that is up. Each is used once; of the first the stub may wait again.
 *
 * How many interpreters wait follows how many are asked for: none until one has been, more when one
 * was asked for and none waited, fewer when nobody has asked for a while. They are started one at a
 * time, and only while the launcher has nothing else to do: not beside a call that has just begun,
 * either, which would wait for a processor. */
#pragma once
#include "jobs.h"
#include "request.h"

enum pool_program { POOL_PYTHON, POOL_NODE, POOL_PROGRAMS };

enum {
  /* Jobs that wait without an interpreter: at first, once two were asked for one upon the other,
   * and at most while many are. */
  POOL_FEW = 2,
  POOL_PLAIN = 8,
  POOL_CROWD = 64,
  /* Interpreters of one kind that wait at most. */
  POOL_WARM = 8,
  POOL_AT_MOST = POOL_CROWD + POOL_PROGRAMS * POOL_WARM,
};

struct pool {
  const struct parts *parts;
  struct jobs *jobs;
  /* After one has failed unasked, when to try again; and that this has been said. */
  uint64_t refill_at;
  bool has_complained;
  /* How many without an interpreter are to wait, usually: at first POOL_FEW, which will do for a
   * node that sells something else. */
  unsigned usual;
  /* When one of those was last asked for and no more than usual waited. */
  uint64_t short_at;
  /* While enough wait, until when none is made ready beside the call that took one. */
  uint64_t calm_until;
  struct {
    /* How many are to wait. */
    unsigned wanted;
    /* When one was last asked for. */
    uint64_t asked_at;
    /* When the next may be started. */
    uint64_t start_at;
  } of[POOL_PROGRAMS];
};

/* A ready job for the request, the best there is, or a fresh one; NULL with errno: none can be
 * made. */
struct job *pool_take(struct pool *pool, const struct request *request, uint64_t now);

/* Whether one that has ended should wait again, without an interpreter. */
bool pool_has_room(const struct pool *pool);

/* One that was taken has ended. */
void pool_ended(struct pool *pool, uint64_t now);

/* One that waited has ended unasked, for that reason. */
void pool_failed(struct pool *pool, const struct job *job, int error, uint64_t now);

/* Makes at most one job ready, or lets go of some, as is due. To be called when there is nothing
 * else to do. */
void pool_tend(struct pool *pool, uint64_t now);

/* When there is something to tend; 0: there is nothing. */
uint64_t pool_due(const struct pool *pool, uint64_t now);
