/* libsecp256k1 for Swift, which does not read the macros that its flags are: hence functions. */
#pragma once
#include <secp256k1.h>
#include <secp256k1_recovery.h>

static inline secp256k1_context *secp256k1_shim_context(void) {
    return secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
}

static inline unsigned secp256k1_shim_uncompressed(void) { return SECP256K1_EC_UNCOMPRESSED; }
