#include "cre2.h"

#include <re2/re2.h>
#include <stdio.h>

#include <new>

struct cre2_pattern {
  RE2 compiled;
};

cre2_pattern *cre2_compile(const char *text, size_t size, size_t memory, char *error,
                           size_t error_size) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(static_cast<int64_t>(memory));
  cre2_pattern *made =
      new (std::nothrow) cre2_pattern{RE2(re2::StringPiece(text, size), options)};
  if (!made) {
    snprintf(error, error_size, "out of memory");
  } else if (!made->compiled.ok()) {
    snprintf(error, error_size, "%s", made->compiled.error().c_str());
  } else if (made->compiled.ProgramSize() > CRE2_STEPS) {
    snprintf(error, error_size, "pattern too large - %d steps of at most %d",
             made->compiled.ProgramSize(), CRE2_STEPS);
  } else {
    return made;
  }
  delete made;
  return nullptr;
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

static bool is_found(const cre2_pattern *pattern, const char *text, size_t size,
                     RE2::Anchor anchor) {
  re2::StringPiece whole(text, size);
  return pattern->compiled.Match(whole, 0, size, anchor, nullptr, 0);
}

bool cre2_search(const cre2_pattern *pattern, const char *text, size_t size) {
  return is_found(pattern, text, size, RE2::UNANCHORED);
}

bool cre2_match(const cre2_pattern *pattern, const char *text, size_t size) {
  return is_found(pattern, text, size, RE2::ANCHOR_BOTH);
}
