#include "csecp256k1.h"

#include <clatelibrary.h>
#include <pthread.h>

static struct {
  __typeof__(secp256k1_context_create) *make;
  __typeof__(secp256k1_context_randomize) *blind;
  __typeof__(secp256k1_ec_seckey_verify) *is_key;
  __typeof__(secp256k1_ec_pubkey_create) *public_key;
  __typeof__(secp256k1_ec_pubkey_serialize) *write_point;
  __typeof__(secp256k1_ecdsa_sign_recoverable) *sign;
  __typeof__(secp256k1_ecdsa_recoverable_signature_serialize_compact) *write_signature;
  __typeof__(secp256k1_ecdsa_recoverable_signature_parse_compact) *read_signature;
  __typeof__(secp256k1_ecdsa_recover) *recover;
} functions;

static const char *fault;

static void load(void) {
  const struct clatelibrary_function wanted[] = {
      {"secp256k1_context_create", (void **)&functions.make},
      {"secp256k1_context_randomize", (void **)&functions.blind},
      {"secp256k1_ec_seckey_verify", (void **)&functions.is_key},
      {"secp256k1_ec_pubkey_create", (void **)&functions.public_key},
      {"secp256k1_ec_pubkey_serialize", (void **)&functions.write_point},
      {"secp256k1_ecdsa_sign_recoverable", (void **)&functions.sign},
      {"secp256k1_ecdsa_recoverable_signature_serialize_compact",
       (void **)&functions.write_signature},
      {"secp256k1_ecdsa_recoverable_signature_parse_compact", (void **)&functions.read_signature},
      {"secp256k1_ecdsa_recover", (void **)&functions.recover},
  };
  fault = CLATELIBRARY_LOAD("libsecp256k1.so.1", "libsecp256k1-1", wanted);
}

const char *csecp256k1_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return fault;
}

secp256k1_context *csecp256k1_make(const unsigned char *seed) {
  secp256k1_context *context = functions.make(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
  return context && functions.blind(context, seed) == 1 ? context : 0;
}

int csecp256k1_is_key(const secp256k1_context *context, const unsigned char *key) {
  return functions.is_key(context, key);
}

int csecp256k1_public_key(
    const secp256k1_context *context, secp256k1_pubkey *point, const unsigned char *key) {
  return functions.public_key(context, point, key);
}

void csecp256k1_write_point(
    const secp256k1_context *context, const secp256k1_pubkey *point, unsigned char *bytes) {
  size_t count = CSECP256K1_POINT_BYTES;
  functions.write_point(context, bytes, &count, point, SECP256K1_EC_UNCOMPRESSED);
}

int csecp256k1_sign(
    const secp256k1_context *context, const unsigned char *hash, const unsigned char *key,
    unsigned char *signature, int *recovery) {
  secp256k1_ecdsa_recoverable_signature made;
  return functions.sign(context, &made, hash, key, 0, 0) == 1 &&
         functions.write_signature(context, signature, recovery, &made) == 1;
}

int csecp256k1_recover(
    const secp256k1_context *context, const unsigned char *hash, const unsigned char *signature,
    int recovery, secp256k1_pubkey *point) {
  secp256k1_ecdsa_recoverable_signature made;
  return functions.read_signature(context, &made, signature, recovery) == 1 &&
         functions.recover(context, point, &made, hash) == 1;
}
