#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int children_open(pid_t process, const char *thread) {
  char path[300];
  snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)process, thread);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static int own_open(void) {
  char thread[16];
  snprintf(thread, sizeof thread, "%d", (int)getpid());
  return children_open(getpid(), thread);
}

bool tree_is_visible(void) {
  int file = own_open();
  if (file < 0) return false;
  close(file);
  return true;
}

static bool has_none(pid_t process, const char *thread) {
  int file = children_open(process, thread);
  if (file < 0) return false;
  char first;
  bool is_empty = read(file, &first, 1) == 0;
  close(file);
  return is_empty;
}

bool tree_is_leaf(pid_t child) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", (int)child);
  int threads = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Somebody waits, and what opendir(3) allocates takes as long as all of this.
  _Alignas(struct dirent64) char list[4096];
  bool is_leaf = threads >= 0;
  ssize_t got = 0;
  while (is_leaf && (got = getdents64(threads, list, sizeof list)) > 0) {
    const struct dirent64 *thread;
    for (ssize_t at = 0; is_leaf && at < got; at += thread->d_reclen) {
      thread = (const struct dirent64 *)(list + at);
      is_leaf = thread->d_name[0] == '.' || has_none(child, thread->d_name);
    }
  }
  if (threads >= 0) close(threads);
  return is_leaf && got == 0;
}

/* Signal 0 does nothing. */
static unsigned signal_one(pid_t child, int signal, const pid_t *spare, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (spare[i] == child) return 0;
  kill(child, signal);
  return 1;
}

static unsigned signal_all(int signal, const pid_t *spare, unsigned count) {
  int file = own_open();
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

void tree_kill_all(void) {
  if (getpid() == 1)
    kill(-1, SIGKILL);
  else
    tree_kill(NULL, 0);
}
