/* A plugin whose id, tool and settings the test chooses: -DID, -DTOOL, -DSETTINGS; and which
 * function of it never returns: -DSTUCK_ENTRY, -DSTUCK_OPEN, -DSTUCK_PROBE. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orien_plugin.h"

/* Found in the library's bytes and changed there, to have many that differ. */
static const char id[] = ID;

static orien_status run(void *self, orien_call *call) {
  const char *text = self ? self : "none";
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, strlen(text)});
}

#ifdef SETTINGS
static char opened[256];
static orien_status open_plugin(void **self, orien_call *call, const char *engine,
                                int64_t limit, const char *const *hosts) {
  if (call->emit(call, ORIEN_OUTPUT, (orien_bytes){NULL, 0}) != ORIEN_INVALID ||
      call->cancelled(call) || call->session)
    return call->fail(call, ORIEN_INTERNAL, NULL, "open() has a handler's call");
  if (limit == 0) return call->fail(call, ORIEN_UNAVAILABLE, "no-limit", "limit: is 0");
  snprintf(opened, sizeof opened, "%s %d %s %s", engine ? engine : "NULL", (int)limit,
      hosts ? hosts[0] : "NULL", call->host->folder);
  *self = opened;
  return ORIEN_OK;
}
static const orien_arg engine = {.size = sizeof engine, .type = ORIEN_TEXT, .name = "engine"};
static const orien_arg limit = {.size = sizeof limit, .type = ORIEN_I64, .name = "limit",
    .fallback = "5", .rules = "{\"maximum\":9}"};
static const orien_arg hosts = {.size = sizeof hosts, .type = ORIEN_TEXTS, .name = "hosts"};
static const orien_arg *const settings[] = {&engine, &limit, &hosts, NULL};
#endif

#ifdef STUCK_OPEN
static orien_status open_plugin(void **self, orien_call *call) {
  (void)self, (void)call;
  for (;;) pause();
  return ORIEN_OK;
}
#endif
#ifdef STUCK_PROBE
static orien_status probe(void *self, orien_call *call) {
  (void)self, (void)call;
  for (;;) pause();
  return ORIEN_OK;
}
#endif

static const char *const units[] = {"token", NULL};
static const orien_limits limits = {.size = sizeof limits, .wall_ms = 1000, .memory_bytes = 4096};
static const orien_handler handler = {.size = sizeof handler, .name = TOOL, .units = units,
    .limits = &limits, .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = id, .version = "1.0.0",
    .handlers = handlers,
#ifdef SETTINGS
    .settings = settings, .open = (orien_function)open_plugin,
#endif
#ifdef STUCK_OPEN
    .open = (orien_function)open_plugin,
#endif
#ifdef STUCK_PROBE
    .probe = probe,
#endif
};

const orien_plugin *orien_plugin_v1(void) {
#ifdef STUCK_ENTRY
  for (;;) pause();
#endif
  return &plugin;
}
