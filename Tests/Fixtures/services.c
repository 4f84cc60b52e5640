/* Handlers that use every function of the node, rightly and wrongly, and say what it answered. */
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orien_plugin.h"

static const void *service(orien_call *call, const char *id) {
  return call->host->service(call->host, id);
}

static orien_status say(orien_call *call, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  int size = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(uint8_t *)text, (size_t)size});
}

/* What is NULL, unknown or too large is answered with INVALID. */
static orien_status wrong(void *self, orien_call *call) {
  (void)self;
  const orien_process *process = service(call, ORIEN_SERVICE_PROCESS);
  const orien_files *files = service(call, ORIEN_SERVICE_FILES);
  const orien_state *state = service(call, ORIEN_SERVICE_STATE);
  const orien_log *log = service(call, ORIEN_SERVICE_LOG);
  orien_bytes some = {(const uint8_t *)"x", 1}, none = {NULL, 1}, out = {NULL, 0};
  orien_exit zero = {0}, whole = {.size = sizeof whole};
  const char *const no_words[] = {NULL}, *const words[] = {"a", NULL}, *const bad[] = {"=", NULL};
  orien_command command = {.size = sizeof command, .argv = no_words},
                flagged = {.size = sizeof command, .argv = words, .flags = 1u << 31},
                env = {.size = sizeof command, .argv = words, .env = bad};
  int32_t file = 0;
  uint64_t revision = 0;
  const orien_status answers[] = {
      call->emit(NULL, ORIEN_OUTPUT, some), call->emit(call, 9, some),
      call->emit(call, ORIEN_OUTPUT, none), call->meter(NULL, "token", 1),
      call->meter(call, NULL, 1), call->meter(call, "tokens", 1), call->ended(call, NULL, NULL),
      call->ended(call, &zero, NULL), process->exec(NULL, &flagged), process->exec(call, NULL),
      process->exec(call, &command), process->exec(call, &flagged), process->exec(call, &env),
      process->run(call, &command, &whole, 0, NULL, NULL),
      process->run(call, &flagged, &zero, 0, NULL, NULL),
      process->run(call, &flagged, NULL, 0, &out, NULL), files->open(NULL, "a", 0, &file),
      files->open(call, NULL, 0, &file), files->open(call, "a", 7, &file),
      files->open(call, "a", 0, NULL), state->put(NULL, "k", some, &revision),
      state->put(call->host, "", some, &revision), state->put(call->host, "k", none, &revision),
      state->put(call->host, "k", some, NULL), state->get(call->host, NULL, &out, &revision),
      state->get(call->host, "k", NULL, &revision), state->remove(call->host, NULL, 0),
      state->list(call->host, NULL, NULL, NULL)};
  char text[64] = "";
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    if (answers[i] != ORIEN_INVALID)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%zu:%d ", i, answers[i]);
  log->write(NULL, NULL, 1, "to nobody");
  log->write(call->host, (orien_call *)&whole, 1, NULL);
  call->host->release(NULL, some);
  call->host->release(call->host, some);
  if (file != -1) return say(call, "descriptor %d", file);
  if (call->host->service(call->host, "orien.log/2") || call->host->service(NULL, "orien.log/1"))
    return say(call, "found a service that is none");
  if (call->cancel_fd(NULL) != -1 || call->cancelled(NULL) != 1) return say(call, "not cancelled");
  return say(call, "%s", text);
}

/* A size that no memory has, wherever bytes go in. */
static orien_status oversize(void *self, orien_call *call) {
  (void)self;
  const orien_process *process = service(call, ORIEN_SERVICE_PROCESS);
  const orien_state *state = service(call, ORIEN_SERVICE_STATE);
  const size_t sizes[] = {SIZE_MAX, (size_t)1 << 63, ((size_t)1 << 63) + 1};
  const char *const words[] = {"cat", NULL};
  char text[128] = "";
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    orien_bytes bytes = {(const uint8_t *)"x", sizes[i]}, none = {NULL, sizes[i]};
    orien_command command = {.size = sizeof command, .argv = words, .input = bytes};
    uint64_t revision = ORIEN_ANY;
    const orien_status answers[] = {call->emit(call, ORIEN_OUTPUT, bytes),
        call->emit(call, ORIEN_ERRORS, bytes), call->emit(call, ORIEN_EVENT, bytes),
        call->emit(call, ORIEN_FACT, bytes), call->emit(call, ORIEN_OUTPUT, none),
        state->put(call->host, "k", bytes, &revision), process->exec(call, &command),
        process->run(call, &command, NULL, 0, NULL, NULL)};
    for (size_t j = 0; j < sizeof answers / sizeof *answers; j++)
      if (answers[j] != ORIEN_INVALID)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%zu/%zu:%d ", i, j, answers[j]);
    call->host->release(call->host, bytes);
  }
  return say(call, "%s", text);
}

