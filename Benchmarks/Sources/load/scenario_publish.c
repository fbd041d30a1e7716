#include "client.h"
#include "scenario.h"

/// One client publishes where nobody listens.
uint64_t scenario_publish(const struct task *task, struct measurement *measurement) {
    struct block published = block_published("bench.alone", "", task->payload);
    struct client publisher;
    client_open(&publisher, "the publisher", task->port, &task->credentials);
    publisher.sender.block = &published;

    measurement_begin(measurement);
    publisher.sender.allowed = task->count;
    // The PONG comes when the last message is processed; a refused one would have been answered with -ERR before it.
    clients_flush(&publisher, 1);
    measurement_end(measurement);
    return sender_messages(&publisher.sender);
}
