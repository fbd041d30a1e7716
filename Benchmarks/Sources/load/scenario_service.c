#include <inttypes.h>
#include <stdlib.h>

#include "client.h"
#include "failure.h"
#include "scenario.h"

/// One client asks for a service that its account imports, one in the exporting account answers. The answers are known
/// beforehand; what the responder sees is not, since the server stands in for the requester.
uint64_t scenario_service(const struct task *task, struct measurement *measurement) {
    const char *asked_for = "services.request", *subject = "bench.request", *inbox = "_INBOX.requester.####";
    struct block asked = block_published(asked_for, inbox, task->payload);
    struct block returned = block_delivered(inbox, "1", "", task->payload);
    struct block body = block_published(subject, "", task->payload);
    struct responder service = {
        .subject = subject, .payload = task->payload, .bytes = malloc(RESPONDER_CAPACITY),
        .body = body.bytes + body.message_size - task->payload - 2};
    if (service.bytes == NULL) fail("no memory for requests");
    struct client clients[2];
    struct client *requester = &clients[0], *responder = &clients[1];
    client_open(requester, "the requester", task->port, &task->credentials);
    client_open(responder, "the responder", task->port, &task->receiving_credentials);
    client_subscribe(requester, "_INBOX.requester.*", "1", &returned);
    responder->receiver.responder = &service;
    responder->sender.answers = malloc(ANSWERS_CAPACITY);
    if (responder->sender.answers == NULL) fail("no memory for answers");
    client_subscribe(responder, subject, "1", NULL);
    requester->sender.block = &asked;
    if (task->outstanding < 1 || task->outstanding > NUMBERED_MESSAGES)
        fail("there can be 1 to %d requests outstanding", NUMBERED_MESSAGES);

    measurement_begin(measurement);
    uint64_t replies = 0;
    while (replies < task->count) {
        uint64_t allowed = replies + task->outstanding;
        requester->sender.allowed = allowed < task->count ? allowed : task->count;
        clients_turn(clients, 2);
        replies = receiver_messages(&requester->receiver);
    }
    measurement_end(measurement);

    clients_flush(clients, 2);
    if (service.answered != task->count || requester->receiver.received != task->count * returned.message_size)
        fail("more requests or replies arrived than the %" PRIu64 " that were made", task->count);
    return replies;
}
