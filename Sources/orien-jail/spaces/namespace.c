#include "namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plain/files.h"
#include "../plain/frame.h"
#include "../plain/process.h"

enum { RESUME_MILLISECONDS = 20 };

/* What the child tells: 0 and a descriptor beside it, or why there is none. */
struct outcome {
  int32_t error;
  char what[60];
};

static _Noreturn void fail(int socket, int error, const char *what) {
  struct outcome outcome = {.error = error};
  snprintf(outcome.what, sizeof outcome.what, "%s", what);
  frame_send(socket, 0, 0, &outcome, sizeof outcome, -1);
  _exit(1);
}

static _Noreturn void make(int socket, int flag, const char *name, namespace_furnish *furnish) {
  if (unshare(flag) != 0) fail(socket, errno, "unshare");
  char path[32];
  snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  // Before it is furnished: then there may be no /proc.
  int made = open(path, O_RDONLY | O_CLOEXEC);
  if (made < 0) fail(socket, errno, path);
  const char *what = "";
  int beside = -1;
  int error = furnish ? furnish(&what, &beside) : 0;
  if (error) fail(socket, error, what);
  struct outcome outcome = {.error = 0};
  struct orien_jail_header header = {.size = sizeof outcome};
  int descriptors[2] = {made, beside};
  frame_send_with(socket, &header, &outcome, descriptors, beside < 0 ? 1 : 2);
  // It lasts until somebody has it, and is not the child's alone.
  char end;
  while (read(socket, &end, 1) > 0) continue;
  _exit(0);
}

/* Waits for the child's outcome; its descriptor, or -1 with errno. */
static int await(int socket, pid_t child, const char **what, int *beside) {
  static struct frame_reader frame;
  static struct outcome outcome;
  // Not all of it: each slot asks once, and what this writes to is then no fork's to share.
  frame.got = 0;
  frame.descriptors = 0;
  struct pollfd ready = {.fd = socket, .events = POLLIN};
  enum frame_state state;
  while ((state = frame_read(socket, &frame)) == FRAME_PARTIAL)
    // As everywhere, whoever stops it does not hold up who waits.
    if (process_poll(&ready, 1, RESUME_MILLISECONDS) < 0 || kill(child, SIGCONT) != 0) return -1;
  errno = ECHILD;
  *what = "a child";
  if (state == FRAME_GONE || frame.header.size != sizeof outcome) return -1;
  memcpy(&outcome, frame.body, sizeof outcome);
  *what = outcome.what;
  errno = outcome.error;
  if (outcome.error || frame.descriptors != (beside ? 2 : 1)) {
    frame_drop(&frame);
    return -1;
  }
  frame.descriptors = 0;
  if (beside) *beside = frame.descriptor[1];
  return frame.descriptor[0];
}

/* Like namespace_make; the child stays until `end` is closed, and is then to be waited for. */
static int begin(int flag, const char *name, namespace_furnish *furnish, const char **what,
                 int *beside, pid_t *child, int *end) {
  int pair[2];
  *what = "a child";
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return -1;
  *child = fork();
  if (*child == 0) {
    close(pair[0]);
    make(pair[1], flag, name, furnish);
  }
  int error = errno;
  close(pair[1]);
  *end = pair[0];
  errno = error;
  return *child < 0 ? -1 : await(pair[0], *child, what, beside);
}

static void finish(pid_t child, int end) {
  int error = errno;
  close(end);
  int status;
  while (child > 0 && waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status))
    kill(child, SIGCONT);
  errno = error;
}

int namespace_make(int flag, const char *name, namespace_furnish *furnish, const char **what,
                   int *beside) {
  pid_t child = -1;
  int end = -1;
  int made = begin(flag, name, furnish, what, beside, &child, &end);
  if (end >= 0) finish(child, end);
  return made;
}

/* 0 or an errno. */
static int map(pid_t child, const char *file, uint32_t inside, uint32_t outside) {
  char path[48], line[48];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)child, file);
  snprintf(line, sizeof line, "%u %u 1", inside, outside);
  return file_write(AT_FDCWD, path, line);
}

/* Nobody but root may write the maps of one that nobody may dump. */
static int furnish_user(const char **what, int *beside) {
  (void)beside;
  *what = "a user";
  return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int namespace_of_user(uint32_t inside, uint32_t outside) {
  return namespace_of_owner(inside, inside, outside);
}

int namespace_of_owner(uint32_t user, uint32_t group, uint32_t outside) {
  const char *what;
  pid_t child = -1;
  int end = -1;
  int made = begin(CLONE_NEWUSER, "user", furnish_user, &what, NULL, &child, &end);
  if (made >= 0) {
    int error = map(child, "uid_map", user, outside);
    if (!error) error = map(child, "gid_map", group, outside);
    if (error) {
      close(made);
      made = -1;
      errno = error;
    }
  }
  if (end >= 0) finish(child, end);
  return made;
}
