#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define SUBJECT_CAPACITY 64
#define FIRST_LINE_CAPACITY 256

/// About as much as one write takes.
#define PLAIN_BLOCK (128 * 1024)

/// Writes the subject with `number` in place of its `#`.
static const char *numbered(const char *subject, size_t number, char *text) {
    size_t length = strlen(subject);
    if (length >= SUBJECT_CAPACITY) fail("the subject %s is too long", subject);
    memcpy(text, subject, length + 1);
    // From the last digit to the first.
    for (size_t index = length; index > 0; index--) {
        if (text[index - 1] != '#') continue;
        text[index - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return text;
}

/// The message's first line, with its CRLF. No subscription means that it is published.
static size_t write_line(
    char *line, const char *subject, const char *subscription, const char *reply, size_t payload, size_t number
) {
    char subject_text[SUBJECT_CAPACITY], reply_text[SUBJECT_CAPACITY];
    const char *blank = *reply == '\0' ? "" : " ";
    numbered(subject, number, subject_text);
    numbered(reply, number, reply_text);
    int length;
    if (subscription == NULL)
        length = snprintf(line, FIRST_LINE_CAPACITY, "PUB %s%s%s %zu\r\n", subject_text, blank, reply_text, payload);
    else
        length = snprintf(
            line, FIRST_LINE_CAPACITY, "MSG %s %s%s%s %zu\r\n", subject_text, subscription, blank, reply_text, payload);
    if (length < 0 || length >= FIRST_LINE_CAPACITY) fail("the line of a message is too long");
    return (size_t)length;
}

/// How many different messages there are; 0 where all are the same.
static size_t numbers(const char *subject) {
    if (strstr(subject, "####")) return NUMBERED_MESSAGES;
    if (!strchr(subject, '#')) return 0;
    size_t numbers = 1;
    for (; *subject != '\0'; subject++)
        if (*subject == '#') numbers *= 10;
    return numbers;
}

static struct block make(const char *subject, const char *subscription, const char *reply, size_t payload) {
    char line[FIRST_LINE_CAPACITY];
    struct block block;
    block.message_size = write_line(line, subject, subscription, reply, payload, 0) + payload + 2;
    size_t messages = numbers(subject) > 0 ? numbers(subject) : numbers(reply);
    if (messages == 0) messages = PLAIN_BLOCK / block.message_size;
    if (messages == 0) messages = 1;
    block.length = messages * block.message_size;
    block.bytes = malloc(block.length);
    if (block.bytes == NULL) fail("no memory for a block of messages");

    char *end = block.bytes;
    for (size_t number = 0; number < messages; number++) {
        size_t length = write_line(line, subject, subscription, reply, payload, number);
        memcpy(end, line, length);
        end += length;
        for (size_t index = 0; index < payload; index++) *end++ = (char)('a' + index % 26);
        *end++ = '\r';
        *end++ = '\n';
    }
    return block;
}

struct block block_published(const char *subject, const char *reply, size_t payload) {
    return make(subject, NULL, reply, payload);
}

struct block block_delivered(const char *subject, const char *subscription, const char *reply, size_t payload) {
    return make(subject, subscription, reply, payload);
}
