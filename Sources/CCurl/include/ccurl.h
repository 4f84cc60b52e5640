/* libcurl, looked up when it is first wanted. With it come thirty libraries for names, encodings
 * and ciphers, and a node that asks nobody anything starts in half the time without them.
 *
 * Swift calls no variadic function: there is one setter for each kind of option. CURLoption tells
 * its kind by its number, and each setter refuses what is not of its own. */
#pragma once
#include <curl/curl.h>
#include <stdint.h>

/* Loads libcurl and starts it, once; any thread may ask. NULL, and then everything below works; or
 * why it cannot be used, for people. */
const char *ccurl_load(void);

CURL *ccurl_make(void);
void ccurl_free(CURL *curl);
void ccurl_reset(CURL *curl);
CURLcode ccurl_perform(CURL *curl);
long ccurl_status(CURL *curl);
const char *ccurl_text(CURLcode code);

struct curl_slist *ccurl_append(struct curl_slist *list, const char *line);
void ccurl_free_list(struct curl_slist *list);

typedef size_t (*ccurl_data)(char *data, size_t size, size_t count, void *context);
CURLcode ccurl_set_long(CURL *curl, CURLoption option, long value);
CURLcode ccurl_set_size(CURL *curl, CURLoption option, int64_t value);
CURLcode ccurl_set_pointer(CURL *curl, CURLoption option, const void *value);
CURLcode ccurl_set_function(CURL *curl, CURLoption option, ccurl_data value);
