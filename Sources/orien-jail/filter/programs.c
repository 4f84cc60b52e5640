#include "programs.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "rules.h"

/* What interpreters, compilers and shells use. Names that this kernel's architecture has not are
 * passed over. */
static const char *const allowed[] = {
    // Files and folders.
    "access", "chdir", "chown", "close", "close_range", "copy_file_range", "dup", "dup2", "dup3",
    "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchown", "fchownat",
    "fdatasync", "fgetxattr", "flistxattr", "flock", "fstat", "fstatfs", "fsync", "ftruncate",
    "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "inotify_add_watch",
    "inotify_init", "inotify_init1", "inotify_rm_watch", "lchown", "lgetxattr", "link", "linkat",
    "listxattr", "llistxattr", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat", "pipe", "pipe2",
    "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead",
    "readlink", "readlinkat", "readv", "rename", "renameat", "rmdir", "sendfile",
    "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync_file_range", "tee",
    "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "vmsplice", "write",
    "writev",
    // Waiting.
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "eventfd", "eventfd2", "poll", "ppoll", "pselect6", "select", "signalfd", "signalfd4",
    "timerfd_create", "timerfd_gettime", "timerfd_settime",
    // Memory.
    "brk", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mprotect", "mremap", "msync",
    "munlock", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
    // Processes and threads of its own.
    "arch_prctl", "capget", "execve", "execveat", "exit", "exit_group", "fork", "futex",
    "futex_requeue", "futex_wait", "futex_waitv", "futex_wake", "get_robust_list", "getcpu",
    "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid", "getppid",
    "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid",
    "pidfd_open", "pidfd_send_signal", "restart_syscall", "rseq", "sched_get_priority_max",
    "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
    "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_yield",
    "set_robust_list", "set_tid_address", "setpgid", "setsid", "sysinfo", "times",
    "uname", "vfork", "wait4", "waitid",
    // Signals and time.
    "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
    "kill", "nanosleep", "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
    "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo",
    "setitimer", "sigaltstack", "tgkill", "time", "timer_create", "timer_delete",
    "timer_getoverrun", "timer_gettime", "timer_settime", "tkill", "getrandom",
    // Sockets; which, is below.
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen",
    "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
};

/* What libraries try first and have another way for, where the kernel says that it has not got it.
 * Of `clone3` no filter sees the flags. Everything else is refused. */
static const char *const missing[] = {"clone3", "io_uring_setup", "map_shadow_stack", "mseal"};

/* As on a file system that has no attributes: cp then does without. */
static const char *const unsupported[] = {"setxattr",    "lsetxattr",    "fsetxattr",
                                          "removexattr", "lremovexattr", "fremovexattr"};

static const uint64_t prctls[] = {
    PR_SET_NAME,         PR_GET_NAME,         PR_SET_PDEATHSIG,       PR_GET_PDEATHSIG,
    PR_SET_DUMPABLE,     PR_GET_DUMPABLE,     PR_CAPBSET_READ,        PR_SET_NO_NEW_PRIVS,
    PR_GET_NO_NEW_PRIVS, PR_SET_TIMERSLACK,   PR_GET_TIMERSLACK,      PR_SET_CHILD_SUBREAPER,
    PR_GET_SECCOMP,      PR_SET_THP_DISABLE,  PR_GET_CHILD_SUBREAPER, PR_SET_VMA,
    // A program may wall itself in further; seccomp(2), which can do more than that, is not there.
    PR_SET_SECCOMP,
};
static const uint64_t ioctls[] = {
    TCGETS, 0x802c542aU /* TCGETS2 */, TIOCGWINSZ, FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, FIOASYNC,
};

/* No leases: whoever opens a file that is leased, as the node does, waits or fails. And nobody's
 * signals for what becomes readable. */
static const uint64_t fcntls[] = {
    F_DUPFD,      F_DUPFD_CLOEXEC, F_GETFD,     F_SETFD,     F_GETFL,      F_SETFL,
    F_GETLK,      F_SETLK,         F_SETLKW,    F_OFD_GETLK, F_OFD_SETLK,  F_OFD_SETLKW,
    F_GETPIPE_SZ, F_SETPIPE_SZ,    F_ADD_SEALS, F_GET_SEALS, F_GETOWN,     F_GETLEASE,
};
/* Calls that give a file its mode: which argument that is, and which has the flags without which it
 * is none; 0 where there are no such. On the disk the file is the node's: set-user-id it is a way
 * to become him, for whoever on the machine gets to it. openat2, which says both where no filter
 * sees them, is not there. */
static const struct {
  const char *call;
  unsigned mode, flags;
} modes[] = {{"chmod", 1, 0},     {"fchmod", 1, 0}, {"fchmodat", 2, 0},
             {"fchmodat2", 2, 0}, {"creat", 1, 0},  {"open", 2, 1},     {"openat", 3, 2}};

/* And flags: of pages that no limit of memory counts, of files that are devices, of namespaces. */
static const struct {
  const char *call;
  unsigned argument;
  uint64_t refused;
} flags[] = {{"mmap", 3, MAP_HUGETLB},
             {"memfd_create", 1, MFD_HUGETLB},
             {"renameat2", 4, RENAME_WHITEOUT},
             {"clone", 0, CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                              CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET}};

/* What socket(2) adds to the type. */
static const uint64_t socket_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

