#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sender.h"

/// Answers requests whose reply subjects and headers the server chose, so that they cannot be known beforehand: each is
/// taken apart, its subject and its body are compared, and an answer with the same body goes to its reply subject.
struct responder {
    const char *subject;
    const char *body;
    size_t payload;
    /// What has come in and is not a whole request yet.
    char *bytes;
    size_t length;
    uint64_t answered;
};

/// The most bytes that may wait to be taken apart.
#define RESPONDER_CAPACITY (1024 * 1024)

/// Takes what came in, answers the requests that are whole through `sender`, and calls `line` for anything else.
void responder_take(
    struct responder *responder, struct sender *sender, const char *bytes, size_t length,
    void (*line)(void *context, const char *text, size_t length), void *context);
