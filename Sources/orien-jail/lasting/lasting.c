#include "lasting.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../launcher/request.h"
#include "../plain/frame.h"
#include "../plain/process.h"
#include "holder.h"
#include "life.h"
#include "network.h"
#include "record.h"

enum {
  /* How often a group is looked at that is to become empty. */
  LOOK_MILLISECONDS = 5,
  /* Ten seconds: a process that is being killed can wait that long for a disk. */
  KILL_TRIES = 2000,
};

const char *const lasting_orders[LASTING_ORDERS] = {
    [LASTING_START] = "start", [LASTING_STOP] = "stop", [LASTING_STATUS] = "status",
    [LASTING_TRY] = "try"};

static struct orien_jail_lasting answer;

bool lasting_is_name(const char *name) {
  const char *slash = strchr(name, '/');
  if (!slash || slash - name > 128 || slash == name) return false;
  const char *part = slash + 1;
  return name[0] != '.' && part[0] && part[0] != '.' && !strchr(part, '/') && strlen(part) <= 128;
}

static _Noreturn void tell(enum orien_jail_lasting_state state) {
  answer.state = state;
  // What was done is done, whoever hears of it.
  bool is_heard = frame_send(ORIEN_JAIL_ASKER, ORIEN_JAIL_LASTING, 1, &answer, sizeof answer, -1);
  _exit(is_heard ? 0 : 1);
}

static _Noreturn void fail(uint32_t fault, int error) {
  answer.end.fault = fault;
  answer.end.error = error;
  tell(ORIEN_JAIL_LASTING_FAILED);
}

static void must(int error) {
  if (error) fail(ORIEN_JAIL_HOST, error);
}

static int locked = -1;

/* One at a time changes what is there, or says what it is. By an opening of its own: that of who
 * asks may be others' too. */
