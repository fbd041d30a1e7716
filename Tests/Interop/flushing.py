"""What nats-py's own flush does not promise."""

WAIT = 8


async def synchronise(*clients):
    """Afterwards the server has done what these clients asked for, in this order.

    nats-py writes the PING of a flush ahead of what it still holds back, subscriptions too; that is on its way when the
    flush ends, so that only a second one comes behind it.
    """
    for client in clients:
        await client.flush(WAIT)
        await client.flush(WAIT)
