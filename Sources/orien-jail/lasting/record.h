/* What is kept of a program that lasts, in a folder of its own: what its control group is, written
 * before there is one, and how it ended. The group says whether it runs; no file does. */
#pragma once
#include "../groups/groups.h"
#include "../plain/linux.h"

struct record {
  /* Its folder; -1: there is none. */
  int folder;
  /* It was to be started; else all below is 0. */
  bool is_there;
  /* Since the machine has started: else nothing of it lives. */
  bool is_of_this_boot;
  uint64_t group;
  /* Since 1970. */
  uint64_t began_milliseconds;
  struct groups groups;
};

/* Its first process, as it can be told from another of the same number. */
struct record_first {
  pid_t process;
  /* Of the clock by which processes start. */
  uint64_t started;
  pid_t holder;
};

/* How that ended. */
struct record_end {
  uint64_t ended_milliseconds;
  /* As of wait(2). */
  int status;
  /* enum orien_jail_hit */
  uint32_t hits;
};

/* Opens the record of `name`, which is owner and name with a slash between; an errno, where it
 * cannot be read. */
int record_open(struct record *record, int root, const char *name);

/* Makes its folder where there is none, and writes `group`, `began_milliseconds` and `groups`; when
 * this has returned 0 it will be found, whoever dies. Else an errno. */
int record_write(struct record *record, int root, const char *name);

/* Removes all of it, and what its group was in where nothing else is. */
void record_forget(struct record *record, int root, const char *name);

void record_close(struct record *record);

/* Of these 0 or an errno, and true where it is there. */
int record_put_first(int folder, const struct record_first *first);
bool record_first(const struct record *record, struct record_first *first);
int record_put_end(int folder, const struct record_end *end);
bool record_end(const struct record *record, struct record_end *end);
/* What its group had used when it was found empty. */
int record_put_usage(int folder, const struct orien_jail_end *usage);
bool record_usage(const struct record *record, struct orien_jail_end *usage);

/* Since 1970. */
uint64_t record_now(void);
