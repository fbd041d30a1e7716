// OpenSSL's libcrypto: SHA-512/256, which libsodium does not have, and keyed hashes.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
