#include "responder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define MOST_WORDS 6

/// Splits a line at its blanks, in place.
static size_t split(char *line, char *words[MOST_WORDS]) {
    size_t count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < MOST_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

static void answer(const struct responder *responder, struct sender *sender, const char *reply) {
    char line[160];
    int length = snprintf(line, sizeof line, "PUB %s %zu\r\n", reply, responder->payload);
    if (length < 0 || (size_t)length >= sizeof line) fail("the reply subject %s is too long", reply);
    sender_answer(sender, line, (size_t)length);
    sender_answer(sender, responder->body, responder->payload + 2);
}

/// Answers the request whose first line, without its end, is `line`; `rest` are the bytes behind it. Returns how many
/// of those belong to it, or SIZE_MAX while they have not all come.
static size_t take_request(
    struct responder *responder, struct sender *sender, char *line, const char *rest, size_t length
) {
    char *words[MOST_WORDS];
    size_t count = split(line, words);
    size_t headers = *words[0] == 'H';
    if (count != 5 + headers) fail("a request has no reply subject");
    size_t total = strtoul(words[4 + headers], NULL, 10), skipped = headers ? strtoul(words[4], NULL, 10) : 0;
    if (length < total + 2) return SIZE_MAX;
    if (strcmp(words[1], responder->subject) != 0 || total < skipped || total - skipped != responder->payload ||
        memcmp(rest + skipped, responder->body, responder->payload + 2) != 0)
        fail("after %" PRIu64 " requests, one on %s is not as it was sent", responder->answered, words[1]);
    answer(responder, sender, words[3]);
    responder->answered += 1;
    return total + 2;
}

void responder_take(
    struct responder *responder, struct sender *sender, const char *bytes, size_t length,
    void (*line)(void *context, const char *text, size_t length), void *context
) {
    if (responder->length + length > RESPONDER_CAPACITY) fail("a request is too long");
    memcpy(responder->bytes + responder->length, bytes, length);
    responder->length += length;
    char *start = responder->bytes, *end = responder->bytes + responder->length, *feed;
    while ((feed = memchr(start, '\n', (size_t)(end - start))) != NULL) {
        char text[512];
        size_t count = (size_t)(feed - start) + 1;
        if (*start != 'M' && *start != 'H') {
            line(context, start, count);
            start = feed + 1;
            continue;
        }
        if (count >= sizeof text) fail("the line of a request is too long");
        memcpy(text, start, count);
        text[count - 2] = '\0';
        size_t taken = take_request(responder, sender, text, feed + 1, (size_t)(end - feed) - 1);
        if (taken == SIZE_MAX) break;
        start = feed + 1 + taken;
    }
    responder->length = (size_t)(end - start);
    memmove(responder->bytes, start, responder->length);
}