/* An end as it is passed on, and what the node says to it. */
static orien_status ended(void *self, orien_call *call, int64_t code, int64_t signal,
                          int64_t reason) {
  (void)self;
  orien_exit exit = {sizeof exit, (int32_t)code, (int32_t)signal, (uint32_t)reason};
  return say(call, "%d", call->ended(call, &exit, NULL));
}

static orien_status state(void *self, orien_call *call) {
  (void)self;
  const orien_state *state = service(call, ORIEN_SERVICE_STATE);
  uint64_t first = 0, stale = 0, any = ORIEN_ANY;
  orien_bytes one = {(const uint8_t *)"one", 3}, two = {(const uint8_t *)"two", 3}, got, keys;
  orien_status made = state->put(call->host, "a/1", one, &first);
  orien_status lost = state->put(call->host, "a/1", two, &stale);
  orien_status over = state->put(call->host, "a/2", two, &any);
  uint64_t revision = 0;
  orien_status found = state->get(call->host, "a/1", &got, &revision);
  orien_status listed = state->list(call->host, "a/", "a/1", &keys);
  orien_status answer = say(call, "%d %d %d %d %d %d %.*s %.*s", made, lost, stale == first, over,
      found, revision == first, (int)got.size, (const char *)got.data,
      listed ? 0 : (int)keys.size - 1, (const char *)keys.data);
  call->host->release(call->host, got);
  call->host->release(call->host, keys);
  return answer ? answer : state->remove(call->host, "a/1", first);
}

static orien_status capture(void *self, orien_call *call) {
  (void)self;
  const orien_process *process = service(call, ORIEN_SERVICE_PROCESS);
  const char *const words[] = {"tr", "a", "b", NULL}, *const env[] = {"A=1", "B=2", NULL};
  orien_command command = {.size = sizeof command, .argv = words, .env = env,
      .input = {(const uint8_t *)"in\0put", 6}, .wall_ms = 70};
  orien_exit exit = {.size = sizeof exit};
  orien_bytes out, err;
  orien_status status = process->run(call, &command, &exit, 10, &out, &err);
  if (status != ORIEN_OK) return say(call, "status %d", status);
  say(call, "%d/%d %.*s %.*s", exit.code, exit.reason, (int)out.size, (const char *)out.data,
      (int)err.size, (const char *)err.data);
  call->host->release(call->host, out);
  call->host->release(call->host, err);
  call->host->release(call->host, out);
  return ORIEN_OK;
}

static orien_status tail(void *self, orien_call *call, uint8_t twice, int64_t returned) {
  (void)self;
  const orien_process *process = service(call, ORIEN_SERVICE_PROCESS);
  const char *const words[] = {"python3", "-", NULL};
  orien_command command = {.size = sizeof command, .argv = words};
  orien_status status = process->exec(call, &command);
  if (twice && process->exec(call, &command) != ORIEN_CONFLICT) return ORIEN_INTERNAL;
  return returned ? (orien_status)returned - 1 : status;
}

static orien_status answer(void *self, orien_call *call, int64_t status, const char *reason,
                           const char *message) {
  (void)self;
  if (!message) return (orien_status)status;
  return call->fail(call, (orien_status)status, reason, message);
}

