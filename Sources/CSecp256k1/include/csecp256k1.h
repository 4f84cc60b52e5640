/* libsecp256k1, looked up when it is first wanted: a node signs nothing, its commands and plugins
 * do. */
#pragma once
#include <secp256k1.h>
#include <secp256k1_recovery.h>

/* Loads the library, once; any thread may ask. NULL, and then everything below works; or why it
 * cannot be used, for people. */
const char *csecp256k1_load(void);

/* For signing and verifying, and blinded by 32 random bytes; NULL: there is no memory. */
secp256k1_context *csecp256k1_make(const unsigned char *seed);

int csecp256k1_is_key(const secp256k1_context *context, const unsigned char *key);
int csecp256k1_public_key(
    const secp256k1_context *context, secp256k1_pubkey *point, const unsigned char *key);

/* A byte that says so, and both coordinates. */
enum { CSECP256K1_POINT_BYTES = 65 };
void csecp256k1_write_point(
    const secp256k1_context *context, const secp256k1_pubkey *point, unsigned char *bytes);

/* A signature is 64 bytes, and which of four points its first half means. */
int csecp256k1_sign(
    const secp256k1_context *context, const unsigned char *hash, const unsigned char *key,
    unsigned char *signature, int *recovery);
int csecp256k1_recover(
    const secp256k1_context *context, const unsigned char *hash, const unsigned char *signature,
    int recovery, secp256k1_pubkey *point);
