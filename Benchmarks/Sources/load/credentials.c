#include "credentials.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "seed.h"

/// Creds files are about 1 KiB; a JWT that does not fit here would not fit in the line of CONNECT either.
#define LARGEST_FILE (16 * 1024)

struct line {
    char *text;
    size_t length;
};

/// Takes the next line off `rest`, without its LF or CRLF.
static bool next_line(char **rest, struct line *line) {
    if (**rest == '\0') return false;
    line->text = *rest;
    line->length = strcspn(*rest, "\n");
    *rest += line->length;
    if (**rest == '\n') *rest += 1;
    if (line->length > 0 && line->text[line->length - 1] == '\r') line->length -= 1;
    return true;
}

/// Only the dashes of a marker count, as in every other reader of creds files.
static bool is_marker(const struct line *line) {
    return line->length > 6 && strncmp(line->text, "---", 3) == 0 &&
           strncmp(line->text + line->length - 3, "---", 3) == 0;
}

/// Takes the next block off `rest`: its body, the line between two markers.
static bool next_block(char **rest, struct line *body) {
    struct line line, closing;
    while (next_line(rest, &line)) {
        if (!is_marker(&line)) continue;
        return next_line(rest, body) && body->length > 0 && next_line(rest, &closing) && is_marker(&closing);
    }
    return false;
}

/// The file's text, in guarded memory because there is a seed in it.
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail("cannot open the creds file %s", path);
    // No copy of the seed in a buffer of the library.
    setvbuf(file, NULL, _IONBF, 0);
    char *text = sodium_malloc(LARGEST_FILE + 1);
    if (text == NULL) fail("no memory for the creds file %s", path);
    size_t length = fread(text, 1, LARGEST_FILE + 1, file);
    if (ferror(file) || length > LARGEST_FILE) fail("cannot read the creds file %s", path);
    fclose(file);
    text[length] = '\0';
    return text;
}

struct credentials credentials_read(const char *path) {
    char *text = read_text(path);
    char *rest = text;
    struct line jwt, seed;
    if (!next_block(&rest, &jwt) || !next_block(&rest, &seed))
        fail("%s is not a creds file: it needs a block with a JWT, then one with a seed", path);

    struct credentials credentials = {
        .jwt = strndup(jwt.text, jwt.length),
        .key = sodium_malloc(crypto_sign_SECRETKEYBYTES),
    };
    if (credentials.jwt == NULL || credentials.key == NULL) fail("no memory for the creds file %s", path);
    if (!seed_expand(seed.text, seed.length, credentials.key)) fail("the seed in %s is not a user's", path);
    sodium_free(text);
    return credentials;
}

void credentials_sign(const struct credentials *credentials, const char *nonce, char *signature) {
    unsigned char bytes[crypto_sign_BYTES];
    crypto_sign_detached(bytes, NULL, (const unsigned char *)nonce, strlen(nonce), credentials->key);
    sodium_bin2base64(signature, SIGNATURE_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
