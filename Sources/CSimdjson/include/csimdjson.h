/* csimdjson.h: simdjson's parser as C, so that Swift may read its tape.
 *
 * A document is parsed whole, and the parser hands out two buffers that Swift walks by itself:
 * no call crosses for a single value. Owner: the parser owns both buffers, until its next parse
 * or its end. Thread: one at a time. Nothing here throws or aborts for want of memory.
 *
 * The tape is an array of words, a tag in the top byte of each and a payload below it:
 *   r  word 0: the index after the last word
 *   { [  payload's low 32 bits: the index after the matching } or ]; next 24: how many inside,
 *        or all ones for more than fit
 *   "    offset into `strings`: a 32 bit length, then so many bytes of UTF-8
 *   l u d   the next word is an int64, a uint64 (only beyond int64) or a double
 *   t f n   true, false, null
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_parser csimdjson_parser;

typedef struct csimdjson_tape {
  const uint64_t *words;
  const uint8_t *strings;
} csimdjson_tape;

/* NULL where there is no memory. `depth` is how many arrays and objects may lie in one another;
 * an empty one at the bottom may lie one deeper. */
csimdjson_parser *csimdjson_make(size_t depth);
void csimdjson_free(csimdjson_parser *parser);

/* Reads a document out of a padded copy of `bytes`; NULL, or in a few words why it is none. */
const char *csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t size,
                            csimdjson_tape *tape);

/* True where a string of the tape holds U+0000, which no C string can carry. */
static inline bool csimdjson_has_nul(const uint8_t *text, size_t size) {
  return memchr(text, 0, size) != NULL;
}

#ifdef __cplusplus
}
#endif
