#include "seed.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define TEXT_LENGTH 58
#define BYTES_LENGTH 36
#define CRC_LENGTH 2

enum {
    prefix_seed = 18 << 3,
    prefix_user = 20 << 3,
};

/// RFC 4648's base32, upper case, no padding. The two bits left over are dropped.
static bool decode_base32(const char *text, size_t length, unsigned char *bytes) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t index = 0; index < length; index++) {
        const char *letter = text[index] == '\0' ? NULL : strchr(alphabet, text[index]);
        if (letter == NULL) return false;
        bits = bits << 5 | (uint32_t)(letter - alphabet);
        count += 5;
        if (count >= 8) {
            count -= 8;
            *bytes++ = (unsigned char)(bits >> count);
        }
    }
    return true;
}

/// CRC-16/XMODEM: polynomial 0x1021, initial value 0, nothing reflected.
static uint16_t crc16(const unsigned char *bytes, size_t length) {
    uint16_t crc = 0;
    for (size_t index = 0; index < length; index++) {
        crc ^= (uint16_t)(bytes[index] << 8);
        for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

/// The two lead bytes hold two prefixes of five significant bits: that of seeds, then the kind of key.
static bool is_user_seed(const unsigned char *bytes) {
    uint16_t crc = (uint16_t)(bytes[BYTES_LENGTH - 2] | bytes[BYTES_LENGTH - 1] << 8);
    unsigned kind = (bytes[0] & 7u) << 5 | (bytes[1] & 0xf8u) >> 3;
    return crc16(bytes, BYTES_LENGTH - CRC_LENGTH) == crc && (bytes[0] & 0xf8) == prefix_seed && kind == prefix_user;
}

bool seed_expand(const char *text, size_t length, unsigned char *key) {
    unsigned char bytes[BYTES_LENGTH];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    bool valid = length == TEXT_LENGTH && decode_base32(text, length, bytes) && is_user_seed(bytes) &&
                 crypto_sign_seed_keypair(public_key, key, bytes + 2) == 0;
    sodium_memzero(bytes, sizeof bytes);
    return valid;
}
