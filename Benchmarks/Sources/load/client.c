#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "failure.h"
#include "measurement.h"
#include "sign_in.h"

#define MOST_CLIENTS 65

void client_open(struct client *client, const char *name, uint16_t port, const struct credentials *credentials) {
    int socket = connection_open(port);
    *client = (struct client){
        .socket = socket, .sender = {.socket = socket}, .receiver = {.socket = socket, .client = name}};
    enum sign_in state = sign_in_greeting;
    while (state != sign_in_done) {
        if (sign_in_advance(&state, socket, credentials)) continue;
        int timeout = deadline_left();
        if (timeout == 0) deadline_fail();
        struct pollfd entry = {.fd = socket, .events = POLLIN};
        poll(&entry, 1, timeout);
    }
}

void client_subscribe(
    struct client *client, const char *subject, const char *subscription, const struct block *expected
) {
    char line[128];
    int length = snprintf(line, sizeof line, "SUB %s %s\r\n", subject, subscription);
    if (length < 0 || (size_t)length >= sizeof line) fail("the subject %s is too long", subject);
    client->receiver.block = expected;
    sender_line(&client->sender, line);
    clients_flush(client, 1);
}

/// Says how far each client came, which is how a lost message shows.
static _Noreturn void fail_late(const struct client *clients, size_t count) {
    for (size_t index = 0; index < count; index++)
        fprintf(
            stderr, "load: %s sent %" PRIu64 " messages and received %" PRIu64 "\n", clients[index].receiver.client,
            sender_messages(&clients[index].sender), receiver_messages(&clients[index].receiver));
    deadline_fail();
}

void clients_turn(struct client *clients, size_t count) {
    // `poll` rather than `epoll`: there are at most a dozen sockets, and what they wait for changes with every turn.
    struct pollfd entries[MOST_CLIENTS];
    if (count > MOST_CLIENTS) fail("at most %d clients", MOST_CLIENTS);
    int timeout = deadline_left();
    if (timeout == 0) fail_late(clients, count);
    for (size_t index = 0; index < count; index++) {
        struct sender *sender = &clients[index].sender;
        if (!sender->full && sender_pending(sender)) sender_push(sender);
        // More could be written at once: only look whether something came in the meantime.
        if (!sender->full && sender_pending(sender)) timeout = 0;
        entries[index] =
            (struct pollfd){.fd = clients[index].socket, .events = (short)(POLLIN | (sender->full ? POLLOUT : 0))};
    }
    if (poll(entries, count, timeout) < 0 && errno != EINTR) fail("cannot wait for the server: %s", strerror(errno));
    for (size_t index = 0; index < count; index++) {
        struct client *client = &clients[index];
        if (entries[index].revents & POLLOUT) client->sender.full = false;
        // Anything else, an error included, is found out by reading.
        if (entries[index].revents & ~POLLOUT) receiver_read(&client->receiver, &client->sender);
    }
}

void clients_flush(struct client *clients, size_t count) {
    for (size_t index = 0; index < count; index++) {
        clients[index].receiver.pongs = 0;
        sender_last_line(&clients[index].sender, "PING\r\n");
    }
    for (size_t index = 0; index < count; index++)
        while (clients[index].receiver.pongs == 0) clients_turn(clients, count);
}
