/* What Linux has and Glibc's module does not show to Swift: one wrapper a system call, each with
 * the errno convention of its manual page. */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc has no wrapper: opens `path` under `folder` as `resolve` allows. */
static inline int linux_openat2(int folder, const char *path, uint64_t flags, uint64_t mode,
                                uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

/* Flags that fcntl.h and stdio.h show under _GNU_SOURCE alone. */
static const int LINUX_O_PATH = __O_PATH, LINUX_O_TMPFILE = __O_TMPFILE | O_DIRECTORY;
static const unsigned LINUX_RENAME_NOREPLACE = 1, LINUX_RENAME_EXCHANGE = 2;
static inline int linux_renameat2(int folder, const char *name, int to, const char *other,
                                  unsigned flags) {
  return (int)syscall(SYS_renameat2, folder, name, to, other, flags);
}

/* Variadic functions are invisible to Swift. */
static inline int linux_fcntl(int descriptor, int command, int argument) {
  return fcntl(descriptor, command, argument);
}
static inline int linux_openat(int folder, const char *path, int flags, mode_t mode) {
  return openat(folder, path, flags, mode);
}

/* A GNU extension that needs a macro set before the first header. */
static inline int linux_pipe2(int ends[2], int flags) {
  return (int)syscall(SYS_pipe2, ends, flags);
}
/* From one descriptor to another without a copy, one of them a pipe; waits for neither. */
static inline ssize_t linux_splice(int from, int to, size_t count) {
  const unsigned moves = 1, does_not_wait = 2;
  return (ssize_t)syscall(SYS_splice, from, NULL, to, NULL, count, moves | does_not_wait);
}
static const int LINUX_F_SETPIPE_SZ = 1031;
static inline int linux_accept4(int listener, struct sockaddr *peer, socklen_t *length,
                                int flags) {
  return (int)syscall(SYS_accept4, listener, peer, length, flags);
}
static inline void linux_hide_process(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int linux_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
static inline int linux_memfd_create(const char *name, unsigned flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}

/* Too new for Glibc's module. */
static inline int linux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
static const int LINUX_SPAWN_SETSID = 0x80;

/* PDEATHSIG is of the parent's thread, not process: it is for children of threads that last. */
static inline int linux_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

/* glibc has no wrapper: asked for no rules it says which version of them there is. */
static inline int linux_landlock_abi(void) {
  const unsigned version = 1;
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, version);
}

/* Lets this process and its threads start no other process and signal none, for good. */
int linux_forbid_processes(void);

/* This process is that user from now on and for good, in no other group and with no privilege of
 * any kind: to be called before there is a second thread, so that each that follows is. NULL, or
 * which step failed, with errno; then the process is not to go on. */
const char *linux_give_up_root(uid_t user, gid_t group);

/* Whether a sanitizer looks at what this process does. */
int linux_is_watched(void);
static inline int linux_pidfd_signal(int handle, int number) {
  return (int)syscall(SYS_pidfd_send_signal, handle, number, NULL, 0);
}

/* The macros of control messages are invisible to Swift. Descriptors go with the first byte that
 * is sent, and come with the byte they were sent with, at most LINUX_PASSED of them at once, each
 * close-on-exec. Neither blocks. */
enum { LINUX_PASSED = 20 };
ssize_t linux_send(int socket, const void *bytes, size_t count, const int *descriptors,
                   size_t passed);
ssize_t linux_receive(int socket, void *bytes, size_t room, int descriptors[LINUX_PASSED],
                      size_t *passed);

/* Swift has no variable of a thread: the loop's turn that the calling one is in, or NULL. */
extern __thread void *linux_present_turn;
static inline void *linux_turn(void) { return linux_present_turn; }
static inline void linux_set_turn(void *turn) { linux_present_turn = turn; }

/* The file of the library that a symbol of this process is of; NULL where no library has it. */
const char *linux_library_of(const char *symbol);

/* Gives back what malloc has free, and the pages that are as in their files of the program and the
 * libraries that were there when they were noted. Whichever is touched again comes back from there,
 * most often from the cache; a debugger's breakpoints do not. */
void linux_note_libraries(void);
void linux_give_back_pages(void);

/* Swift 6 takes no global that anybody may change; glibc shows this one under _GNU_SOURCE. */
extern char **environ;
static inline char **linux_environment(void) { return environ; }
