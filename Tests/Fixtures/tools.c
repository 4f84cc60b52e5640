/* A handler for each thing that a call can do, as its arguments say. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orien_plugin.h"

static orien_bytes bytes_of(const char *text) {
  return (orien_bytes){(const uint8_t *)text, text ? strlen(text) : 0};
}

static const orien_process *processes(orien_call *call) {
  return call->host->service(call->host, ORIEN_SERVICE_PROCESS);
}

/* Emits the text `number` times to a stream, until it is told to stop; answers what it was told. */
static orien_status say(void *self, orien_call *call, const char *text, int64_t number,
                        int64_t stream) {
  (void)self;
  orien_status status = ORIEN_OK;
  for (int64_t i = 0; i < number && !status; i++)
    status = call->emit(call, (uint32_t)stream, bytes_of(text));
  return status == ORIEN_LIMITED ? ORIEN_OK : status;
}

/* Emits bytes as they are. */
static orien_status raw(void *self, orien_call *call, orien_bytes data) {
  (void)self;
  return call->emit(call, ORIEN_OUTPUT, data);
}

struct beside {
  orien_call *call;
  atomic_bool has_begun, is_over;
};
static void *dots(void *state) {
  struct beside *beside = state;
  while (!beside->is_over && !beside->call->emit(beside->call, ORIEN_OUTPUT, bytes_of(".")))
    beside->has_begun = true;
  beside->has_begun = true;
  free(beside);
  return NULL;
}

/* Emits while a thread of its own does, and returns while that may be at it still. */
static orien_status emit_beside(void *self, orien_call *call) {
  (void)self;
  struct beside *beside = calloc(1, sizeof *beside);
  if (!beside) return ORIEN_UNAVAILABLE;
  beside->call = call;
  pthread_t thread;
  if (pthread_create(&thread, NULL, dots, beside)) return free(beside), ORIEN_UNAVAILABLE;
  pthread_detach(thread);
  while (!beside->has_begun) usleep(10);
  orien_status status = call->emit(call, ORIEN_OUTPUT, bytes_of("END"));
  beside->is_over = true;
  return status;
}

/* Waits to be cancelled, and says whether it was. */
static orien_status wait_cancel(void *self, orien_call *call) {
  (void)self;
  struct pollfd cancelled = {.fd = call->cancel_fd(call), .events = POLLIN};
  while (!call->cancelled(call)) poll(&cancelled, 1, 1000);
  return call->fail(call, ORIEN_CANCELLED, "told-to-stop", "stopped when told");
}

/* Goes on as a command. */
static orien_status go(void *self, orien_call *call, const char *const *words, const char *input,
                       uint8_t outside) {
  (void)self;
  orien_command command = {.size = sizeof command, .argv = words, .input = bytes_of(input),
      .flags = outside ? ORIEN_OUTSIDE : 0};
  return processes(call)->exec(call, &command);
}

/* Runs a command for `number` milliseconds at most (0: the call's own), says how it ended and what
 * of it was captured, where `capture` is not negative. */
static orien_status run(void *self, orien_call *call, const char *const *words, int64_t number,
                        int64_t capture) {
  (void)self;
  orien_command command = {.size = sizeof command, .argv = words, .wall_ms = (uint64_t)number};
  orien_exit exit = {.size = sizeof exit};
  orien_bytes out = {0}, err = {0};
  int captures = capture >= 0;
  orien_status status = processes(call)->run(call, &command, &exit, (uint64_t)capture,
      captures ? &out : NULL, captures ? &err : NULL);
  char text[512];
  snprintf(text, sizeof text, "status %d code %d signal %d reason %u out %.*s err %.*s", status,
      exit.code, exit.signal, exit.reason, (int)out.size, (const char *)out.data, (int)err.size,
      (const char *)err.data);
  call->host->release(call->host, out);
  call->host->release(call->host, err);
  orien_status said = call->emit(call, ORIEN_OUTPUT, bytes_of(text));
  return status ? status : said;
}

/* Runs a command, and returns once a pipe has no writer any more, whatever it is told. */
static orien_status linger(void *self, orien_call *call, const char *const *words, int64_t number) {
  (void)self;
  orien_command command = {.size = sizeof command, .argv = words};
  orien_exit exit = {.size = sizeof exit};
  orien_status status = processes(call)->run(call, &command, &exit, 0, NULL, NULL);
  char byte;
  while (read((int)number, &byte, 1) > 0) continue;
  return status;
}

