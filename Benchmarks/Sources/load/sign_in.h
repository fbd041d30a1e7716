#pragma once

#include <stdbool.h>

#include "credentials.h"

/// How far a connection is on its way in.
enum sign_in {
    /// Waiting for INFO and its nonce.
    sign_in_greeting,
    /// CONNECT and PING are sent, waiting for PONG.
    sign_in_answer,
    sign_in_done,
};

/// Reads what the server said and answers: INFO with CONNECT (the user's JWT and the signature of the nonce) and PING.
/// Returns true when a step was made, false when more must come first. A refusal ends the process.
bool sign_in_advance(enum sign_in *state, int socket, const struct credentials *credentials);
