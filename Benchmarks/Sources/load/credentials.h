#pragma once

/// A user's JWT and its key, from a creds file.
struct credentials {
    char *jwt;
    /// The expanded Ed25519 key, 64 bytes in memory guarded by libsodium.
    unsigned char *key;
};

/// Reads a creds file: two blocks, each one line between two lines that begin and end with three or more dashes. The
/// first holds the JWT, the second the seed. Ends the process when the file is anything else.
struct credentials credentials_read(const char *path);

/// The signature of the server's nonce as CONNECT carries it: base64url without padding, in
/// `SIGNATURE_TEXT` bytes with the final zero.
void credentials_sign(const struct credentials *credentials, const char *nonce, char *signature);

#define SIGNATURE_TEXT 87
