#include <inttypes.h>

#include "client.h"
#include "failure.h"
#include "scenario.h"

/// Bytes published and not yet with every subscriber. Enough that the server never waits for the generator (256 KiB
/// gives the same speeds as 16 MiB), and far less than the 64 MiB at which a server cuts off a subscriber as too slow.
#define WINDOW (4 * 1024 * 1024)

#define MOST_SUBSCRIBERS 64

static uint64_t least_received(const struct client *subscribers, size_t count) {
    uint64_t least = receiver_messages(&subscribers[0].receiver);
    for (size_t index = 1; index < count; index++) {
        uint64_t received = receiver_messages(&subscribers[index].receiver);
        if (received < least) least = received;
    }
    return least;
}

/// One client publishes, each of the others gets every message.
uint64_t scenario_fan_out(const struct task *task, struct measurement *measurement) {
    const char *arriving = task->delivered == NULL ? task->subject : task->delivered;
    struct block published = block_published(task->subject, "", task->payload);
    struct block delivered = block_delivered(arriving, "1", "", task->payload);
    struct client clients[1 + MOST_SUBSCRIBERS];
    if (task->subscribers < 1 || task->subscribers > MOST_SUBSCRIBERS)
        fail("there can be 1 to %d subscribers", MOST_SUBSCRIBERS);
    size_t count = 1 + task->subscribers;
    struct client *publisher = &clients[0], *subscribers = &clients[1];
    client_open(publisher, "the publisher", task->port, &task->credentials);
    publisher->sender.block = &published;
    for (size_t index = 0; index < task->subscribers; index++) {
        client_open(&subscribers[index], "a subscriber", task->port, &task->receiving_credentials);
        client_subscribe(
            &subscribers[index], task->subscription == NULL ? arriving : task->subscription, "1", &delivered);
    }

    uint64_t window = WINDOW / published.message_size + 1;
    measurement_begin(measurement);
    uint64_t everywhere = 0;
    while (everywhere < task->count) {
        publisher->sender.allowed = everywhere + window < task->count ? everywhere + window : task->count;
        clients_turn(clients, count);
        everywhere = least_received(subscribers, task->subscribers);
    }
    measurement_end(measurement);

    clients_flush(clients, count);
    for (size_t index = 0; index < task->subscribers; index++)
        if (subscribers[index].receiver.received != task->count * delivered.message_size)
            fail("a subscriber got more than the %" PRIu64 " messages that were published", task->count);
    return task->count * task->subscribers;
}