static orien_status open_file(void *self, orien_call *call, const char *path) {
  (void)self;
  const orien_files *files = service(call, ORIEN_SERVICE_FILES);
  int32_t file = 0;
  orien_status status = files->open(call, path, 1, &file);
  bool is_open = file >= 0 && write(file, "x", 1) == 1 && close(file) == 0;
  return say(call, "%d %s", status, is_open ? "open" : file == -1 ? "none" : "bad");
}

static orien_status places(void *self, orien_call *call, const char *path) {
  (void)self;
  const orien_places *places = service(call, ORIEN_SERVICE_PLACES);
  orien_bytes made = {NULL, 0};
  const char *const kept[] = {path, "/places/other", NULL};
  orien_status make = places->make(call, &made);
  orien_status clear = places->clear(call, kept), odd = places->show(call, path, 1u << 7);
  orien_status show = places->show(call, path, ORIEN_READS_ONLY);
  orien_status said = say(call, "%d %.*s %d %d %d %d", make, (int)made.size, made.data, clear, odd,
      show, places->make(call, NULL));
  call->host->release(call->host, made);
  return said;
}

static orien_status about(void *self, orien_call *call) {
  (void)self;
  return say(call, "%s %s %s %u %s %llu %u %s", call->id, call->session ? call->session : "-",
      call->workspace ? call->workspace : "-", call->workspace_user, call->handler->name,
      (unsigned long long)call->limits->wall_ms, call->limits->open_files, call->host->version);
}

/* Keeps the call beyond its return, against the rules, and uses it in the next one. */
static orien_call *kept;
static orien_status keep(void *self, orien_call *call) {
  (void)self;
  if (!kept) {
    kept = call;
    return ORIEN_OK;
  }
  orien_bytes late = {(const uint8_t *)"late", 4};
  return say(call, "%d %d %d", kept->emit(kept, ORIEN_OUTPUT, late),
      kept->meter(kept, "token", 5), kept->cancelled(kept));
}

/* Emits from threads of its own at once. */
static void *emitter(void *argument) {
  orien_call *call = argument;
  for (int i = 0; i < 100; i++)
    call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)"x", 1});
  return NULL;
}
static orien_status threads(void *self, orien_call *call) {
  (void)self;
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, emitter, call);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  return call->meter(call, "token", 8);
}

#define ARG(which, kind) \
  static const orien_arg which = {.size = sizeof which, .type = kind, .name = #which};
ARG(twice, ORIEN_BOOL)
ARG(returned, ORIEN_I64)
ARG(status, ORIEN_I64)
ARG(reason, ORIEN_TEXT)
ARG(message, ORIEN_TEXT)
ARG(path, ORIEN_TEXT)
ARG(code, ORIEN_I64)
ARG(signal, ORIEN_I64)
static const orien_arg *const tail_args[] = {&twice, &returned, NULL},
                       *const answer_args[] = {&status, &reason, &message, NULL},
                       *const ended_args[] = {&code, &signal, &status, NULL},
                       *const path_args[] = {&path, NULL};
static const char *const units[] = {"token", NULL};

#define HANDLER(function, arguments) \
  static const orien_handler function##_handler = {.size = sizeof(orien_handler), \
      .name = #function, .args = arguments, .units = units, .run = (orien_function)function};
HANDLER(wrong, NULL)
HANDLER(oversize, NULL)
HANDLER(ended, ended_args)
HANDLER(state, NULL)
HANDLER(capture, NULL)
HANDLER(tail, tail_args)
HANDLER(answer, answer_args)
HANDLER(open_file, path_args)
HANDLER(places, path_args)
HANDLER(about, NULL)
HANDLER(keep, NULL)
HANDLER(threads, NULL)
static const orien_handler *const handlers[] = {&wrong_handler, &oversize_handler,
    &ended_handler, &state_handler, &capture_handler, &tail_handler, &answer_handler,
    &open_file_handler, &places_handler, &about_handler, &keep_handler, &threads_handler, NULL};
static const char *const needs[] = {ORIEN_SERVICE_LOG, ORIEN_SERVICE_FILES,
    ORIEN_SERVICE_PROCESS, ORIEN_SERVICE_STATE, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test.services",
    .version = "1.0.0", .needs = needs, .handlers = handlers};

const orien_plugin *orien_plugin_v1(void) { return &plugin; }
