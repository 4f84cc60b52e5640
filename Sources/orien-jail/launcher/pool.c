#include "pool.h"

#include <string.h>
#include <sys/stat.h>

#include "../plain/process.h"

static const uint64_t millisecond = 1000000;
/* After one has failed unasked. */
static const uint64_t refill_pause = 100 * millisecond;
/* A call that has just got one has the processors to itself for as long, or until it has ended and
 * the node had time to tell of it. */
static const uint64_t calm = 30 * millisecond, calm_after = 4 * millisecond;
/* An interpreter that is started has this long to itself: they take half of a processor at most. */
static const uint64_t python_pause = 30 * millisecond;
static const uint64_t node_pause = 150 * millisecond;
/* Where the usual number has been enough for as long those beyond it go. */
static const uint64_t crowd_pause = 1000 * millisecond;
/* Without a request for as long there is one interpreter fewer. */
static const uint64_t idle = 30000 * millisecond;

static const struct program {
  /* As requests name it, and where it is. */
  const char *name, *path;
  /* What waits with it, as the jail finds it. */
  const char *host;
  /* Whoever may have less than this gets a cold one: what is up already has it. */
  uint64_t least_memory;
  const uint64_t *pause;
} programs[POOL_PROGRAMS] = {
    [POOL_PYTHON] = {"python3", "/usr/bin/python3", WALLS_HOSTS "/orien-warm-python", 32 << 20,
                     &python_pause},
    [POOL_NODE] = {"node", "/usr/bin/node", WALLS_HOSTS "/orien-warm-node", 128 << 20,
                   &node_pause},
};

/* What changes when somebody installs another. */
static struct job_stamp stamp_of(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return (struct job_stamp){0};
  return (struct job_stamp){.device = status.st_dev,
                            .file = status.st_ino,
                            .size = (uint64_t)status.st_size,
                            .seconds = status.st_mtim.tv_sec,
                            .nanoseconds = status.st_mtim.tv_nsec};
}

