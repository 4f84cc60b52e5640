/* libcurl, looked up when it is first wanted. With it come thirty libraries for names, encodings
 * and ciphers, and a node that asks nobody anything starts in half the time without them.
 *
 * Swift calls no variadic function: there is one setter for each kind of option. CURLoption tells
 * its kind by its number, and each setter refuses what is not of its own. */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct ccurl;

/* Loads libcurl and starts it, once; any thread may ask. NULL, and then everything below works; or
 * why it cannot be used, for people. */
const char *ccurl_load(void);

/* The proxy that this process's environment names for `http`; NULL: none. */
const char *ccurl_environments_proxy(void);

/* One transfer at a time, and the connection that it keeps for the next. NULL: there is no
 * memory, or nothing else that libcurl wants. */
struct ccurl *ccurl_make(void);
void ccurl_free(struct ccurl *curl);
void ccurl_reset(struct ccurl *curl);
long ccurl_status(struct ccurl *curl);
const char *ccurl_text(CURLcode code);
/* Of a transfer that has no connection: because no descriptor was left for it. */
bool ccurl_lacks_descriptors(struct ccurl *curl);

struct curl_slist *ccurl_append(struct curl_slist *list, const char *line);
void ccurl_free_list(struct curl_slist *list);

typedef size_t (*ccurl_data)(char *data, size_t size, size_t count, void *context);
CURLcode ccurl_set_long(struct ccurl *curl, CURLoption option, long value);
CURLcode ccurl_set_size(struct ccurl *curl, CURLoption option, int64_t value);
CURLcode ccurl_set_pointer(struct ccurl *curl, CURLoption option, const void *value);
CURLcode ccurl_set_function(struct ccurl *curl, CURLoption option, ccurl_data value);

/* Ends a transfer as soon as it polls readable; below 0: none. Who gave it keeps it open for as
 * long as the transfer lasts. */
void ccurl_set_stop(struct ccurl *curl, int descriptor);

/* Begins what was set, in place of what was begun before. */
CURLcode ccurl_begin(struct ccurl *curl);
/* Goes on with it for at most so long; below 0: until it is over. CURLE_AGAIN: it is not. */
CURLcode ccurl_go_on(struct ccurl *curl, int milliseconds);

/* A connection that was only made (CURLOPT_CONNECT_ONLY), as the stream of bytes that it is. */

/* Bits of what `ccurl_wait` has found. */
enum { CCURL_READS = 1, CCURL_WRITES = 2, CCURL_STOPPED = 4 };

/* Waits until the connection has something to be read, or, where it `writes`, takes something, or
 * until `stop` polls readable (below 0: nothing does), for at most so long. curl may be NULL: then
 * it waits for `stop` alone. What there is, as bits; 0: the time is over. */
int ccurl_wait(struct ccurl *curl, int writes, int stop, int milliseconds);

/* Milliseconds of a clock that only runs forward. */
uint64_t ccurl_now(void);

/* CURLE_AGAIN: not now. What is sent or received is counted in `done`; 0 received is the end. */
CURLcode ccurl_send(struct ccurl *curl, const void *data, size_t size, size_t *done);
CURLcode ccurl_receive(struct ccurl *curl, void *data, size_t size, size_t *done);

/* Nothing more is sent; the other side may still answer. */
void ccurl_finish_sending(struct ccurl *curl);
