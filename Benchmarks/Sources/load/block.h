#pragma once

#include <stddef.h>

/// Protocol messages of one size, back to back, made before the run. What is sent and what must arrive are both such a
/// block, over and over, so that sending is a plain write and checking a plain comparison. Blocks are never freed: a
/// process makes one run.
struct block {
    char *bytes;
    size_t length;
    size_t message_size;
};

/// A subject may have `#` in it: digits of the message's number, with leading zeros, stand there in each message, and the
/// block then holds as many different ones as there are numbers, but only `NUMBERED_MESSAGES` with
/// four `#` in a row.
#define NUMBERED_MESSAGES 4096

/// Messages as a client publishes them. `reply` may be empty.
struct block block_published(const char *subject, const char *reply, size_t payload);

/// Messages as a server delivers them.
struct block block_delivered(const char *subject, const char *subscription, const char *reply, size_t payload);