static int allow_if(scmp_filter_ctx rules, int call, unsigned count,
                    const struct scmp_arg_cmp *when) {
  return rule_if(rules, SCMP_ACT_ALLOW, call, count, when);
}

static int allow_sockets(scmp_filter_ctx rules) {
  // 0 is the usual protocol. By others the kernel loads what nobody has asked for in years.
  static const struct {
    uint64_t family, type, protocol;
  } kinds[] = {{AF_UNIX, SOCK_STREAM, 0},  {AF_UNIX, SOCK_DGRAM, 0},  {AF_UNIX, SOCK_SEQPACKET, 0},
               {AF_INET, SOCK_STREAM, 0},  {AF_INET, SOCK_STREAM, IPPROTO_TCP},
               {AF_INET, SOCK_DGRAM, 0},   {AF_INET, SOCK_DGRAM, IPPROTO_UDP},
               {AF_INET6, SOCK_STREAM, 0}, {AF_INET6, SOCK_STREAM, IPPROTO_TCP},
               {AF_INET6, SOCK_DGRAM, 0},  {AF_INET6, SOCK_DGRAM, IPPROTO_UDP}};
  int error = 0;
  for (size_t i = 0; !error && i < COUNT(kinds); i++) {
    struct scmp_arg_cmp when[3] = {rule_equal(0, kinds[i].family),
                                   rule_masked(1, ~socket_flags & UINT32_MAX, kinds[i].type),
                                   rule_masked(2, UINT32_MAX, kinds[i].protocol)};
    error = allow_if(rules, SCMP_SYS(socket), 3, when);
    if (!error && kinds[i].family == AF_UNIX)
      error = allow_if(rules, SCMP_SYS(socketpair), 3, when);
  }
  return error;
}

static int allow_modes(scmp_filter_ctx rules) {
  static const uint64_t both = S_ISUID | S_ISGID;
  int error = 0;
  for (size_t i = 0; !error && i < COUNT(modes); i++) {
    int call = seccomp_syscall_resolve_name(modes[i].call);
    if (call < 0) continue;
    struct scmp_arg_cmp when = rule_masked(modes[i].mode, both, 0);
    error = allow_if(rules, call, 1, &when);
    if (!error && modes[i].flags) {
      when = rule_masked(modes[i].flags, O_CREAT | (O_TMPFILE & ~O_DIRECTORY), 0);
      error = allow_if(rules, call, 1, &when);
    }
  }
  return error;
}

/* Its own alone, and such as there are: numbers below a power of two. */
static int allow_limits(scmp_filter_ctx rules) {
  _Static_assert((RLIM_NLIMITS & (RLIM_NLIMITS - 1)) == 0, "a mask cannot say how many");
  static const uint64_t beyond = UINT32_MAX & ~(RLIM_NLIMITS - UINT64_C(1));
  struct scmp_arg_cmp when[2] = {rule_equal(0, 0), rule_masked(1, beyond, 0)};
  int error = allow_if(rules, SCMP_SYS(prlimit64), 2, when);
  when[0] = rule_masked(0, beyond, 0);
  return error ? error : allow_if(rules, SCMP_SYS(setrlimit), 1, when);
}

static int allow_some(scmp_filter_ctx rules) {
  int error = allow_sockets(rules);
  if (!error) error = allow_modes(rules);
  if (!error) error = allow_limits(rules);
  struct scmp_arg_cmp when;
  for (size_t i = 0; !error && i < COUNT(flags); i++) {
    int call = seccomp_syscall_resolve_name(flags[i].call);
    when = rule_masked(flags[i].argument, flags[i].refused, 0);
    if (call >= 0) error = allow_if(rules, call, 1, &when);
  }
  for (size_t i = 0; !error && i < COUNT(prctls); i++) {
    when = rule_equal(0, prctls[i]);
    error = allow_if(rules, SCMP_SYS(prctl), 1, &when);
  }
  for (size_t i = 0; !error && i < COUNT(ioctls); i++) {
    when = rule_masked(1, UINT32_MAX, ioctls[i]);
    error = allow_if(rules, SCMP_SYS(ioctl), 1, &when);
  }
  for (size_t i = 0; !error && i < COUNT(fcntls); i++) {
    when = rule_masked(1, UINT32_MAX, fcntls[i]);
    error = allow_if(rules, SCMP_SYS(fcntl), 1, &when);
  }
  // Pipes with a name are files, devices are not.
  const uint64_t kind = S_IFMT | S_ISUID | S_ISGID;
  when = rule_masked(2, kind, S_IFIFO);
  if (!error) error = allow_if(rules, SCMP_SYS(mknodat), 1, &when);
  when = rule_masked(1, kind, S_IFIFO);
  if (!error && SCMP_SYS(mknod) >= 0) error = allow_if(rules, SCMP_SYS(mknod), 1, &when);
  return error;
}

int programs_allow(scmp_filter_ctx rules, struct shortcut *shortcut) {
  int error = shortcut_allow(shortcut, allowed, COUNT(allowed));
  if (!error) error = rule_all(rules, SCMP_ACT_ERRNO(ENOSYS), missing, COUNT(missing));
  if (!error)
    error = rule_all(rules, SCMP_ACT_ERRNO(EOPNOTSUPP), unsupported, COUNT(unsupported));
  return error ? error : allow_some(rules);
}
