#include <inttypes.h>

#include "client.h"
#include "failure.h"
#include "scenario.h"

/// One client asks, the other answers. Every request has a reply subject of its own under the requester's inbox; the
/// number in it starts again only after `NUMBERED_MESSAGES` requests. The responder may publish nothing but answers.
uint64_t scenario_request(const struct task *task, struct measurement *measurement) {
    const char *subject = "bench.request", *inbox = "_INBOX.requester.####";
    // Replies come in the order of the requests, so what must arrive is known beforehand.
    struct block asked = block_published(subject, inbox, task->payload);
    struct block heard = block_delivered(subject, "1", inbox, task->payload);
    struct block answered = block_published(inbox, "", task->payload);
    struct block returned = block_delivered(inbox, "1", "", task->payload);
    struct client clients[2];
    struct client *requester = &clients[0], *responder = &clients[1];
    client_open(requester, "the requester", task->port, &task->credentials);
    client_open(responder, "the responder", task->port, &task->receiving_credentials);
    client_subscribe(requester, "_INBOX.requester.*", "1", &returned);
    client_subscribe(responder, subject, "1", &heard);
    requester->sender.block = &asked;
    responder->sender.block = &answered;
    if (task->outstanding < 1 || task->outstanding > NUMBERED_MESSAGES)
        fail("there can be 1 to %d requests outstanding", NUMBERED_MESSAGES);

    measurement_begin(measurement);
    uint64_t replies = 0;
    while (replies < task->count) {
        uint64_t allowed = replies + task->outstanding;
        requester->sender.allowed = allowed < task->count ? allowed : task->count;
        responder->sender.allowed = receiver_messages(&responder->receiver);
        clients_turn(clients, 2);
        replies = receiver_messages(&requester->receiver);
    }
    measurement_end(measurement);

    clients_flush(clients, 2);
    if (responder->receiver.received != task->count * heard.message_size ||
        requester->receiver.received != task->count * returned.message_size)
        fail("more requests or replies arrived than the %" PRIu64 " that were made", task->count);
    return replies;
}
