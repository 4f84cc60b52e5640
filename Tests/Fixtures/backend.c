/* A backend of echo/1 in C. -DPLUGIN_ID: its id; -DCONCURRENCY; -DLACKS_FORGET: it lacks an
 * operation; -DSTRANGE: it takes an argument that the page has not; -DTOOL: it has a tool too;
 * -DREFUSES_OPEN: open() fails; -DALONE: it does where another is open, by a file in its folder;
 * -DREPLY: what say answers with, whatever it was told. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orien_plugin.h"

#ifndef PLUGIN_ID
#define PLUGIN_ID "test.backend"
#endif
#ifndef CONCURRENCY
#define CONCURRENCY 2
#endif

static orien_status answer(orien_call *call, const char *text) {
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, strlen(text)});
}

/* Says the text so often; it knows nothing of the argument `style`, and does not get it. */
static orien_status say(void *self, orien_call *call, const char *text, int64_t times) {
  (void)self;
  char json[512] = "{\"said\":\"", *end = json + strlen(json);
  for (int64_t i = 0; i < times; i++) end += snprintf(end, 64, "%s", text);
  snprintf(end, 128, "\",\"session\":%s}", call->session || call->workspace ? "true" : "false");
  call->meter(call, "word", (uint64_t)times);
#ifdef REPLY
  return answer(call, REPLY);
#else
  return answer(call, json);
#endif
}

static orien_status keep(void *self, orien_call *call, const char *name, const char *how) {
  (void)self;
  if (!strcmp(how, "conflict"))
    return call->fail(call, ORIEN_CONFLICT, "kept-already", "it is kept already");
  if (!strcmp(how, "unlisted")) return call->fail(call, ORIEN_DENIED, NULL, "not today");
  if (!strcmp(how, "crash")) _exit(3);
  if (!strcmp(how, "die")) pause();
  if (!strcmp(how, "garbage")) return answer(call, "kept");
  if (!strcmp(how, "more")) return answer(call, "{\"key\":\"k\",\"more\":1}");
  if (!strcmp(how, "event")) {
    static const char event[] = "{\"progress\":1}";
    call->emit(call, ORIEN_EVENT, (orien_bytes){(const uint8_t *)event, sizeof event - 1});
    call->emit(call, ORIEN_ERRORS, (orien_bytes){(const uint8_t *)event, sizeof event - 1});
  }
  while (!strcmp(how, "wait") && !call->cancelled(call)) usleep(1000);
  while (!strcmp(how, "stuck") && access("/tmp", F_OK) == 0 && access(name, F_OK) != 0)
    usleep(1000);
  if (call->cancelled(call) && !strcmp(how, "wait"))
    return call->fail(call, ORIEN_CANCELLED, NULL, "was told to stop");
  char json[128];
  snprintf(json, sizeof json, "{\"key\":\"%s\"}", call->id);
  return answer(call, json);
}

static orien_status forget(void *self, orien_call *call, const char *name) {
  (void)self;
  if (!strcmp(name, "nothing"))
    return call->fail(call, ORIEN_NOT_FOUND, "not-kept", "nothing of that name is kept");
  return ORIEN_OK;
}

#define MAYBE __attribute__((unused)) static const
#define ARG(which, kind, ...) \
  MAYBE orien_arg which = {.size = sizeof which, .type = kind, .name = #which, __VA_ARGS__};
ARG(text, ORIEN_TEXT, .flags = ORIEN_REQUIRED)
ARG(times, ORIEN_I64, .fallback = "1")
ARG(name, ORIEN_TEXT, .flags = ORIEN_REQUIRED)
ARG(how, ORIEN_TEXT, .fallback = "\"well\"")
ARG(strange, ORIEN_TEXT)

static const char *const units[] = {"word", NULL};
#define OPERATION(function, ...) \
  static const orien_arg *const function##_args[] = {__VA_ARGS__}; \
  MAYBE orien_handler function##_handler = {.size = sizeof(orien_handler), \
      .name = #function, .role = "echo/1", .args = function##_args, .units = units, \
      .run = (orien_function)function};
OPERATION(say, &text, &times, NULL)
OPERATION(keep, &name, &how, NULL)
#ifdef STRANGE
OPERATION(forget, &name, &strange, NULL)
#else
OPERATION(forget, &name, NULL)
#endif

#ifdef TOOL
static const orien_handler tool = {.size = sizeof tool, .name = "tool",
    .run = (orien_function)forget};
#endif
static const orien_handler *const handlers[] = {&say_handler, &keep_handler,
#ifndef LACKS_FORGET
    &forget_handler,
#endif
#ifdef TOOL
    &tool,
#endif
    NULL};

#ifdef REFUSES_OPEN
static orien_status open_plugin(void **self, orien_call *call) {
  (void)self;
  return call->fail(call, ORIEN_UNAVAILABLE, "no-engine", "there is no engine");
}
#endif

#ifdef ALONE
static char path[512];
static orien_status open_plugin(void **self, orien_call *call) {
  (void)self;
  snprintf(path, sizeof path, "%s/open", call->host->folder);
  int file = open(path, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return call->fail(call, ORIEN_CONFLICT, "two-writers", "another is open");
  close(file);
  return ORIEN_OK;
}
static void close_plugin(void *self) {
  (void)self;
  usleep(200000);
  unlink(path);
}
#endif

static const orien_plugin plugin = {.size = sizeof plugin, .id = PLUGIN_ID, .version = "1.0.0",
    .concurrency = CONCURRENCY, .handlers = handlers,
#ifdef REFUSES_OPEN
    .open = (orien_function)open_plugin,
#endif
#ifdef ALONE
    .open = (orien_function)open_plugin,
    .close = close_plugin,
#endif
};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
