/* Handlers, a probe, an open and a close that return only when they are let go: each blocks
 * reading a descriptor that the test gave, whatever is cancelled. -DSTUCK_OPEN, -DSTUCK_CLOSE,
 * -DPROBE=2 choose what blocks beside the handler. */
#include <stdint.h>
#include <unistd.h>

#include "orien_plugin.h"

static orien_status wait_for(void *self, orien_call *call, int64_t descriptor) {
  (void)self, (void)call;
  char byte;
  while (read((int)descriptor, &byte, 1) > 0) {}
  return ORIEN_OK;
}

static orien_status spin(void *self, orien_call *call, int64_t rounds) {
  (void)self, (void)call;
  for (volatile int64_t i = 0; i < rounds; i++) {}
  return ORIEN_OK;
}

#ifdef STUCK_OPEN
static orien_status open_plugin(void **self, orien_call *call) {
  (void)self, (void)call;
  for (;;) pause();
  return ORIEN_OK;
}
#endif
#ifdef STUCK_CLOSE
static void close_plugin(void *self) {
  (void)self;
  for (;;) pause();
}
#endif
#ifdef NOTED_CLOSE
/* Says in the log that it is closed; its host is all that it keeps. */
static orien_status open_plugin(void **self, orien_call *call) {
  *self = (void *)call->host;
  return ORIEN_OK;
}
static void close_plugin(void *self) {
  const orien_host *host = self;
  const orien_log *log = host->service(host, ORIEN_SERVICE_LOG);
  log->write(host, NULL, 1, "closed");
}
#endif
#ifdef PROBE
static orien_status probe(void *self, orien_call *call) {
  (void)self;
  if (PROBE == 0) return ORIEN_OK;
  if (PROBE == 1)
    return call->fail(call, ORIEN_UNAVAILABLE, "engine-away", "no engine at the socket");
  for (;;) pause();
  return ORIEN_OK;
}
#endif

static const orien_arg number = {.size = sizeof number, .type = ORIEN_I64, .name = "number"};
static const orien_arg *const args[] = {&number, NULL};
static const orien_handler wait_handler = {.size = sizeof wait_handler, .name = "wait_for",
    .args = args, .run = (orien_function)wait_for};
static const orien_handler spin_handler = {.size = sizeof spin_handler, .name = "spin",
    .args = args, .run = (orien_function)spin};
static const orien_handler *const handlers[] = {&wait_handler, &spin_handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.stuck",
    .version = "1.0.0", .concurrency = 2, .handlers = handlers,
#if defined STUCK_OPEN || defined NOTED_CLOSE
    .open = (orien_function)open_plugin,
#endif
#if defined STUCK_CLOSE || defined NOTED_CLOSE
    .close = close_plugin,
#endif
#ifdef PROBE
    .probe = probe,
#endif
};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
