/* echo: says its message back as a line, as echo(1) does. The smallest plugin there is. */
#include <string.h>

#include "orien_plugin.h"

static orien_status echo(void *self, orien_call *call, const char *message) {
  (void)self;
  orien_bytes text = {(const uint8_t *)message, strlen(message)};
  orien_status status = call->emit(call, ORIEN_OUTPUT, text);
  if (status != ORIEN_OK) return status;
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)"\n", 1});
}

static const orien_arg message = {.size = sizeof message, .type = ORIEN_TEXT,
    .flags = ORIEN_REQUIRED, .name = "message", .doc = "The text to say back."};
static const orien_arg *const args[] = {&message, NULL};
static const orien_limits limits = {.size = sizeof limits, .concurrency = 256, .wall_ms = 5000};

static const orien_handler handler = {.size = sizeof handler,
    .flags = ORIEN_IDEMPOTENT | ORIEN_READ_ONLY, .name = "echo", .title = "Echo",
    .doc = "Says the message back.", .example = "{\"message\":\"hello\"}",
    .args = args, .limits = &limits, .run = (orien_function)echo};
static const orien_handler *const handlers[] = {&handler, NULL};

static const orien_plugin plugin = {.size = sizeof plugin, .id = "orien.echo",
    .version = "1.0.0", .doc = "Says things back.", .concurrency = 256, .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
