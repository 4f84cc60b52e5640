#include "tree.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int children_open(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  return open(path, O_RDONLY | O_CLOEXEC);
}

bool tree_is_visible(void) {
  int file = children_open();
  if (file < 0) return false;
  close(file);
  return true;
}

/* Signal 0 does nothing. */
static unsigned signal_one(pid_t child, int signal, const pid_t *spare, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (spare[i] == child) return 0;
  kill(child, signal);
  return 1;
}

static unsigned signal_all(int signal, const pid_t *spare, unsigned count) {
  int file = children_open();
  // Out of descriptors: whether there are any is not known.
  if (file < 0) return 1;
  unsigned found = 0;
  char text[4096];
  ssize_t got;
  pid_t child = 0;
  while ((got = read(file, text, sizeof text)) > 0) {
    for (ssize_t i = 0; i < got; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        child = child * 10 + (text[i] - '0');
      } else if (child != 0) {
        found += signal_one(child, signal, spare, count);
        child = 0;
      }
    }
  }
  close(file);
  return found;
}

unsigned tree_count(const pid_t *spare, unsigned count) { return signal_all(0, spare, count); }

unsigned tree_kill(const pid_t *spare, unsigned count) { return signal_all(SIGKILL, spare, count); }
