#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Decodes the text of a user's seed (`SU…`, 58 characters of base32: two bytes of prefix, the 32 bytes of the seed
/// and a CRC-16) and writes the expanded Ed25519 key, 64 bytes. False when the text is not such a seed.
bool seed_expand(const char *text, size_t length, unsigned char *key);
