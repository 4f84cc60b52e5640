/* No checks of the compiler's own kind: they want curl_easy_setopt by its name. */
#define CURL_DISABLE_TYPECHECK
#include "ccurl.h"

#include <clatelibrary.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static struct {
  __typeof__(curl_global_init) *global_init;
  __typeof__(curl_easy_init) *make;
  __typeof__(curl_easy_cleanup) *free;
  __typeof__(curl_easy_reset) *reset;
  __typeof__(curl_easy_perform) *perform;
  __typeof__(curl_easy_setopt) *set;
  __typeof__(curl_easy_getinfo) *get;
  __typeof__(curl_easy_strerror) *text;
  __typeof__(curl_easy_send) *send;
  __typeof__(curl_easy_recv) *receive;
  __typeof__(curl_slist_append) *append;
  __typeof__(curl_slist_free_all) *free_list;
} functions;

static const char *fault;

static void load(void) {
  const struct clatelibrary_function wanted[] = {
      {"curl_global_init", (void **)&functions.global_init},
      {"curl_easy_init", (void **)&functions.make},
      {"curl_easy_cleanup", (void **)&functions.free},
      {"curl_easy_reset", (void **)&functions.reset},
      {"curl_easy_perform", (void **)&functions.perform},
      {"curl_easy_setopt", (void **)&functions.set},
      {"curl_easy_getinfo", (void **)&functions.get},
      {"curl_easy_strerror", (void **)&functions.text},
      {"curl_easy_send", (void **)&functions.send},
      {"curl_easy_recv", (void **)&functions.receive},
      {"curl_slist_append", (void **)&functions.append},
      {"curl_slist_free_all", (void **)&functions.free_list},
  };
  fault = CLATELIBRARY_LOAD("libcurl.so.4", "libcurl4", wanted);
  if (!fault && functions.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    fault = "libcurl does not start";
}

const char *ccurl_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return fault;
}

const char *ccurl_environments_proxy(void) { return getenv("http_proxy"); }

CURL *ccurl_make(void) { return functions.make(); }
void ccurl_free(CURL *curl) { functions.free(curl); }
void ccurl_reset(CURL *curl) { functions.reset(curl); }
CURLcode ccurl_perform(CURL *curl) { return functions.perform(curl); }
const char *ccurl_text(CURLcode code) { return functions.text(code); }

long ccurl_status(CURL *curl) {
  long status = 0;
  functions.get(curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

struct curl_slist *ccurl_append(struct curl_slist *list, const char *line) {
  return functions.append(list, line);
}
void ccurl_free_list(struct curl_slist *list) { functions.free_list(list); }

CURLcode ccurl_set_long(CURL *curl, CURLoption option, long value) {
  return option < CURLOPTTYPE_OBJECTPOINT ? functions.set(curl, option, value)
                                          : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_size(CURL *curl, CURLoption option, int64_t value) {
  return option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB
             ? functions.set(curl, option, (curl_off_t)value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_pointer(CURL *curl, CURLoption option, const void *value) {
  return option >= CURLOPTTYPE_OBJECTPOINT && option < CURLOPTTYPE_FUNCTIONPOINT
             ? functions.set(curl, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_function(CURL *curl, CURLoption option, ccurl_data value) {
  return option >= CURLOPTTYPE_FUNCTIONPOINT && option < CURLOPTTYPE_OFF_T
             ? functions.set(curl, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

static int is_readable(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, 0) > 0;
}

static int stop_where_told(void *stop, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  (void)a, (void)b, (void)c, (void)d;
  return is_readable((int)(intptr_t)stop);
}

void ccurl_set_stop(CURL *curl, int descriptor) {
  if (descriptor < 0) return;
  functions.set(curl, CURLOPT_XFERINFODATA, (void *)(intptr_t)descriptor);
  functions.set(curl, CURLOPT_XFERINFOFUNCTION, stop_where_told);
  functions.set(curl, CURLOPT_NOPROGRESS, 0L);
}

static int socket_of(CURL *curl) {
  curl_socket_t connection = CURL_SOCKET_BAD;
  if (curl) functions.get(curl, CURLINFO_ACTIVESOCKET, &connection);
  return connection == CURL_SOCKET_BAD ? -1 : (int)connection;
}

int ccurl_wait(CURL *curl, int writes, int stop, int milliseconds) {
  struct pollfd watched[2] = {
      {.fd = socket_of(curl), .events = (short)(writes ? POLLIN | POLLOUT : POLLIN)},
      {.fd = stop, .events = POLLIN}};
  // Interrupted: whoever waits looks at the clock, and waits again.
  if (poll(watched, 2, milliseconds) <= 0) return 0;
  int found = watched[1].revents ? CCURL_STOPPED : 0;
  if (watched[0].revents & ~POLLOUT) found |= CCURL_READS;
  if (watched[0].revents & POLLOUT) found |= CCURL_WRITES;
  return found;
}

uint64_t ccurl_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

CURLcode ccurl_send(CURL *curl, const void *data, size_t size, size_t *done) {
  *done = 0;
  return functions.send(curl, data, size, done);
}

CURLcode ccurl_receive(CURL *curl, void *data, size_t size, size_t *done) {
  *done = 0;
  return functions.receive(curl, data, size, done);
}

void ccurl_finish_sending(CURL *curl) { shutdown(socket_of(curl), SHUT_WR); }
