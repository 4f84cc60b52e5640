// libcurl for Swift, which cannot call variadic C functions: one setter for each kind of option.
// CURLoption tells its kind by its number, and each setter refuses what is not of its own.
#pragma once
#include <curl/curl.h>
#include <stdint.h>

typedef size_t (*orien_curl_data)(char *data, size_t size, size_t count, void *context);

static inline CURLcode orien_curl_set_long(CURL *curl, CURLoption option, long value) {
  return option < CURLOPTTYPE_OBJECTPOINT ? curl_easy_setopt(curl, option, value)
                                          : CURLE_BAD_FUNCTION_ARGUMENT;
}

static inline CURLcode orien_curl_set_size(CURL *curl, CURLoption option, int64_t value) {
  return option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB
             ? curl_easy_setopt(curl, option, (curl_off_t)value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

static inline CURLcode orien_curl_set_pointer(CURL *curl, CURLoption option, const void *value) {
  return option >= CURLOPTTYPE_OBJECTPOINT && option < CURLOPTTYPE_FUNCTIONPOINT
             ? curl_easy_setopt(curl, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

static inline CURLcode orien_curl_set_function(CURL *curl, CURLoption option,
                                               orien_curl_data value) {
  return option >= CURLOPTTYPE_FUNCTIONPOINT && option < CURLOPTTYPE_OFF_T
             ? curl_easy_setopt(curl, option, value)
             : CURLE_BAD_FUNCTION_ARGUMENT;
}

static inline long orien_curl_status(CURL *curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
