#include "harvest.h"

#include <sys/wait.h>

#include "../plain/process.h"
#include "../walls/defence.h"

/* What the kernel adds up of children, of those of one tree. */
static void add(struct rusage *sum, const struct rusage *more) {
  timeradd(&sum->ru_utime, &more->ru_utime, &sum->ru_utime);
  timeradd(&sum->ru_stime, &more->ru_stime, &sum->ru_stime);
  if (sum->ru_maxrss < more->ru_maxrss) sum->ru_maxrss = more->ru_maxrss;
  sum->ru_inblock += more->ru_inblock;
  sum->ru_oublock += more->ru_oublock;
}

enum harvest_state harvest_reap(struct harvest *harvest) {
  for (;;) {
    int status;
    struct rusage used;
    // __WALL: a tenant's child by clone(2) may send no SIGCHLD, and be invisible else.
    pid_t ended = wait4(-1, &status, WNOHANG | __WALL, &used);
    if (ended == 0) return HARVEST_SOME;
    if (ended < 0) return HARVEST_ALL;
    if (defends(DEFENCE_USAGE_METER)) add(&harvest->used, &used);
    // The number of a leader that has ended may be another's by now.
    if (ended != harvest->leader || harvest->leader_ended) continue;
    harvest->leader_ended = true;
    harvest->ended = now_nanoseconds();
    harvest->status = status;
  }
}

void harvest_measure(const struct harvest *harvest, uint64_t user_before, uint64_t system_before,
                     struct stub_report *said) {
  const struct rusage *used = &harvest->used;
  said->status = harvest->status;
  said->cpu_user_microseconds = without(microseconds_of(used->ru_utime), user_before);
  said->cpu_system_microseconds = without(microseconds_of(used->ru_stime), system_before);
  said->memory_peak_bytes = (uint64_t)used->ru_maxrss * 1024;
  // Blocks of 512 bytes, whatever the disk's are.
  said->read_bytes = (uint64_t)used->ru_inblock * 512;
  said->written_bytes = (uint64_t)used->ru_oublock * 512;
}
