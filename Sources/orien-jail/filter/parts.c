#include "parts.h"

#include <linux/prctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "rules.h"

/* No program makes any of these. */
static const char *const calls[] = {
    "capset", "landlock_restrict_self", "mount", "mount_setattr", "move_mount", "open_tree",
    "perf_event_open", "seccomp", "sethostname", "setns", "setpriority", "setgroups", "setresgid",
    "setresuid", "umount2", "unshare",
};

/* This one libraries have another way for, where the kernel says that it has not got it. */
static const char *const missing[] = {"openat2"};

/* Nor makes it others so that of an argument these bits have this value. */
static const struct {
  const char *call;
  unsigned argument;
  uint64_t mask, value;
} ways[] = {
    {"clone", 0, CLONE_NEWIPC, CLONE_NEWIPC},
    {"clone", 0, CLONE_NEWPID, CLONE_NEWPID},
    {"clone", 0, CLONE_NEWUTS, CLONE_NEWUTS},
    {"ioctl", 1, UINT32_MAX, SIOCSIFFLAGS},
    {"mknod", 1, S_IFMT, S_IFBLK},
    {"mknod", 1, S_IFMT, S_IFCHR},
    {"mknodat", 2, S_IFMT, S_IFBLK},
    {"mknodat", 2, S_IFMT, S_IFCHR},
    {"prctl", 0, UINT32_MAX, PR_CAPBSET_DROP},
    {"prctl", 0, UINT32_MAX, PR_CAP_AMBIENT},
};

/* For all of the ways. */
static int add_ways(scmp_filter_ctx rules, uint32_t action) {
  int error = 0;
  for (size_t i = 0; !error && i < COUNT(ways); i++) {
    int call = seccomp_syscall_resolve_name(ways[i].call);
    struct scmp_arg_cmp when = rule_masked(ways[i].argument, ways[i].mask, ways[i].value);
    if (call >= 0) error = rule_if(rules, action, call, 1, &when);
  }
  return error;
}

int parts_allow(scmp_filter_ctx rules, struct shortcut *shortcut) {
  int error = shortcut_allow(shortcut, calls, COUNT(calls));
  if (!error) error = shortcut_allow(shortcut, missing, COUNT(missing));
  return error ? error : add_ways(rules, SCMP_ACT_ALLOW);
}

/* The limit of core dumps stays as leader.c has set it: of less than that dumps would be made
 * again. Who asks for none, as scripts do, hears that he has it. */
static int keep_core_limit(scmp_filter_ctx rules) {
  const uint32_t told = SCMP_ACT_ERRNO(0);
  struct scmp_arg_cmp when[3] = {rule_equal(0, 0), rule_masked(1, UINT32_MAX, RLIMIT_CORE),
                                 {.arg = 2, .op = SCMP_CMP_NE, .datum_a = 0}};
  int error = rule_if(rules, told, SCMP_SYS(prlimit64), 3, when);
  when[0] = rule_masked(0, UINT32_MAX, RLIMIT_CORE);
  return error ? error : rule_if(rules, told, SCMP_SYS(setrlimit), 1, when);
}

int parts_take_back(scmp_filter_ctx rules) {
  const uint32_t refused = SCMP_ACT_ERRNO(EPERM);
  int error = rule_all(rules, refused, calls, COUNT(calls));
  if (!error) error = rule_all(rules, SCMP_ACT_ERRNO(ENOSYS), missing, COUNT(missing));
  if (!error) error = add_ways(rules, refused);
  return error ? error : keep_core_limit(rules);
}
