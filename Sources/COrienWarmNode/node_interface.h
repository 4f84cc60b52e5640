/* The part of Node-API that the addon uses, as Node promises it to every later version of itself.
 *
 * Written down here because its own header comes in packages that exclude each other, by which
 * build of Node is installed; the addon then builds also where there is no Node at all. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
/* 0 is well. */
typedef int napi_status;

napi_status napi_create_function(napi_env env, const char *name, size_t length,
                                 napi_callback callback, void *data, napi_value *made);
napi_status napi_set_named_property(napi_env env, napi_value object, const char *name,
                                    napi_value value);
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count,
                             napi_value *arguments, napi_value *receiver, void **data);
napi_status napi_get_value_int32(napi_env env, napi_value value, int32_t *number);
napi_status napi_create_array_with_length(napi_env env, size_t length, napi_value *made);
napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length,
                                    napi_value *made);
napi_status napi_set_element(napi_env env, napi_value array, uint32_t index, napi_value value);

/* What Node looks for in the library. */
napi_value napi_register_module_v1(napi_env env, napi_value exports);
