#include "shortcut.h"

#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>

/* Where numbers of one verdict end and those of the other begin: what is below the first is not
 * allowed, what is between that and the second is, and so on. */
struct borders {
  unsigned short at[SHORTCUT_NUMBERS + 1];
  size_t count;
};

/* A turn for each border and an end for each span between them, after the steps that begin. */
struct writing {
  struct sock_filter *step;
  size_t count, end;
};

int shortcut_allow(struct shortcut *shortcut, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int call = seccomp_syscall_resolve_name(names[i]);
    if (call < 0) continue;
    if (call >= SHORTCUT_NUMBERS) return -ERANGE;
    shortcut->allows[call] = true;
  }
  return 0;
}

static void find(struct borders *borders, const struct shortcut *shortcut) {
  bool is_allowed = false;
  for (unsigned call = 0; call < SHORTCUT_NUMBERS; call++) {
    if (shortcut->allows[call] == is_allowed) continue;
    borders->at[borders->count++] = (unsigned short)call;
    is_allowed = !is_allowed;
  }
  // Closed at the end: all numbers beyond, those of x32 too, are the rest's to decide of.
  if (is_allowed) borders->at[borders->count++] = SHORTCUT_NUMBERS;
}

static void add(struct writing *writing, struct sock_filter step) {
  writing->step[writing->count++] = step;
}

/* How many steps decide of that many borders. */
static size_t steps(size_t borders) { return 2 * borders + 1; }

/* Decides of a number of which it is not known yet on which side of the borders from `from` to
 * before `to` it is; what is not allowed jumps behind the last step. */
static void decide(struct writing *writing, const struct borders *borders, size_t from, size_t to) {
  if (from == to) {
    const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_filter leave =
        BPF_STMT(BPF_JMP | BPF_JA, (unsigned)(writing->end - writing->count - 1));
    add(writing, from % 2 ? allow : leave);
    return;
  }
  size_t middle = from + (to - from) / 2;
  const struct sock_filter turn = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, borders->at[middle],
                                           (unsigned char)steps(middle - from), 0);
  add(writing, turn);
  decide(writing, borders, from, middle);
  decide(writing, borders, middle + 1, to);
}

size_t shortcut_write(const struct shortcut *shortcut, struct sock_filter *step, size_t room) {
  struct borders borders = {0};
  find(&borders, shortcut);
  enum { BEGIN = 4 };
  struct writing writing = {.step = step, .end = BEGIN + steps(borders.count)};
  // The first turn jumps the farthest, over all that decides of the lower half.
  if (writing.end > room || steps(borders.count / 2) > UCHAR_MAX) return 0;
  const struct sock_filter begin[BEGIN] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 1, 0),
      // Another architecture's numbers mean something else.
      BPF_STMT(BPF_JMP | BPF_JA, (unsigned)(writing.end - 3)),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  for (size_t i = 0; i < BEGIN; i++) add(&writing, begin[i]);
  decide(&writing, &borders, 0, borders.count);
  return writing.count;
}
