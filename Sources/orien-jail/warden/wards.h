/* The processes that the warden has started and that have not ended. */
#pragma once
#include "../plain/linux.h"

/* Becomes a program of ours in a session of its own: descriptor `given[i]` as `first + i`, -1 as
 * none, and none beside them. */
struct ward_start {
  char *const *argument;
  const int *given;
  unsigned count;
  int first;
};

/* Starts one. Its leash, which tells of it, is the ward's from then on; -1: it has none. 0 or an
 * errno. */
int wards_start(const struct ward_start *start, int leash);

/* Tells of those that have ended, and lets those go on that somebody has stopped. */
void wards_reap(void);

/* Which descriptors to wait for beside others, at most WARDS_AT_MOST; how many these are. */
enum { WARDS_AT_MOST = 256 };
struct pollfd;
unsigned wards_watch(struct pollfd *watched);

/* Does what their leashes say. */
void wards_hear(void);

bool wards_are_over(void);
bool wards_are_full(void);