static bool is_same(const struct job_stamp *a, const struct job_stamp *b) {
  return a->device == b->device && a->file == b->file && a->size == b->size &&
         a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

/* The program that the request could have warm, POOL_PROGRAMS: none. What else matters its host
 * finds out, and starts a cold one in its place. */
static enum pool_program program_of(const struct request *request) {
  if (request->network != ORIEN_JAIL_OFFLINE || request->variable[0] || request->places > 0)
    return POOL_PROGRAMS;
  const char *script = request->argument[1];
  if (!script || script[0] == 0 || script[0] == '-') return POOL_PROGRAMS;
  uint64_t memory = request->limits.memory_bytes;
  enum pool_program i = 0;
  while (i < POOL_PROGRAMS && strcmp(request->argument[0], programs[i].name) != 0) i++;
  if (i < POOL_PROGRAMS && memory && memory < programs[i].least_memory) return POOL_PROGRAMS;
  return i;
}

static bool waits(const struct job *job, const char *host) {
  return job->state == JOB_READY && job->kind.network == ORIEN_JAIL_OFFLINE &&
         job->kind.host == host;
}

static unsigned count(const struct pool *pool, const char *host) {
  unsigned found = 0;
  for (unsigned i = 0; i < pool->jobs->used; i++) found += waits(&pool->jobs->job[i], host);
  return found;
}

/* Whoever comes next finds one all the same. */
static bool is_well_stocked(const struct pool *pool) {
  return count(pool, NULL) >= pool->usual / 2;
}

/* The one that has waited longest, for it is the one most likely in its group already; of those
 * with an interpreter one in which that is up. */
static struct job *oldest(const struct pool *pool, const char *host) {
  struct job *first = NULL;
  for (unsigned i = 0; i < pool->jobs->used; i++) {
    struct job *job = &pool->jobs->job[i];
    if (waits(job, host) && (!first || job->group.number < first->group.number) &&
        (!host || job_is_up(job)))
      first = job;
  }
  return first;
}

/* Lets go of those that wait with an interpreter that is not the machine's any more. */
static void drop_stale(const struct pool *pool, const struct program *program) {
  struct job_stamp now = stamp_of(program->path);
  for (unsigned i = 0; i < pool->jobs->used; i++) {
    struct job *job = &pool->jobs->job[i];
    if (waits(job, program->host) && !is_same(&job->kind.stamp, &now)) job_drop(job);
  }
}

static struct job *take_warm(struct pool *pool, enum pool_program which, uint64_t now) {
  const struct program *program = &programs[which];
  drop_stale(pool, program);
  pool->of[which].asked_at = now;
  struct job *job = oldest(pool, program->host);
  unsigned *wanted = &pool->of[which].wanted;
  if (!job && *wanted < POOL_WARM) (*wanted)++;
  return job;
}

static struct job *take_plain(struct pool *pool, uint64_t now) {
  const unsigned waiting = count(pool, NULL);
  if (waiting <= pool->usual) pool->short_at = now;
  // The one before has not been made up for yet.
  if (waiting < pool->usual) pool->usual = POOL_PLAIN;
  return oldest(pool, NULL);
}

struct job *pool_take(struct pool *pool, const struct request *request, uint64_t now) {
  struct job *job = NULL;
  // Nobody waits with a network of his own.
  if (request->network == ORIEN_JAIL_OFFLINE) {
    bool has_hosts = pool->parts->walls.grants->has_hosts;
    enum pool_program which = has_hosts ? program_of(request) : POOL_PROGRAMS;
    if (which < POOL_PROGRAMS) job = take_warm(pool, which, now);
    if (!job) job = take_plain(pool, now);
  }
  struct job_kind kind = {.network = request->network};
  if (!job) return jobs_prepare(pool->jobs, pool->parts, &kind);
  pool->has_complained = false;
  // Calls that come one upon the other do not put it off again and again.
  if (pool->calm_until <= now) pool->calm_until = now + calm;
  return job;
}

void pool_ended(struct pool *pool, uint64_t now) {
  if (pool->calm_until > now + calm_after) pool->calm_until = now + calm_after;
}

/* Once for as long as it goes on: it is tried again and again. */
static void put_off(struct pool *pool, int error, uint64_t now) {
  pool->refill_at = now + refill_pause;
  const char *why = error ? strerror(error) : "it has ended";
  if (!pool->has_complained) complain("no jail can be made ready: %s", why);
  pool->has_complained = true;
}

void pool_failed(struct pool *pool, const struct job *job, int error, uint64_t now) {
  if (job->kind.host)
    pool->refill_at = now + refill_pause;
  else
    put_off(pool, error, now);
  for (enum pool_program i = 0; i < POOL_PROGRAMS; i++) {
    if (!job->kind.host || job->kind.host != programs[i].host) continue;
    // The next one that is asked for is cold, and then it is tried again.
    if (pool->of[i].wanted > 0) complain("what waits with %s has ended", programs[i].name);
    pool->of[i].wanted = 0;
  }
}

static struct job *start_warm(struct pool *pool, enum pool_program which, uint64_t now) {
  const struct program *program = &programs[which];
  struct job_kind kind = {.host = program->host, .stamp = stamp_of(program->path)};
  pool->of[which].start_at = now + *program->pause;
  return jobs_prepare(pool->jobs, pool->parts, &kind);
}

/* One fewer of those that nobody has asked for. */
static void drain(struct pool *pool, enum pool_program which, uint64_t now) {
  if (pool->of[which].wanted == 0 || now < pool->of[which].asked_at + idle) return;
  pool->of[which].asked_at = now;
  pool->of[which].wanted--;
  struct job *job = oldest(pool, programs[which].host);
  if (job) job_drop(job);
}

bool pool_has_room(const struct pool *pool) { return count(pool, NULL) < POOL_CROWD; }

/* One fewer of those that a crowd has left. */
static void thin(struct pool *pool, uint64_t now) {
  if (now >= pool->short_at + crowd_pause && count(pool, NULL) > pool->usual)
    job_drop(oldest(pool, NULL));
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* When more may be made ready. */
static uint64_t refill_from(const struct pool *pool) {
  return is_well_stocked(pool) ? later(pool->refill_at, pool->calm_until) : pool->refill_at;
}

void pool_tend(struct pool *pool, uint64_t now) {
  struct job_kind plain = {.network = ORIEN_JAIL_OFFLINE};
  for (enum pool_program i = 0; i < POOL_PROGRAMS; i++) drain(pool, i, now);
  thin(pool, now);
  if (now < refill_from(pool)) return;
  errno = 0;
  struct job *job = NULL;
  if (count(pool, NULL) < pool->usual) job = jobs_prepare(pool->jobs, pool->parts, &plain);
  for (enum pool_program i = 0; !job && errno == 0 && i < POOL_PROGRAMS; i++)
    if (now >= pool->of[i].start_at && count(pool, programs[i].host) < pool->of[i].wanted)
      job = start_warm(pool, i, now);
  if (!job && errno) put_off(pool, errno, now);
}

/* Of what may be never, which is 0, and a moment. */
static uint64_t sooner(uint64_t a, uint64_t b) { return a && a < b ? a : b; }

uint64_t pool_due(const struct pool *pool, uint64_t now) {
  const uint64_t refill = later(now, refill_from(pool));
  const unsigned plain = count(pool, NULL);
  uint64_t first = plain < pool->usual ? refill : 0;
  if (plain > pool->usual) first = pool->short_at + crowd_pause;
  for (enum pool_program i = 0; i < POOL_PROGRAMS; i++) {
    if (pool->of[i].wanted == 0) continue;
    first = sooner(first, pool->of[i].asked_at + idle);
    if (count(pool, programs[i].host) >= pool->of[i].wanted) continue;
    first = sooner(first, later(refill, pool->of[i].start_at));
  }
  return first;
}
