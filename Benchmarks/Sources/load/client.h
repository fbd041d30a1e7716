#pragma once

#include <stddef.h>
#include <stdint.h>

#include "credentials.h"
#include "receiver.h"
#include "sender.h"

/// A signed-in connection.
struct client {
    int socket;
    struct sender sender;
    struct receiver receiver;
};

/// Connects and signs in. `name` stands in error messages.
void client_open(struct client *client, const char *name, uint16_t port, const struct credentials *credentials);

/// Subscribes and waits until the server has the subscription. Messages of `block` are expected from then on.
void client_subscribe(
    struct client *client, const char *subject, const char *subscription, const struct block *expected);

/// One turn of the clients' loop: writes what may be written, waits, reads what came. One thread does it all, so that
/// the other core is the server's.
void clients_turn(struct client *clients, size_t count);

/// Sends what may be sent, and waits until the server has processed it and everything that it had for the clients by
/// then is here: PING goes out behind the last message, and PONG comes back behind the last delivery.
void clients_flush(struct client *clients, size_t count);
