/* A handler whose arguments have rules of every kind, and which says what it received. */
#include "orien_plugin.h"

static orien_status ruled(void *self, orien_call *call, orien_bytes json) {
  (void)self;
  return call->emit(call, ORIEN_OUTPUT, json);
}

#define ARG(which, kind, says)                                                        \
  static const orien_arg which = {.size = sizeof which, .type = kind, .name = #which, \
      .rules = says};
ARG(whole, ORIEN_I64, NULL)
ARG(few, ORIEN_I64, "{\"minimum\":-3,\"exclusiveMaximum\":10}")
ARG(ratio, ORIEN_F64, "{\"minimum\":0}")
ARG(level, ORIEN_TEXT, "{\"enum\":[\"low\",\"high\"]}")
ARG(word, ORIEN_TEXT, "{\"pattern\":\"^(a+)+$\",\"maxLength\":100000}")
static const orien_arg *const args[] = {&whole, &few, &ratio, &level, &word, NULL};

static const orien_handler handler = {.size = sizeof handler, .flags = ORIEN_PACKED,
    .name = "ruled", .args = args, .run = (orien_function)ruled};
static const orien_handler *const handlers[] = {&handler, NULL};

static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.ruled",
    .version = "1.0.0", .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
