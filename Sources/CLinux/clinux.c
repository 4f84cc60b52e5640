#define _GNU_SOURCE
#include "clinux.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>

__thread void *linux_present_turn;

int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_WATCHED 1
/* Who looks at how a process ends sees the signal that it died of, not the sanitizer's exit. */
#define SIGNALS_KILL "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_abort=0"
const char *__tsan_default_options(void) { return SIGNALS_KILL; }
/* Swift keeps references shifted, or with bits of its own: a search of memory finds few of them. */
const char *__asan_default_options(void) { return SIGNALS_KILL ":abort_on_error=1:detect_leaks=0"; }
#endif
#endif

int linux_is_watched(void) {
#ifdef IS_WATCHED
  return 1;
#else
  return 0;
#endif
}

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define FAIL(number) ANSWER(SECCOMP_RET_ERRNO | (number))
/* Goes on behind the next instruction unless the accumulator equals. */
#define WHERE(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)
#define REFUSE(call) WHERE(SYS_##call), FAIL(EPERM)

int linux_forbid_processes(void) {
  struct sock_filter program[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
      ANSWER(SECCOMP_RET_KILL_PROCESS),
      LOAD(nr),
#ifdef __x86_64__
      /* The x32 calls have this bit, and numbers that nothing below knows. */
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
      FAIL(ENOSYS),
      REFUSE(fork),
      REFUSE(vfork),
#endif
      REFUSE(execve),
      REFUSE(execveat),
      REFUSE(kill),
      REFUSE(tkill),
      REFUSE(pidfd_send_signal),
      REFUSE(rt_sigqueueinfo),
      REFUSE(ptrace),
      REFUSE(process_vm_writev),
      /* Its flags lie in memory, which no filter sees; glibc falls back to clone. */
      WHERE(SYS_clone3),
      FAIL(ENOSYS),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
      LOAD(args[0]),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
      FAIL(EPERM),
      ANSWER(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}
