#include "filter.h"

#include <malloc.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../walls/defence.h"
#include "parts.h"
#include "programs.h"
#include "shortcut.h"

/* As a static array, which no fork has to map by itself. */
enum { STEPS = 2048 };

/* Reads the program as libseccomp writes it, from a file, behind `count` steps. */
static int export(scmp_filter_ctx rules, struct sock_filter step[STEPS], size_t count,
                  struct sock_fprog *filter) {
  int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return errno;
  int error = -seccomp_export_bpf(rules, file);
  off_t size = error ? -1 : lseek(file, 0, SEEK_END);
  if (!error && size < 0) error = errno;
  if (!error && (size == 0 || size > (off_t)((STEPS - count) * sizeof *step))) error = E2BIG;
  if (!error && pread(file, step + count, (size_t)size, 0) != size) error = EIO;
  close(file);
  if (error) return error;
  filter->filter = step;
  filter->len = (unsigned short)(count + (size_t)size / sizeof *step);
  return 0;
}

/* Negative, as libseccomp has it. */
static int prepare(scmp_filter_ctx rules) {
  // Calls of another architecture's numbers mean something else.
  int error = seccomp_attr_set(rules, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  // A tree, not a line, of comparisons.
  return error ? error : seccomp_attr_set(rules, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

static int make_all(struct sock_fprog *filter) {
  static struct sock_filter step[STEPS];
  scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (!rules) return ENOMEM;
  struct shortcut shortcut = {0};
  int error = -prepare(rules);
  if (!error) error = -programs_allow(rules, &shortcut);
  if (!error) error = -parts_allow(rules, &shortcut);
  size_t count = error ? 0 : shortcut_write(&shortcut, step, STEPS);
  if (!error && count == 0) error = E2BIG;
  if (!error) error = export(rules, step, count, filter);
  seccomp_release(rules);
  return error;
}

static int make_rest(struct sock_fprog *filter) {
  static struct sock_filter step[STEPS];
  scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ALLOW);
  if (!rules) return ENOMEM;
  int error = -prepare(rules);
  if (!error) error = -parts_take_back(rules);
  if (!error) error = export(rules, step, 0, filter);
  seccomp_release(rules);
  return error;
}

int filters_make(struct filters *filters) {
  int error = make_all(&filters->all);
  if (!error) error = make_rest(&filters->rest);
  // Every process of the jail is a fork of this one, and none needs what that took.
  malloc_trim(0);
  return error;
}

static int enter(const struct sock_fprog *filter) {
  if (!defends(DEFENCE_FILTER)) return 0;
  const unsigned set_mode_filter = 1;
  return syscall(SYS_seccomp, set_mode_filter, 0, filter) == 0 ? 0 : errno;
}

int filters_begin(const struct filters *filters) { return enter(&filters->all); }

int filters_finish(const struct filters *filters) { return enter(&filters->rest); }
