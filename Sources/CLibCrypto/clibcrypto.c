#include "clibcrypto.h"

#include <clatelibrary.h>
#include <openssl/evp.h>
#include <pthread.h>

static struct {
  __typeof__(EVP_CIPHER_CTX_new) *make;
  __typeof__(EVP_CIPHER_CTX_free) *free;
  __typeof__(EVP_aes_128_ctr) *aes128_ctr;
  __typeof__(EVP_EncryptInit_ex) *start;
  __typeof__(EVP_EncryptUpdate) *encrypt;
} functions;

static const char *fault;

static void load(void) {
  const struct clatelibrary_function wanted[] = {
      {"EVP_CIPHER_CTX_new", (void **)&functions.make},
      {"EVP_CIPHER_CTX_free", (void **)&functions.free},
      {"EVP_aes_128_ctr", (void **)&functions.aes128_ctr},
      {"EVP_EncryptInit_ex", (void **)&functions.start},
      {"EVP_EncryptUpdate", (void **)&functions.encrypt},
  };
  fault = CLATELIBRARY_LOAD("libcrypto.so.3", "libssl3", wanted);
}

const char *clibcrypto_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return fault;
}

int clibcrypto_aes128_ctr(
    const uint8_t *key, const uint8_t *counter, const uint8_t *bytes, int count, uint8_t *result) {
  EVP_CIPHER_CTX *context = functions.make();
  int written = -1;
  int done = context && functions.start(context, functions.aes128_ctr(), 0, key, counter) == 1 &&
             functions.encrypt(context, result, &written, bytes, count) == 1;
  functions.free(context);
  return done && written == count;
}
