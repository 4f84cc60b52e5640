/* A plugin of another minor version than the node: -DOLDER has as few bytes of each struct as the
 * header allows, -DNEWER more than the node knows. Both pass such structs into the node and take
 * one out of it, and say whether memory beyond theirs was touched. */
#include <string.h>

#include "orien_plugin.h"

#ifdef OLDER
#define ID "test.older"
#define SIZE(type, least) (least)
#else
#define ID "test.newer"
#define SIZE(type, least) (sizeof(type) + 16)
#endif

/* Room for what a newer header appended, filled with what nobody may read as his. */
#define AGED(type) \
  struct { \
    type v1; \
    uint64_t later[2]; \
  }
#define LATER {0x6C61746572ULL, 0x6C61746572ULL}

static orien_status say(orien_call *call, const char *what) {
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)what, strlen(what)});
}

static const orien_process *process(orien_call *call) {
  return call->host->service(call->host, ORIEN_SERVICE_PROCESS);
}

/* Passes exit and usage in. */
static orien_status ended(void *self, orien_call *call) {
  (void)self;
  AGED(orien_exit) exit = {{SIZE(orien_exit, ORIEN_LEAST_EXIT), -1, 9, 4}, LATER};
  AGED(orien_usage) usage = {{SIZE(orien_usage, ORIEN_LEAST_USAGE), 10, 20, 30, 40, 50}, LATER};
  return call->ended(call, &exit.v1, &usage.v1);
}

/* Passes a command in and takes an exit out. */
static orien_status run(void *self, orien_call *call) {
  (void)self;
  const char *const argv[] = {"true", NULL}, *const env[] = {"A=b", NULL};
  AGED(orien_command) command = {{.size = SIZE(orien_command, ORIEN_LEAST_COMMAND),
      .argv = argv, .env = env, .wall_ms = 7}, LATER};
  struct { AGED(orien_exit) exit; } out;
  memset(&out, 0x5A, sizeof out);
  out.exit.v1.size = SIZE(orien_exit, ORIEN_LEAST_EXIT);
  orien_status status = process(call)->run(call, &command.v1, &out.exit.v1, 0, NULL, NULL);
  if (status != ORIEN_OK) return status;
  if (out.exit.v1.size != SIZE(orien_exit, ORIEN_LEAST_EXIT)) return say(call, "size changed");
  const uint8_t *bytes = (const uint8_t *)&out;
  size_t owned = out.exit.v1.size < sizeof(orien_exit) ? out.exit.v1.size : sizeof(orien_exit);
  for (size_t i = owned; i < sizeof out; i++)
    if (bytes[i] != 0x5A) return say(call, "wrote beyond");
  if (out.exit.v1.code != 3 || out.exit.v1.signal != 0) return say(call, "not filled in");
#ifndef OLDER
  if (out.exit.v1.reason != 0) return say(call, "reason not filled in");
#endif
  return say(call, "as it should be");
}

static const AGED(orien_limits) limits = {{.size = SIZE(orien_limits, ORIEN_LEAST_LIMITS),
    .concurrency = 2, .wall_ms = 1234, .cpu_ms = 99}, LATER};
static const AGED(orien_arg) setting = {{.size = SIZE(orien_arg, ORIEN_LEAST_ARG),
    .type = ORIEN_TEXT, .name = "word", .doc = "A word.", .fallback = "\"fallback\""}, LATER};
static const orien_arg *const settings[] = {&setting.v1, NULL};

/* An older one has no room for open: the bytes behind are the next struct's. */
__attribute__((unused)) static orien_status open_newer(void **self, orien_call *call,
                                                       const char *word) {
  (void)call;
  *self = (void *)word;
  return strcmp(word, "fallback") == 0 ? ORIEN_OK : ORIEN_INTERNAL;
}

static const AGED(orien_handler) ended_handler = {{
    .size = SIZE(orien_handler, ORIEN_LEAST_HANDLER), .name = "ended", .limits = &limits.v1,
    .run = (orien_function)ended, .context = (void *)-1}, LATER};
static const AGED(orien_handler) run_handler = {{
    .size = SIZE(orien_handler, ORIEN_LEAST_HANDLER), .name = "run",
    .run = (orien_function)run, .context = (void *)-1}, LATER};
static const orien_handler *const handlers[] = {&ended_handler.v1, &run_handler.v1, NULL};

static const AGED(orien_plugin) plugin = {{.size = SIZE(orien_plugin, ORIEN_LEAST_PLUGIN),
    .id = ID, .version = "1.0.0", .settings = settings, .handlers = handlers,
#ifdef OLDER
    /* Lies behind what is its own: calling it would crash. */
    .open = (orien_function)-1, .close = (void (*)(void *))-1,
#else
    .open = (orien_function)open_newer,
#endif
}, LATER};

const orien_plugin *orien_plugin_v1(void) { return &plugin.v1; }
