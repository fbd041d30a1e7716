#pragma once

#include <stddef.h>
#include <stdint.h>

#include "credentials.h"
#include "measurement.h"

/// What to do to which server.
struct task {
    uint16_t port;
    /// Messages published, requests made or sign-ins.
    uint64_t count;
    /// Bytes of payload per message.
    size_t payload;
    /// Of the client that publishes, requests or signs in.
    struct credentials credentials;
    /// Of the clients that subscribe or answer.
    struct credentials receiving_credentials;
    /// Fan-out: clients that subscribe.
    size_t subscribers;
    /// Fan-out: what is published, what subscribers subscribe to, and what they get; `#` stands for digits of the
    /// message's number (see block.h).
    const char *subject;
    const char *subscription;
    const char *delivered;
    /// Requests: how many wait for their reply at a time. Sign-ins: how many are under way at a time.
    size_t outstanding;
};

/// Each runs its task, checks what arrived, and returns how many messages were published (`publish`), delivered
/// (`fan_out`), or how many requests were answered or sign-ins made.
uint64_t scenario_publish(const struct task *task, struct measurement *measurement);
uint64_t scenario_fan_out(const struct task *task, struct measurement *measurement);
uint64_t scenario_request(const struct task *task, struct measurement *measurement);
uint64_t scenario_service(const struct task *task, struct measurement *measurement);
uint64_t scenario_sign_in(const struct task *task, struct measurement *measurement);
