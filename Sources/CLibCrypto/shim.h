/* OpenSSL's ciphers for Swift. */
#pragma once
#include <openssl/evp.h>
