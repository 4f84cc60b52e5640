/* Asks the jail's long filter of system calls, step by step as the kernel runs it.
 *
 *   verdicts                whether it says of all numbers, with arguments of all kinds, what a
 *                           filter of the same rules says that libseccomp alone has made
 *   verdicts without CALL   the same, where libseccomp has not been told of that one
 *   verdicts limits         whether it allows a process its own limits, and nothing else of them
 *   verdicts sets           whether steps for sets of numbers allow those and no others
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "filter.h"
#include "parts.h"
#include "programs.h"
#include "shortcut.h"

enum { STEPS = 4096, TOLD = 20, X32 = 0x40000000 };
/* What two steps return that stand behind steps which leave what they do not allow to others. */
enum { LEFT = 0x7ffd0000, BEYOND = 0x7ffe0000 };

static uint64_t state = 88172645463325252U;

static uint64_t any(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void need(bool is_so, const char *what) {
  if (is_so) return;
  puts(what);
  exit(2);
}

static uint32_t verdict(const struct sock_filter *step, size_t count,
                       const struct seccomp_data *call) {
  uint32_t value = 0;
  for (size_t at = 0; at < count; at++) {
    uint32_t k = step[at].k;
    bool holds = false;
    switch (step[at].code) {
    case BPF_LD | BPF_W | BPF_ABS:
      memcpy(&value, (const char *)call + k, sizeof value);
      continue;
    case BPF_ALU | BPF_AND | BPF_K:
      value &= k;
      continue;
    case BPF_RET | BPF_K:
      return k;
    case BPF_JMP | BPF_JA:
      at += k;
      continue;
    case BPF_JMP | BPF_JEQ | BPF_K:
      holds = value == k;
      break;
    case BPF_JMP | BPF_JGT | BPF_K:
      holds = value > k;
      break;
    case BPF_JMP | BPF_JGE | BPF_K:
      holds = value >= k;
      break;
    case BPF_JMP | BPF_JSET | BPF_K:
      holds = value & k;
      break;
    default:
      // Nor does the kernel follow any other, where it notes which calls are always allowed.
      printf("step %zu has the code %#x\n", at, step[at].code);
      exit(2);
    }
    at += holds ? step[at].jt : step[at].jf;
  }
  puts("a jump leads out of the filter");
  exit(2);
}

static struct sock_fprog alone(const char *without) {
  static struct sock_filter step[STEPS];
  struct shortcut shortcut = {0};
  scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  need(rules && seccomp_attr_set(rules, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
           programs_allow(rules, &shortcut) == 0 && parts_allow(rules, &shortcut) == 0,
       "rules");
  int left_out = without ? seccomp_syscall_resolve_name(without) : -1;
  for (int call = 0; call < SHORTCUT_NUMBERS; call++)
    if (shortcut.allows[call] && call != left_out)
      need(seccomp_rule_add_array(rules, SCMP_ACT_ALLOW, call, 0, NULL) == 0, "a rule");
  int file = memfd_create("alone", MFD_CLOEXEC);
  need(file >= 0 && seccomp_export_bpf(rules, file) == 0, "export");
  ssize_t size = pread(file, step, sizeof step, 0);
  need(size > 0 && size < (ssize_t)sizeof step, "what libseccomp says");
  seccomp_release(rules);
  close(file);
  return (struct sock_fprog){.filter = step, .len = (unsigned short)(size / sizeof *step)};
}

/* Small ones, flags, and what lies where no argument of 32 bits has anything. */
static uint64_t argument(void) {
  switch (any() % 5) {
  case 0:
    return any() % 64;
  case 1:
    return UINT64_C(1) << any() % 64;
  case 2:
    return UINT64_C(1) << any() % 32 | UINT64_C(1) << any() % 32;
  case 3:
    return UINT64_C(1) << (32 + any() % 32) | any() % 64;
  default:
    return any();
  }
}

static int compare(const char *without) {
  static const uint32_t offsets[] = {0, X32, 0x80000000, (uint32_t)-SHORTCUT_NUMBERS};
  const uint32_t native = seccomp_arch_native();
  const uint32_t architectures[] = {native, native ^ __AUDIT_ARCH_64BIT, AUDIT_ARCH_ARM, 0};
  struct filters ours;
  need(filters_make(&ours) == 0, "the jail's filter");
  struct sock_fprog theirs = alone(without);
  unsigned long asked = 0, allowed = 0, others = 0;
  for (unsigned which = 0; which < 4; which++)
    for (unsigned offset = 0; offset < 4; offset++)
      for (uint32_t number = 0; number < SHORTCUT_NUMBERS + 16; number++)
        for (unsigned round = 0; round < (which || offset ? 8 : 400); round++) {
          struct seccomp_data call = {.nr = (int)(offsets[offset] + number),
                                      .arch = architectures[which]};
          for (unsigned i = 0; round && i < 6; i++) call.args[i] = argument();
          uint32_t is = verdict(ours.all.filter, ours.all.len, &call);
          uint32_t should = verdict(theirs.filter, theirs.len, &call);
          asked++;
          allowed += is == SECCOMP_RET_ALLOW;
          if (is == should) continue;
          if (others++ < TOLD)
            printf("%d of %#x: %#x instead of %#x\n", call.nr, call.arch, is, should);
        }
  printf("%lu asked, %lu allowed, %lu other than libseccomp's\n", asked, allowed, others);
  need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
  errno = filters_begin(&ours);
  need(errno == 0, "the kernel");
  return others > 0;
}

static void check(const struct shortcut *shortcut, size_t count, struct sock_filter *step) {
  step[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, LEFT);
  step[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, BEYOND);
  for (uint32_t number = 0; number < SHORTCUT_NUMBERS + 64; number++) {
    struct seccomp_data call = {.nr = (int)number, .arch = seccomp_arch_native()};
    bool is_member = number < SHORTCUT_NUMBERS && shortcut->allows[number];
    need(verdict(step, count, &call) == (is_member ? SECCOMP_RET_ALLOW : LEFT),
         "a number of a set");
    call.nr |= X32;
    need(verdict(step, count, &call) == LEFT, "a number with the bit of x32");
    call = (struct seccomp_data){.nr = (int)number, .arch = AUDIT_ARCH_ARM};
    need(verdict(step, count, &call) == LEFT, "another architecture's number");
  }
}

static bool allows(const struct filters *filters, int number, uint64_t first, uint64_t second) {
  struct seccomp_data call = {
      .nr = number, .arch = seccomp_arch_native(), .args = {first, second, any()}};
  return verdict(filters->all.filter, filters->all.len, &call) == SECCOMP_RET_ALLOW;
}

/* A process may change the limit `which` of itself, where there is one, by both calls, and of no
 * other. How many of them allow it. */
static unsigned allowed_of(const struct filters *filters, uint64_t which) {
  static const uint64_t high = UINT64_C(1) << 32;
  const uint64_t processes[] = {0, 1, 2, UINT32_MAX, high, high | 1, UINT64_C(1) << 31};
  bool is_limit = (uint32_t)which < RLIM_NLIMITS;
  for (unsigned i = 0; i < sizeof processes / sizeof *processes; i++)
    need(allows(filters, SCMP_SYS(prlimit64), processes[i], which) ==
             (is_limit && processes[i] == 0),
         "prlimit64");
  need(allows(filters, SCMP_SYS(setrlimit), which, any()) == is_limit, "setrlimit");
  return is_limit ? 2 : 0;
}

/* Of these two calls, which the rules say by a mask, nothing is left to chance. */
static int limits(void) {
  struct filters ours;
  need(filters_make(&ours) == 0, "the jail's filter");
  unsigned allowed = 0;
  for (unsigned bit = 0; bit < 32; bit++) allowed += allowed_of(&ours, UINT64_C(1) << bit);
  for (unsigned which = 0; which < 64; which++) {
    allowed += allowed_of(&ours, which);
    allowed += allowed_of(&ours, UINT64_C(1) << (32 + which % 32) | which);
  }
  printf("%u allowed\n", allowed);
  return 0;
}

/* Sets of all densities, from none to all, each in a span of numbers of its own. */
static int sets(void) {
  static struct sock_filter step[STEPS + 2];
  unsigned written = 0, refused = 0;
  for (unsigned round = 0; round < 3000; round++) {
    struct shortcut shortcut = {0};
    unsigned density = round % 101;
    size_t first = any() % SHORTCUT_NUMBERS, end = first + any() % (SHORTCUT_NUMBERS + 1 - first);
    if (round < 101) first = 0, end = SHORTCUT_NUMBERS;
    for (size_t i = first; i < end; i++) shortcut.allows[i] = any() % 100 < density;
    size_t room = round % 7 ? STEPS : any() % 300;
    memset(step, 0xff, sizeof step);
    size_t count = shortcut_write(&shortcut, step, room);
    for (size_t i = room; i < STEPS; i++) need(step[i].code == 0xffff, "what is behind the room");
    if (count == 0) {
      refused++;
      continue;
    }
    need(count <= room, "how many");
    written++;
    check(&shortcut, count, step);
  }
  printf("%u written, %u refused\n", written, refused);
  return 0;
}

int main(int count, char **argument) {
  if (count == 2 && strcmp(argument[1], "limits") == 0) return limits();
  if (count == 2 && strcmp(argument[1], "sets") == 0) return sets();
  if (count == 3 && strcmp(argument[1], "without") == 0) return compare(argument[2]);
  return compare(NULL);
}
