/* Calls that are allowed whatever their arguments are, in steps of our own. libseccomp, which makes
 * the rest of a filter, takes a time that grows with the square of the number of rules: with all of
 * these it would be most of what the jail's start costs. A filter that begins with them decides as
 * one would in which each is a rule. No other rule is for one of them: it would not count. */
#pragma once
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

/* More than the architectures have that Swift is for. */
enum { SHORTCUT_NUMBERS = 1024 };

struct shortcut {
  bool allows[SHORTCUT_NUMBERS];
};

/* All of these by name; one that this kernel's architecture has not is passed over. 0, or negative,
 * as libseccomp has it: one is beyond those numbers. */
int shortcut_allow(struct shortcut *shortcut, const char *const *names, size_t count);

/* Writes it before what decides of all other calls, at most `room` steps; how many, or 0: they are
 * more, or farther apart than one can jump. */
size_t shortcut_write(const struct shortcut *shortcut, struct sock_filter *step, size_t room);