static void lock(void) {
  if (locked < 0) locked = openat(ORIEN_JAIL_RECORDS, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (locked < 0) must(errno);
  while (flock(locked, LOCK_EX) != 0)
    if (errno != EINTR) must(errno);
}

static void unlock(void) { flock(locked, LOCK_UN); }

static void open_record(struct record *record, const struct lasting_options *options) {
  must(record_open(record, ORIEN_JAIL_RECORDS, options->name));
}

/* Kills what is in the group and waits until nothing is; false where it does not end. */
static bool kill_all(const struct record *record) {
  for (unsigned i = 0; life_is_there(record); i++) {
    if (i == KILL_TRIES) return false;
    life_kill(record);
    poll(NULL, 0, LOOK_MILLISECONDS);
  }
  return true;
}

/* Nothing of it is left, but what is known of it. */
static void forget(struct record *record, const struct lasting_options *options) {
  if (record->is_there && record->is_of_this_boot)
    group_remove(&record->groups, group_alone(record->group));
  record_forget(record, ORIEN_JAIL_RECORDS, options->name);
}

static void read_request(struct request *request) {
  static struct frame_reader frame;
  enum frame_state state;
  while ((state = frame_read(ORIEN_JAIL_ASKER, &frame)) == FRAME_PARTIAL) {
    struct pollfd ready = {.fd = ORIEN_JAIL_ASKER, .events = POLLIN};
    if (process_poll(&ready, 1, -1) < 0) must(errno);
  }
  if (state != FRAME_WHOLE || frame.header.kind != ORIEN_JAIL_START ||
      !request_read(request, &frame, false) || request->places > 0)
    fail(ORIEN_JAIL_REFUSED, 0);
}

static bool are_held(const struct groups *groups, uint64_t required) {
  return (!(required & ORIEN_JAIL_REQUIRED_MEMORY) || groups->of[GROUP_MEMORY] >= 0) &&
         (!(required & ORIEN_JAIL_REQUIRED_CPU) || groups->of[GROUP_CPU] >= 0) &&
         (!(required & ORIEN_JAIL_REQUIRED_PROCESSES) || groups->of[GROUP_PIDS] >= 0);
}

/* Makes the record's group with the request's limits; 0 or an errno. */
static int make_group(const struct record *record, struct request *request) {
  struct orien_jail_limits limits = request->limits;
  // Who holds it is in it, too.
  if (limits.processes) limits.processes++;
  int error = group_make(&record->groups, group_alone(record->group));
  if (!error) error = group_limit(&record->groups, group_alone(record->group), &limits);
  // The rest is each process's own.
  request->limits = (struct orien_jail_limits){.open_files = limits.open_files};
  return error;
}

/* Who holds it ends last, and has said by then how it ended: without a word both were killed. */
static bool has_begun(const struct record *record) {
  struct record_end end;
  if (life_is_there(record) || record_end(record, &end)) return true;
  answer.end.fault = ORIEN_JAIL_NEVER_BEGAN;
  return false;
}

static _Noreturn void start(const struct lasting_options *options) {
  static struct request request;
  static struct record record;
  read_request(&request);
  lock();
  open_record(&record, options);
  if (life_is_there(&record)) tell(ORIEN_JAIL_LASTING_RUNS);
  forget(&record, options);
  groups_find(&record.groups, options->groups, GROUP_ON_TOP, options->group_name, NULL);
  if (record.groups.count == 0) tell(ORIEN_JAIL_LASTING_NO_GROUPS);
  if (!are_held(&record.groups, options->number)) {
    groups_remove(&record.groups);
    tell(ORIEN_JAIL_LASTING_UNHELD);
  }
  record.group = group_number();
  record.began_milliseconds = record_now();
  // Found from here on, whoever dies: by what is written, and then by its group.
  int error = record_write(&record, ORIEN_JAIL_RECORDS, options->name);
  if (!error) error = make_group(&record, &request);
  // Before anything is in the group.
  if (!error && request.network == ORIEN_JAIL_PUBLIC &&
      !network_hold(&record, &request, answer.why)) {
    forget(&record, options);
    tell(ORIEN_JAIL_LASTING_UNBOUND);
  }
  answer.end.fault = ORIEN_JAIL_HOST;
  answer.end.error = error;
  if (!error) holder_start(&record, &request, &options->owner, &answer.end);
  if (answer.end.fault == ORIEN_JAIL_RAN && has_begun(&record)) tell(ORIEN_JAIL_LASTING_FINE);
  if (!kill_all(&record)) tell(ORIEN_JAIL_LASTING_STUCK);
  forget(&record, options);
  tell(ORIEN_JAIL_LASTING_FAILED);
}

/* In a group of its own, which nobody has to find: it is empty, or has what ends by itself. */
static _Noreturn void try_network(const struct lasting_options *options) {
  static const struct request request;
  struct record record = {.folder = -1};
  groups_find(&record.groups, options->groups, GROUP_ON_TOP, options->group_name, NULL);
  if (record.groups.count == 0) tell(ORIEN_JAIL_LASTING_NO_GROUPS);
  record.group = group_number();
  must(group_make(&record.groups, group_alone(record.group)));
  bool is_held = network_hold(&record, &request, answer.why);
  group_remove(&record.groups, group_alone(record.group));
  groups_remove(&record.groups);
  tell(is_held ? ORIEN_JAIL_LASTING_FINE : ORIEN_JAIL_LASTING_UNBOUND);
}

/* Waits until nothing of it is left, at most for the grace. */
static void wait_for_end(const struct record *record, uint64_t milliseconds) {
  uint64_t deadline = now_nanoseconds() + milliseconds * 1000000;
  while (life_is_there(record) && now_nanoseconds() < deadline) poll(NULL, 0, LOOK_MILLISECONDS);
}

static _Noreturn void stop(const struct lasting_options *options) {
  static struct record record, now;
  lock();
  open_record(&record, options);
  if (options->number > 0 && life_is_there(&record)) life_ask_to_end(&record);
  // Others may be asked about meanwhile.
  unlock();
  wait_for_end(&record, options->number);
  if (!kill_all(&record)) tell(ORIEN_JAIL_LASTING_STUCK);
  lock();
  open_record(&now, options);
  // Another of that name, begun since, is not the one that was to be stopped.
  if (now.group == record.group && !life_is_there(&now)) forget(&now, options);
  tell(ORIEN_JAIL_LASTING_FINE);
}

static void describe_end(const struct record *record) {
  struct record_end end;
  answer.end.fault = ORIEN_JAIL_STUB_LOST;
  if (!record_end(record, &end)) return;
  answer.end.fault = ORIEN_JAIL_RAN;
  answer.ended_milliseconds = end.ended_milliseconds;
  answer.end.code = WIFEXITED(end.status) ? WEXITSTATUS(end.status) : 0;
  answer.end.signal = WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0;
  answer.end.hits = end.hits;
}

static _Noreturn void look(const struct lasting_options *options) {
  static struct record record;
  lock();
  open_record(&record, options);
  if (!record.is_there) tell(ORIEN_JAIL_LASTING_ABSENT);
  answer.began_milliseconds = record.began_milliseconds;
  answer.is_running = life_is_there(&record);
  const struct group_time none = {0};
  struct group_numbers group = group_alone(record.group);
  if (answer.is_running) {
    answer.processes = life_count(&record);
    answer.memory_bytes = group_memory_bytes(&record.groups, group_alone(record.group));
    group_read(&record.groups, &group, &none, &answer.end);
  } else {
    life_settle(&record);
    record_usage(&record, &answer.end);
  }
  describe_end(&record);
  tell(ORIEN_JAIL_LASTING_FINE);
}

_Noreturn void lasting_run(const struct lasting_options *options) {
  process_name("orien-lasting");
  process_default_signals();
  // The folder around them all says who may look in.
  umask(022);
  int keep[2] = {ORIEN_JAIL_ASKER, ORIEN_JAIL_RECORDS};
  process_keep(keep, 2);
  for (int i = ORIEN_JAIL_ASKER; i <= ORIEN_JAIL_RECORDS; i++)
    if (fcntl(i, F_SETFD, FD_CLOEXEC) < 0) _exit(64);
  switch (options->order) {
  case LASTING_START:
    start(options);
  case LASTING_STOP:
    stop(options);
  case LASTING_STATUS:
    look(options);
  case LASTING_TRY:
    try_network(options);
  }
  _exit(64);
}
