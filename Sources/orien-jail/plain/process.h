/* What every part of the jail does to itself before it does anything else. */
#pragma once
#include <poll.h>
#include <sys/time.h>

#include "linux.h"

/* Closes every descriptor above 2 but those in `keep`, whose order is changed; -1 in it is
 * none. */
void process_keep(int *keep, unsigned count);

/* Every signal does again what it does by default. */
void process_default_signals(void);

/* Blocks every signal: they are read, none interrupts. The descriptor tells of SIGCHLD and
 * SIGUSR1; -1 with errno where there is none to be had. */
int process_signals(void);

/* Reads what the descriptor of `process_signals` has; true where SIGUSR1 was among it. */
bool process_signalled(int signals);

/* Has the kernel send `signal` to the calling process when its parent dies, which reaches it also
 * where somebody has stopped it. False: `parent` was dead before, and nothing will be sent. */
bool process_follow(pid_t parent, int signal);

/* Reaps one child that has ended, as waitpid does without waiting, and lets every child that
 * somebody has stopped go on: no part of the jail has a reason to stand still. */
pid_t process_reap(int *status);

/* As poll; 0 where something has interrupted it, as stopping a process does, though no signal is
 * ever handled. */
int process_poll(struct pollfd *watched, unsigned count, int milliseconds);

/* The name that ps and /proc show, of at most 15 bytes. */
void process_name(const char *name);

uint64_t microseconds_of(struct timeval time);

/* Of what was counted what is not in the part; 0 where that is counted as more. */
uint64_t without(uint64_t all, uint64_t part);

/* The processor time of a process and its threads so far, as /proc tells it, in hundredths of a
 * second; nothing where that cannot be read. */
void process_times(pid_t process, uint64_t *user_microseconds, uint64_t *system_microseconds);

/* What a process, its threads and the children that it has waited for have read from disks and
 * written to them; false where that cannot be read. */
bool process_disk_bytes(pid_t process, uint64_t *read, uint64_t *written);

/* When a process was started, by the clock of /proc, so that two that had one number are told from
 * one another; 0 where that cannot be read. */
uint64_t process_started(pid_t process);

/* The clock of all deadlines: it only runs forward, and counts suspended time too. */
uint64_t now_nanoseconds(void);

/* Has the caller and its forks count together what nobody took of `complain`; false with errno. */
bool complaints_share(void);

/* A line for the node's log. Never blocks: what nobody takes is counted, and told with the next. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
