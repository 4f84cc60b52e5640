/* How rules are put into a filter that is being made. */
#pragma once
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static inline struct scmp_arg_cmp rule_masked(unsigned argument, uint64_t mask, uint64_t value) {
  return (struct scmp_arg_cmp){
      .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

static inline struct scmp_arg_cmp rule_equal(unsigned argument, uint64_t value) {
  return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value};
}

static inline int rule_if(scmp_filter_ctx rules, uint32_t action, int call, unsigned count,
                          const struct scmp_arg_cmp *when) {
  return seccomp_rule_add_array(rules, action, call, count, when);
}

/* All of these by name; one that this kernel's architecture has not is passed over. */
static inline int rule_all(scmp_filter_ctx rules, uint32_t action, const char *const *names,
                           size_t count) {
  for (size_t i = 0; i < count; i++) {
    int call = seccomp_syscall_resolve_name(names[i]);
    if (call < 0) continue;
    int error = seccomp_rule_add_array(rules, action, call, 0, NULL);
    if (error) return error;
  }
  return 0;
}
