/* Times programs that the jail runs against programs that this process starts itself, in turn:
 *
 *   starts LAUNCHER WORKSPACE COUNT IN_FLIGHT WORD...
 *
 * LAUNCHER is the descriptor of a launcher's socket. The jailed program is /bin/true, the other one
 * is WORD..., started as fast as Linux can: by vfork and execve. One in flight is timed from its
 * request until it is reaped: a line each, "jailed other" in nanoseconds. With more of them in
 * flight there is one line, of what COUNT of each took. */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "orien_jail.h"

extern char **environ;

/* What every call of the node's has, whose tool says nothing. */
static const struct orien_jail_limits limits = {
    .memory_bytes = 512 << 20, .processes = 64, .open_files = 1024};
static const char program[] = "/bin/true";

static int launcher, workspace, nowhere;

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void ask(void) {
  static uint64_t last;
  struct {
    struct orien_jail_header header;
    struct orien_jail_start start;
    char words[sizeof program];
  } request = {
      .header = {.size = sizeof(struct orien_jail_start) + sizeof program,
          .kind = ORIEN_JAIL_START, .id = ++last},
      .start = {.limits = limits, .profile = ORIEN_JAIL_WALLED, .arguments = 1,
          .string_bytes = sizeof program},
  };
  memcpy(request.words, program, sizeof program);
  const int passed[] = {nowhere, nowhere, nowhere, workspace};
  union {
    char bytes[CMSG_SPACE(sizeof passed)];
    struct cmsghdr aligned;
  } beside = {0};
  struct iovec bytes = {&request, sizeof request.header + request.header.size};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &beside,
      .msg_controllen = sizeof beside};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof passed);
  memcpy(CMSG_DATA(rights), passed, sizeof passed);
  if (sendmsg(launcher, &message, 0) != (ssize_t)bytes.iov_len)
    err(1, "the launcher takes no request");
}

static void take(void *into, size_t size) {
  if (size && recv(launcher, into, size, MSG_WAITALL) != (ssize_t)size)
    err(1, "the launcher has hung up");
}

/* Until one more has ended. */
static void hear(void) {
  struct orien_jail_header header;
  do {
    union {
      struct orien_jail_end end;
      char bytes[ORIEN_JAIL_BODY_BYTES];
    } body;
    take(&header, sizeof header);
    take(&body, header.size);
    if (header.kind == ORIEN_JAIL_ENDED && (body.end.fault || body.end.signal || body.end.code))
      errx(1, "%s in the jail: fault %u, error %d, code %d", program, body.end.fault,
          body.end.error, body.end.code);
  } while (header.kind != ORIEN_JAIL_ENDED);
}

static void start(char **words) {
  pid_t pid = vfork();
  if (pid < 0) err(1, "vfork");
  if (pid > 0) return;
  if (dup2(nowhere, STDIN_FILENO) >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
    execvpe(words[0], words, environ);
  _exit(127);
}

static void reap(char **words) {
  int status;
  if (wait(&status) < 0) err(1, "wait");
  if (status) errx(1, "%s ended with %#x", words[0], (unsigned)status);
}

static uint64_t jailed_alone(void) {
  uint64_t began = now();
  ask();
  hear();
  return now() - began;
}

static uint64_t other_alone(char **words) {
  uint64_t began = now();
  start(words);
  reap(words);
  return now() - began;
}

static uint64_t jailed_crowd(int count, int in_flight) {
  uint64_t began = now();
  for (int asked = 0, ended = 0; ended < count; ended++) {
    for (; asked < count && asked - ended < in_flight; asked++) ask();
    hear();
  }
  return now() - began;
}

static uint64_t other_crowd(int count, int in_flight, char **words) {
  uint64_t began = now();
  for (int started = 0, ended = 0; ended < count; ended++) {
    for (; started < count && started - ended < in_flight; started++) start(words);
    reap(words);
  }
  return now() - began;
}

int main(int count_of_words, char **words) {
  if (count_of_words < 6) errx(64, "usage: starts LAUNCHER WORKSPACE COUNT IN_FLIGHT WORD...");
  launcher = atoi(words[1]);
  workspace = open(words[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  int count = atoi(words[3]), in_flight = atoi(words[4]);
  if (workspace < 0 || nowhere < 0) err(1, "%s", words[2]);
  if (fcntl(launcher, F_SETFD, FD_CLOEXEC)) err(1, "the launcher's socket");
  char **other = words + 5;
  if (in_flight > 1) {
    uint64_t jailed = jailed_crowd(count, in_flight);
    printf("%lu %lu\n", jailed, other_crowd(count, in_flight, other));
    return 0;
  }
  for (int round = 0; round < count; round++) {
    uint64_t jailed = jailed_alone();
    printf("%lu %lu\n", jailed, other_alone(other));
  }
}
