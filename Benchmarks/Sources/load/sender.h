#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "block.h"

/// The writing side of a connection: a block of messages, over and over, and short protocol lines between two of them.
struct sender {
    int socket;
    /// NULL for a client that does not publish.
    const struct block *block;
    /// How many messages, counted from the start, may be sent by now.
    uint64_t allowed;
    /// Bytes of messages sent.
    uint64_t sent;
    /// Protocol lines that wait to be sent.
    char lines[256];
    size_t lines_length;
    /// Where they go: behind so many bytes of messages, which is always the end of one.
    uint64_t lines_position;
    /// Answers that wait to be sent, of a client that has no block; protocol lines go in here too then.
    char *answers;
    size_t answers_length;
    /// The socket took no more; set back when `poll` says that it does again.
    bool full;
};

/// The most bytes of answers that may wait.
#define ANSWERS_CAPACITY (1024 * 1024)

/// Puts a part of an answer in the queue.
void sender_answer(struct sender *sender, const char *bytes, size_t length);

/// Puts a line, with its CRLF, in the queue: it goes out behind the message that is being sent.
void sender_line(struct sender *sender, const char *line);

/// Puts a line in the queue that goes out, with those that wait already, behind the last message that may be sent.
void sender_last_line(struct sender *sender, const char *line);

/// Whether anything is left that may be sent.
bool sender_pending(const struct sender *sender);

/// Writes once, or twice when lines follow.
void sender_push(struct sender *sender);

/// Messages sent in full.
uint64_t sender_messages(const struct sender *sender);
