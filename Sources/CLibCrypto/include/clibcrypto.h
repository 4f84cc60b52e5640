/* OpenSSL's libcrypto, looked up when it is first wanted: keystores alone want a cipher of it. */
#pragma once
#include <stdint.h>

/* Loads the library, once; any thread may ask. NULL, and then what is below works; or why it
 * cannot be used, for people. */
const char *clibcrypto_load(void);

/* AES-128 in counter mode, by a key and a counter of 16 bytes each: as many bytes out as in.
 * Whether it was done, which only a lack of memory prevents. */
int clibcrypto_aes128_ctr(
    const uint8_t *key, const uint8_t *counter, const uint8_t *bytes, int count, uint8_t *result);
