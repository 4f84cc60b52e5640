/* Asks for more than there is and uses more than it was granted: output until it is stopped and
 * then some more, log lines without end, amounts that overflow a bill. */
#include <stdint.h>
#include <string.h>

#include "orien_plugin.h"

/* Emits mebibytes until it hears no, goes on nevertheless, and returns what it heard. */
static orien_status flood(void *self, orien_call *call, int64_t mebibytes) {
  (void)self;
  static uint8_t chunk[1 << 20];
  memset(chunk, 'x', sizeof chunk);
  orien_status heard = ORIEN_OK;
  for (int64_t i = 0; i < mebibytes; i++) {
    orien_status status =
        call->emit(call, i % 2 ? ORIEN_ERRORS : ORIEN_OUTPUT, (orien_bytes){chunk, sizeof chunk});
    if (heard == ORIEN_OK) heard = status;
  }
  return heard;
}

static orien_status chatter(void *self, orien_call *call, int64_t lines) {
  (void)self;
  const orien_log *log = call->host->service(call->host, ORIEN_SERVICE_LOG);
  for (int64_t i = 0; i < lines; i++) log->write(call->host, call, 1, "again\x1B[2J\n{\"a\":1}");
  log->write(call->host, call, -5, "below");
  return ORIEN_OK;
}

static orien_status overcharge(void *self, orien_call *call, int64_t times) {
  (void)self;
  orien_usage usage = {sizeof usage, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  orien_exit exit = {sizeof exit, 0, 0, 0};
  for (int64_t i = 0; i < times; i++) {
    call->meter(call, "token", UINT64_MAX);
    call->ended(call, &exit, &usage);
  }
  return ORIEN_OK;
}

static const orien_arg number = {.size = sizeof number, .type = ORIEN_I64, .name = "number"};
static const orien_arg *const args[] = {&number, NULL};
static const char *const units[] = {"token", NULL};
static const orien_limits limits = {.size = sizeof limits, .concurrency = UINT32_MAX,
    .wall_ms = UINT64_MAX, .memory_bytes = 1ULL << 50, .output_bytes = UINT64_MAX,
    .processes = UINT32_MAX, .open_files = UINT32_MAX};

#define HANDLER(function) \
  static const orien_handler function##_handler = {.size = sizeof(orien_handler), \
      .name = #function, .args = args, .units = units, .limits = &limits, \
      .run = (orien_function)function};
HANDLER(flood)
HANDLER(chatter)
HANDLER(overcharge)
static const orien_handler *const handlers[] = {&flood_handler, &chatter_handler,
    &overcharge_handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.loud",
    .version = "1.0.0", .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
