/* A handler with an argument of every type, which says what it received. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "orien_plugin.h"

static orien_status types(void *self, orien_call *call, uint8_t flag, int64_t count,
                          double ratio, const char *text, const char *file, orien_bytes bytes,
                          orien_bytes json, const char *const *texts) {
  (void)self;
  char said[4096];
  int used = snprintf(said, sizeof said, "%d|%" PRId64 "|%g|%s|%s|", flag, count, ratio,
                      text ? text : "NULL", file ? file : "NULL");
  for (size_t i = 0; i < bytes.size; i++)
    used += snprintf(said + used, sizeof said - (size_t)used, "%02x", bytes.data[i]);
  used += snprintf(said + used, sizeof said - (size_t)used, "|%.*s|", (int)json.size,
                   json.size ? (const char *)json.data : "");
  for (size_t i = 0; texts && texts[i]; i++)
    used += snprintf(said + used, sizeof said - (size_t)used, "<%s>", texts[i]);
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(uint8_t *)said, (size_t)used});
}

static orien_status packed(void *self, orien_call *call, orien_bytes json) {
  (void)self;
  return call->emit(call, ORIEN_OUTPUT, json);
}

#define ARG(which, kind) \
  static const orien_arg which = {.size = sizeof which, .type = kind, .name = #which};
ARG(flag, ORIEN_BOOL)
ARG(count, ORIEN_I64)
ARG(ratio, ORIEN_F64)
ARG(text, ORIEN_TEXT)
ARG(file, ORIEN_FILE)
ARG(bytes, ORIEN_BYTES)
ARG(json, ORIEN_JSON)
ARG(texts, ORIEN_TEXTS)
static const orien_arg *const args[] = {&flag, &count, &ratio, &text, &file, &bytes, &json,
                                        &texts, NULL};

static const orien_handler typed_handler = {.size = sizeof typed_handler, .name = "types",
    .args = args, .run = (orien_function)types};
static const orien_handler packed_handler = {.size = sizeof packed_handler,
    .flags = ORIEN_PACKED, .name = "packed", .args = args, .run = (orien_function)packed};
static const orien_handler *const handlers[] = {&typed_handler, &packed_handler, NULL};

static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.all-types",
    .version = "1.0.0", .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
