#pragma once

#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "responder.h"
#include "sender.h"

/// The reading side of a connection. Every byte that arrives is compared with the block that is expected, over and
/// over; between two messages the server may put protocol lines. Anything else ends the process.
struct receiver {
    int socket;
    const char *client;
    /// NULL for a client that expects no message.
    const struct block *block;
    /// NULL for a client that does not answer requests as they come.
    struct responder *responder;
    /// Bytes of messages received.
    uint64_t received;
    /// PONGs received.
    uint64_t pongs;
    /// The beginning of a protocol line whose end has not come yet.
    char line[8192];
    size_t line_length;
};

/// Reads once and checks what came. PING is answered through `sender`; `-ERR` ends the process.
void receiver_read(struct receiver *receiver, struct sender *sender);

/// Messages received in full.
uint64_t receiver_messages(const struct receiver *receiver);
