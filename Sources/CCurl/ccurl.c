/* No checks of the compiler's own kind: they want curl_easy_setopt by its name. */
#define CURL_DISABLE_TYPECHECK
#include "ccurl.h"

#include <clatelibrary.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static struct {
  __typeof__(curl_global_init) *global_init;
  __typeof__(curl_easy_init) *make;
  __typeof__(curl_easy_cleanup) *free;
  __typeof__(curl_easy_reset) *reset;
  __typeof__(curl_easy_setopt) *set;
  __typeof__(curl_easy_getinfo) *get;
  __typeof__(curl_easy_strerror) *text;
  __typeof__(curl_easy_send) *send;
  __typeof__(curl_easy_recv) *receive;
  __typeof__(curl_multi_init) *make_driver;
  __typeof__(curl_multi_cleanup) *free_driver;
  __typeof__(curl_multi_setopt) *set_driver;
  __typeof__(curl_multi_add_handle) *add;
  __typeof__(curl_multi_remove_handle) *remove;
  __typeof__(curl_multi_perform) *drive;
  __typeof__(curl_multi_poll) *wait;
  __typeof__(curl_multi_info_read) *told;
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
      {"curl_easy_setopt", (void **)&functions.set},
      {"curl_easy_getinfo", (void **)&functions.get},
      {"curl_easy_strerror", (void **)&functions.text},
      {"curl_easy_send", (void **)&functions.send},
      {"curl_easy_recv", (void **)&functions.receive},
      {"curl_multi_init", (void **)&functions.make_driver},
      {"curl_multi_cleanup", (void **)&functions.free_driver},
      {"curl_multi_setopt", (void **)&functions.set_driver},
      {"curl_multi_add_handle", (void **)&functions.add},
      {"curl_multi_remove_handle", (void **)&functions.remove},
      {"curl_multi_perform", (void **)&functions.drive},
      {"curl_multi_poll", (void **)&functions.wait},
      {"curl_multi_info_read", (void **)&functions.told},
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

struct ccurl {
  CURL *easy;
  /* Has its one transfer go on; libcurl's own wait for a single one hears of no descriptor but the
   * connection's. It keeps one connection for the next. */
  CURLM *driver;
  int stop;
  bool is_driven;
  bool lacks_descriptors;
};

struct ccurl *ccurl_make(void) {
  struct ccurl *curl = calloc(1, sizeof *curl);
  if (!curl) return NULL;
  curl->easy = functions.make();
  curl->driver = functions.make_driver();
  if (curl->easy && curl->driver) {
    functions.set_driver(curl->driver, CURLMOPT_MAXCONNECTS, 1L);
    ccurl_reset(curl);
    return curl;
  }
  ccurl_free(curl);
  return NULL;
}

static void release(struct ccurl *curl) {
  if (curl->is_driven) functions.remove(curl->driver, curl->easy);
  curl->is_driven = false;
}

void ccurl_free(struct ccurl *curl) {
  release(curl);
  if (curl->easy) functions.free(curl->easy);
  if (curl->driver) functions.free_driver(curl->driver);
  free(curl);
}

/* In place of libcurl's own, after whose failure nobody knows why there is no connection. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
  (void)purpose;
  int made = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  if (made >= 0) return made;
  if (errno == EMFILE || errno == ENFILE) ((struct ccurl *)context)->lacks_descriptors = true;
  return CURL_SOCKET_BAD;
}

void ccurl_reset(struct ccurl *curl) {
  release(curl);
  functions.reset(curl->easy);
  functions.set(curl->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  functions.set(curl->easy, CURLOPT_OPENSOCKETDATA, curl);
  curl->stop = -1;
  curl->lacks_descriptors = false;
}

bool ccurl_lacks_descriptors(struct ccurl *curl) { return curl->lacks_descriptors; }

void ccurl_set_stop(struct ccurl *curl, int descriptor) { curl->stop = descriptor; }

static bool is_readable(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, 0) > 0;
}

CURLcode ccurl_begin(struct ccurl *curl) {
  release(curl);
  if (functions.add(curl->driver, curl->easy) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  curl->is_driven = true;
  return CURLE_OK;
}

static CURLcode drive(struct ccurl *curl, int milliseconds) {
  struct curl_waitfd stop = {.fd = curl->stop, .events = CURL_WAIT_POLLIN};
  uint64_t end = milliseconds < 0 ? UINT64_MAX : ccurl_now() + (uint64_t)milliseconds;
  for (;;) {
    int left = 0;
    if (is_readable(curl->stop)) return CURLE_ABORTED_BY_CALLBACK;
    if (functions.drive(curl->driver, &left) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    CURLMsg *message = functions.told(curl->driver, &left);
    if (message) return message->data.result;
    uint64_t now = ccurl_now();
    if (now >= end) return CURLE_AGAIN;
    /* It has bounds of its own that may be nearer. */
    int left_to_wait = end - now > INT_MAX ? INT_MAX : (int)(end - now);
    if (functions.wait(curl->driver, &stop, curl->stop >= 0, left_to_wait, NULL) != CURLM_OK)
      return CURLE_OUT_OF_MEMORY;
  }
}

CURLcode ccurl_go_on(struct ccurl *curl, int milliseconds) {
  CURLcode code = drive(curl, milliseconds);
  /* One that has ended well stays until the next begins: a connection that was only made would be
   * closed with what drives it. */
  if (code != CURLE_OK && code != CURLE_AGAIN) release(curl);
  return code;
}

const char *ccurl_text(CURLcode code) { return functions.text(code); }

long ccurl_status(struct ccurl *curl) {
  long status = 0;
  functions.get(curl->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

struct curl_slist *ccurl_append(struct curl_slist *list, const char *line) {
  return functions.append(list, line);
}
void ccurl_free_list(struct curl_slist *list) { functions.free_list(list); }

CURLcode ccurl_set_long(struct ccurl *curl, CURLoption option, long value) {
  return option < CURLOPTTYPE_OBJECTPOINT ? functions.set(curl->easy, option, value)
                                          : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_size(struct ccurl *curl, CURLoption option, int64_t value) {
  return option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB
             ? functions.set(curl->easy, option, (curl_off_t)value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_pointer(struct ccurl *curl, CURLoption option, const void *value) {
  return option >= CURLOPTTYPE_OBJECTPOINT && option < CURLOPTTYPE_FUNCTIONPOINT
             ? functions.set(curl->easy, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

CURLcode ccurl_set_function(struct ccurl *curl, CURLoption option, ccurl_data value) {
  return option >= CURLOPTTYPE_FUNCTIONPOINT && option < CURLOPTTYPE_OFF_T
             ? functions.set(curl->easy, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

static int socket_of(struct ccurl *curl) {
  curl_socket_t connection = CURL_SOCKET_BAD;
  if (curl) functions.get(curl->easy, CURLINFO_ACTIVESOCKET, &connection);
  return connection == CURL_SOCKET_BAD ? -1 : (int)connection;
}

int ccurl_wait(struct ccurl *curl, int writes, int stop, int milliseconds) {
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

CURLcode ccurl_send(struct ccurl *curl, const void *data, size_t size, size_t *done) {
  *done = 0;
  return functions.send(curl->easy, data, size, done);
}

CURLcode ccurl_receive(struct ccurl *curl, void *data, size_t size, size_t *done) {
  *done = 0;
  return functions.receive(curl->easy, data, size, done);
}

void ccurl_finish_sending(struct ccurl *curl) { shutdown(socket_of(curl), SHUT_WR); }
