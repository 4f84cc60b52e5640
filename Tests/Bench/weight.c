/* A plugin that makes the node as large as a test wants it, and starts the least there is. */
#include <stdlib.h>
#include <string.h>

#include "orien_plugin.h"

/* Has so many bytes in use until the node ends. */
static orien_status hold(void *self, orien_call *call, int64_t bytes) {
  (void)self;
  static void *volatile held;
  held = malloc((size_t)bytes);
  if (!held) return call->fail(call, ORIEN_UNAVAILABLE, "no-memory", "the memory is not there");
  memset(held, 1, (size_t)bytes);
  return ORIEN_OK;
}

static orien_status begin(void *self, orien_call *call) {
  (void)self;
  static const char *const words[] = {"/bin/true", NULL};
  orien_command command = {.size = sizeof command, .argv = words};
  const orien_process *processes = call->host->service(call->host, ORIEN_SERVICE_PROCESS);
  return processes->exec(call, &command);
}

static const orien_arg bytes = {.size = sizeof bytes, .type = ORIEN_I64, .flags = ORIEN_REQUIRED,
    .name = "bytes", .rules = "{\"minimum\":1}"};
static const orien_arg *const hold_args[] = {&bytes, NULL}, *const begin_args[] = {NULL};
static const orien_handler hold_tool = {.size = sizeof hold_tool, .name = "hold",
    .args = hold_args, .run = (orien_function)hold};
static const orien_handler begin_tool = {.size = sizeof begin_tool, .name = "begin",
    .args = begin_args, .run = (orien_function)begin};
static const orien_handler *const handlers[] = {&hold_tool, &begin_tool, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "bench.weight",
    .version = "1.0.0", .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
