#include "harvest.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../plain/files.h"
#include "../plain/process.h"
#include "../plain/tree.h"
#include "../walls/defence.h"
#include "words.h"

/* In which it counts what is read and written, whatever the disk's are. */
enum { BLOCK_BYTES = 512 };

/* What the kernel adds up of children, of those of one tree. */
static void add(struct rusage *sum, const struct rusage *more) {
  timeradd(&sum->ru_utime, &more->ru_utime, &sum->ru_utime);
  timeradd(&sum->ru_stime, &more->ru_stime, &sum->ru_stime);
  if (sum->ru_maxrss < more->ru_maxrss) sum->ru_maxrss = more->ru_maxrss;
  sum->ru_inblock += more->ru_inblock;
  sum->ru_oublock += more->ru_oublock;
}

static void note_end(struct harvest *harvest, int status) {
  harvest->leader_ended = true;
  harvest->ended = now_nanoseconds();
  harvest->status = status;
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
    if (ended == harvest->leader && !harvest->leader_ended) note_end(harvest, status);
  }
}

/* What a host that has run its script and stopped says of its end, as of wait(2); -1: nothing. */
static int end_of(pid_t host) {
  char path[32], name[32];
  unsigned code;
  snprintf(path, sizeof path, "/proc/%d/comm", (int)host);
  // One that nobody can hear ends like any other process.
  if (file_read(AT_FDCWD, path, name, sizeof name) <= 0) kill(host, SIGCONT);
  else if (sscanf(name, HOST_ENDED "%3u", &code) == 1 && code <= 255)
    return W_EXITCODE((int)code, 0);
  return -1;
}

void harvest_hear(struct harvest *harvest) {
  siginfo_t stop = {0};
  if (harvest->leader_ended ||
      waitid(P_PID, (id_t)harvest->leader, &stop, WSTOPPED | WNOHANG) != 0 || stop.si_pid == 0)
    return;
  int status = end_of(harvest->leader);
  if (status < 0) return;
  harvest->leader_stands = true;
  note_end(harvest, status);
}

bool harvest_foresee(struct harvest *harvest) {
  uint64_t read, written;
  if (harvest_reap(harvest) == HARVEST_ALL) return false;
  if (tree_count(&harvest->leader, 1) > 0) return false;
  if (!process_disk_bytes(harvest->leader, &read, &written)) return false;
  harvest->used.ru_inblock += (long)(read / BLOCK_BYTES);
  harvest->used.ru_oublock += (long)(written / BLOCK_BYTES);
  return true;
}

void harvest_measure(const struct harvest *harvest, uint64_t user_before, uint64_t system_before,
                     struct stub_report *said) {
  const struct rusage *used = &harvest->used;
  said->status = harvest->status;
  said->cpu_user_microseconds = without(microseconds_of(used->ru_utime), user_before);
  said->cpu_system_microseconds = without(microseconds_of(used->ru_stime), system_before);
  said->memory_peak_bytes = (uint64_t)used->ru_maxrss * 1024;
  said->read_bytes = (uint64_t)used->ru_inblock * BLOCK_BYTES;
  said->written_bytes = (uint64_t)used->ru_oublock * BLOCK_BYTES;
}
