/* cre2.h: RE2 as C. A pattern is compiled once and searched in linear time, so that neither a
 * plugin's pattern nor a caller's text can make the node think for long.
 *
 * Thread: a compiled pattern may be searched from any thread, also at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_pattern cre2_pattern;

/* The size of the largest program. A search costs at worst a step of each for every byte. */
#define CRE2_STEPS 3000

/* Compiles UTF-8 into at most `memory` bytes. NULL where it is no pattern, is too large or asks
 * for what linear time cannot give (a back-reference, a look-around); `error` then says why,
 * cut to `error_size` with its NUL. */
cre2_pattern *cre2_compile(const char *text, size_t size, size_t memory, char *error,
                           size_t error_size);
void cre2_free(cre2_pattern *pattern);

/* True where the pattern matches anywhere in the UTF-8 text. */
bool cre2_search(const cre2_pattern *pattern, const char *text, size_t size);

/* True where it matches the text as a whole. */
bool cre2_match(const cre2_pattern *pattern, const char *text, size_t size);

#ifdef __cplusplus
}
#endif
