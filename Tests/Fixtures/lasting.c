/* Asks of its lasting programs what it is told to, and says what it was answered: the status, and
 * what came with it. The words of `start` behind the name are the command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "orien_plugin.h"

#ifndef NAME
#define NAME "lasting"
#endif
#ifndef VERSION
#define VERSION 1
#endif

static const orien_lasting *service(orien_call *call) {
  return call->host->service(call->host, ORIEN_SERVICE_LASTING);
}

static orien_status say(orien_call *call, orien_status status, const char *text, size_t size) {
  char line[32];
  int length = snprintf(line, sizeof line, "%d ", status);
  call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)line, (size_t)length});
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, size});
}

/* How much there is, and the last of it: a record has no room for all. */
static orien_status say_bytes(orien_call *call, orien_status status, orien_bytes bytes) {
  char line[32 + 4096];
  size_t shown = bytes.size < 4096 ? bytes.size : 4096;
  int length = snprintf(line, 32, "%zu ", bytes.size);
  if (shown) memcpy(line + length, bytes.data + bytes.size - shown, shown);
  call->host->release(call->host, bytes);
  return say(call, status, line, (size_t)length + shown);
}

static orien_status tell(orien_call *call, const char *name) {
  orien_lasting_status found = {.size = sizeof found};
  orien_exit exit = {.size = sizeof exit};
  orien_usage usage = {.size = sizeof usage};
  orien_status status = service(call)->status(call, name, &found, &exit, &usage);
  char text[256];
  int length = snprintf(
      text, sizeof text,
      "{\"running\":%u,\"started\":%llu,\"ended\":%llu,\"memory\":%llu,\"processes\":%u,"
      "\"code\":%d,\"signal\":%d,\"reason\":%u,\"cpu\":%llu,\"peak\":%llu}",
      found.running, (unsigned long long)found.started_ms, (unsigned long long)found.ended_ms,
      (unsigned long long)found.memory_bytes, found.processes, exit.code, exit.signal, exit.reason,
      (unsigned long long)(usage.cpu_user_us + usage.cpu_system_us),
      (unsigned long long)usage.memory_peak_bytes);
  return say(call, status, text, (size_t)length);
}

static orien_status run(void *self, orien_call *call, const char *const *words, int64_t memory,
                        int64_t number) {
  (void)self;
  const char *what = words[0], *name = words[1];
  orien_bytes bytes = {0};
  if (!strcmp(what, "start")) {
    orien_limits limits = {.size = sizeof limits, .memory_bytes = (uint64_t)memory,
                           .processes = (uint32_t)number};
    orien_command command = {.size = sizeof command, .flags = ORIEN_OUTSIDE, .argv = words + 2};
    return say(call, service(call)->start(call, name, &command, &limits), "", 0);
  }
  // What the header refuses.
  if (!strcmp(what, "wrong")) {
    orien_limits limits = {.size = sizeof limits, .wall_ms = 1};
    orien_command command = {.size = sizeof command, .flags = ORIEN_OUTSIDE, .argv = words + 2};
    orien_command jailed = {.size = sizeof jailed, .argv = words + 2};
    orien_command timed = {.size = sizeof timed, .flags = ORIEN_OUTSIDE, .argv = words + 2,
                           .wall_ms = 1};
    const orien_lasting *lasting = service(call);
    orien_lasting_status small = {.size = 8};
    return call->emit(
        call, ORIEN_OUTPUT,
        lasting->start(call, name, &command, &limits) == ORIEN_INVALID &&
                lasting->start(call, name, &jailed, NULL) == ORIEN_INVALID &&
                lasting->start(call, name, &timed, NULL) == ORIEN_INVALID &&
                lasting->start(call, name, NULL, NULL) == ORIEN_INVALID &&
                lasting->start(call, "-a", &command, NULL) == ORIEN_INVALID &&
                lasting->start(call, "a/b", &command, NULL) == ORIEN_INVALID &&
                lasting->start(call, "", &command, NULL) == ORIEN_INVALID &&
                lasting->start(call, NULL, &command, NULL) == ORIEN_INVALID &&
                lasting->stop(call, "..", 0) == ORIEN_INVALID &&
                lasting->status(call, name, &small, NULL, NULL) == ORIEN_INVALID &&
                lasting->output(call, name, NULL) == ORIEN_INVALID &&
                lasting->list(call, "", NULL, NULL) == ORIEN_INVALID
            ? (orien_bytes){(const uint8_t *)"refused", 7}
            : (orien_bytes){(const uint8_t *)"taken", 5});
  }
  if (!strcmp(what, "stop"))
    return say(call, service(call)->stop(call, name, (uint64_t)number), "", 0);
  if (!strcmp(what, "status")) return tell(call, name);
  if (!strcmp(what, "output")) {
    orien_status status = service(call)->output(call, name, &bytes);
    return say_bytes(call, status, bytes);
  }
  orien_status status = service(call)->list(call, name, words[2], &bytes);
  // Each ends in NUL, which no output needs.
  char text[4096] = "";
  for (size_t at = 0; at < bytes.size; at += strlen((const char *)bytes.data + at) + 1)
    strcat(strcat(text, (const char *)bytes.data + at), " ");
  call->host->release(call->host, bytes);
  return say(call, status, text, strlen(text));
}

static const orien_arg words = {.size = sizeof words, .type = ORIEN_TEXTS, .flags = ORIEN_REQUIRED,
    .name = "words"};
static const orien_arg memory = {.size = sizeof memory, .type = ORIEN_I64, .name = "memory"};
static const orien_arg number = {.size = sizeof number, .type = ORIEN_I64, .name = "number"};
static const orien_arg *const args[] = {&words, &memory, &number, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = NAME, .args = args,
    .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const char *const needs[] = {ORIEN_SERVICE_LASTING, NULL};

/* What is there already a plugin sees as it opens. */
static orien_status begin(void **self, orien_call *call) {
  (void)self;
  const orien_lasting *lasting = service(call);
  const orien_log *log = call->host->service(call->host, ORIEN_SERVICE_LOG);
  orien_bytes names = {0};
  char text[256];
  orien_status status = lasting->list(call, "", NULL, &names);
  snprintf(text, sizeof text, "version %d opened with %d: %.100s", VERSION, status,
           names.size ? (const char *)names.data : "none");
  call->host->release(call->host, names);
  log->write(call->host, call, 1, text);
  return ORIEN_OK;
}

static const orien_plugin plugin = {.size = sizeof plugin, .id = "test." NAME, .needs = needs,
    .version = "1.0.0", .handlers = handlers, .open = (orien_function)begin};
const orien_plugin *orien_plugin_v1(void) { return &plugin; }
