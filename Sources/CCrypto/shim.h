#pragma once
// The direct calls of SHA-256 are marked as deprecated in favour of EVP, which takes 90 ns more a
// digest (see `SHA256`); OpenSSL keeps them in all of its third version.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