/* Says how something ended elsewhere, that it used `number` microseconds there, and that it took
 * so many tokens. */
static orien_status elsewhere(void *self, orien_call *call, int64_t code, int64_t reason,
                              int64_t number) {
  (void)self;
  orien_exit exit = {.size = sizeof exit, .code = (int32_t)code, .reason = (uint32_t)reason};
  orien_usage usage = {.size = sizeof usage, .cpu_user_us = (uint64_t)number};
  call->meter(call, "token", (uint64_t)number);
  return call->ended(call, &exit, &usage);
}

static orien_status refuse(void *self, orien_call *call, int64_t status, const char *reason,
                           const char *text) {
  (void)self;
  return call->fail(call, (orien_status)status, reason, text);
}

/* Writes a file of the workspace and closes it. */
static orien_status keep(void *self, orien_call *call, const char *path, const char *text) {
  (void)self;
  const orien_files *files = call->host->service(call->host, ORIEN_SERVICE_FILES);
  int32_t descriptor = -1;
  orien_status status = files->open(call, path, 1, &descriptor);
  if (status) return status;
  FILE *file = fdopen(descriptor, "w");
  int failed = fputs(text, file) < 0;
  return fclose(file) || failed ? ORIEN_INTERNAL : ORIEN_OK;
}

#define ARG(which, kind, ...) \
  static const orien_arg which = {.size = sizeof which, .type = kind, .name = #which, __VA_ARGS__};
ARG(text, ORIEN_TEXT, .fallback = "\"\"")
ARG(input, ORIEN_TEXT, .fallback = "\"\"")
ARG(reason_text, ORIEN_TEXT)
ARG(path, ORIEN_TEXT)
ARG(file, ORIEN_FILE)
ARG(data, ORIEN_BYTES)
ARG(words, ORIEN_TEXTS, .flags = ORIEN_REQUIRED)
ARG(outside, ORIEN_BOOL, .fallback = "false")
ARG(number, ORIEN_I64, .fallback = "1", .rules = "{\"minimum\":0}")
ARG(bound, ORIEN_I64, .fallback = "0")
ARG(stream, ORIEN_I64, .fallback = "1", .rules = "{\"minimum\":1,\"maximum\":4}")
ARG(capture, ORIEN_I64, .fallback = "-1")
ARG(code, ORIEN_I64)
ARG(reason, ORIEN_I64)
ARG(status, ORIEN_I64)
ARG(secret, ORIEN_TEXT, .flags = ORIEN_SECRET)

/* Proven to lie in the workspace before it is called. */
static orien_status name_file(void *self, orien_call *call, const char *path, const char *hidden) {
  (void)self;
  (void)hidden;
  return call->emit(call, ORIEN_OUTPUT, bytes_of(path));
}

#define TOOL(function, asks, ...) \
  static const orien_arg *const function##_args[] = {__VA_ARGS__}; \
  static const orien_handler function##_tool = {.size = sizeof(orien_handler), \
      .name = #function, .args = function##_args, .units = units, .limits = asks, \
      .run = (orien_function)function};
static const char *const units[] = {"token", NULL};
static const orien_limits alone = {.size = sizeof alone, .concurrency = 1, .wall_ms = 30000,
    .output_bytes = 1 << 20};
TOOL(say, NULL, &text, &number, &stream, NULL)
TOOL(raw, NULL, &data, NULL)
TOOL(wait_cancel, &alone, NULL)
TOOL(go, NULL, &words, &input, &outside, NULL)
TOOL(run, NULL, &words, &bound, &capture, NULL)
TOOL(linger, NULL, &words, &number, NULL)
TOOL(elsewhere, NULL, &code, &reason, &number, NULL)
TOOL(refuse, NULL, &status, &reason_text, &text, NULL)
TOOL(keep, NULL, &path, &text, NULL)
TOOL(name_file, NULL, &file, &secret, NULL)
TOOL(emit_beside, NULL, NULL)

static const orien_handler *const handlers[] = {&say_tool, &raw_tool, &wait_cancel_tool, &go_tool,
    &run_tool, &linger_tool, &elsewhere_tool, &refuse_tool, &keep_tool, &name_file_tool,
    &emit_beside_tool, NULL};
static const char *const needs[] = {ORIEN_SERVICE_FILES, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.tools",
    .version = "1.2.3", .concurrency = CONCURRENCY, .needs = needs, .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
