"""A stock client - nats-py, with the creds file that the command line writes - works as its users expect."""

import asyncio

import nats
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as TimedOut

from flushing import synchronise
from peers import Server
from realm import Account, Export, Import, Permissions, Realm, User

REALM = Realm((
    Account(
        "SHOP",
        users=(
            User("anybody"),
            User("limited", Permissions(pub=("orders.>", "_INBOX.>"), sub=("news", "_INBOX.>")))),
        exports=(Export("prices.>"), Export("quote.*", "service"))),
    Account(
        "CUSTOMER", users=(User("user"),),
        imports=(Import("SHOP", "prices.>"), Import("SHOP", "quote.*", "service", local="ask.$1"))),
))
WAIT = 8


class Stage:
    """Connects clients with creds files and closes them all in the end."""

    def __init__(self, world, folder):
        self.world = world
        self.folder = folder
        self.clients = []
        self.errors = asyncio.Queue()

    async def client(self, user, **options):
        file = self.folder / f"{user}.creds"
        file.write_text(self.world.credentials(user).text())

        async def note(error):
            await self.errors.put(str(error))

        options = {"error_cb": note, "max_reconnect_attempts": 200, "reconnect_time_wait": 0.05} | options
        client = await asyncio.wait_for(
            nats.connect(self.world.server.url, user_credentials=str(file), **options), WAIT)
        self.clients.append(client)
        return client

    async def error(self):
        return await asyncio.wait_for(self.errors.get(), WAIT)


@pytest.fixture
def play(world, tmp_path):
    """Runs a scenario that is given a stage."""

    def run(scenario):
        async def play():
            stage = Stage(world, tmp_path)
            try:
                return await asyncio.wait_for(scenario(stage), 4 * WAIT)
            finally:
                for client in stage.clients:
                    await client.close()
        return asyncio.run(play())
    return run


async def payloads(subscription, count):
    return [(await subscription.next_msg(WAIT)).data.decode() for _ in range(count)]


def test_publish_and_subscribe_with_wildcards(play):
    async def scenario(stage):
        one, two = await stage.client("SHOP.anybody"), await stage.client("SHOP.anybody")
        literal, star, rest = [await one.subscribe(subject) for subject in ("a.b.c", "a.*.c", "a.>")]
        await synchronise(one)
        for subject in ("a.b.c", "a.x.c", "a.x"):
            await two.publish(subject, subject.encode())
        await synchronise(two)
        assert await payloads(literal, 1) == ["a.b.c"]
        assert await payloads(star, 2) == ["a.b.c", "a.x.c"]
        assert await payloads(rest, 3) == ["a.b.c", "a.x.c", "a.x"]
        await synchronise(one)
        assert literal.pending_msgs == star.pending_msgs == rest.pending_msgs == 0
    play(scenario)


def test_a_queue_group_shares_its_messages(play):
    async def scenario(stage):
        clients = [await stage.client("SHOP.anybody") for _ in range(3)]
        members = [await client.subscribe("jobs", queue="workers") for client in clients]
        await synchronise(*clients)
        for number in range(90):
            await clients[0].publish("jobs", str(number).encode())
        await synchronise(*clients)
        counts = [member.pending_msgs for member in members]
        assert sum(counts) == 90 and min(counts) > 5
    play(scenario)


def test_headers_travel_with_a_request_and_its_answer(play):
    async def scenario(stage):
        server, client = await stage.client("SHOP.anybody"), await stage.client("SHOP.anybody")

        async def answer(message):
            await server.publish(message.reply, message.data[::-1], headers={"Echo": message.headers["Say"]})
        await server.subscribe("mirror", cb=answer)
        await synchronise(server)
        reply = await client.request("mirror", b"abc", timeout=WAIT, headers={"Say": "hello"})
        assert (reply.data, reply.headers) == (b"cba", {"Echo": "hello"})
    play(scenario)


def test_a_request_that_nobody_serves_fails_at_once(play):
    async def scenario(stage):
        client = await stage.client("SHOP.anybody")
        with pytest.raises(NoRespondersError):
            await client.request("nobody", b"", timeout=WAIT)
    play(scenario)


def test_a_request_that_is_served_but_not_answered_times_out(play):
    async def scenario(stage):
        client = await stage.client("SHOP.anybody")
        await client.subscribe("silent")
        await synchronise(client)
        with pytest.raises(TimedOut) as caught:
            await client.request("silent", b"", timeout=0.2)
        assert not isinstance(caught.value, NoRespondersError)
    play(scenario)


def test_permission_violations_reach_the_error_callback_and_the_connection_lives_on(play):
    async def scenario(stage):
        client = await stage.client("SHOP.limited")
        await client.publish("forbidden", b"")
        assert 'permissions violation for publish to "forbidden"' in (await stage.error()).lower()
        await client.subscribe("forbidden.too")
        assert 'permissions violation for subscription to "forbidden.too"' in (await stage.error()).lower()
        news = await client.subscribe("news")
        await synchronise(client)
        await (await stage.client("SHOP.anybody")).publish("news", b"still here")
        assert await payloads(news, 1) == ["still here"]
    play(scenario)


def test_draining_delivers_what_is_on_its_way(play):
    async def scenario(stage):
        receiver, sender = await stage.client("SHOP.anybody"), await stage.client("SHOP.anybody")
        got = []

        async def take(message):
            got.append(message.data)
        await receiver.subscribe("flow", cb=take)
        await synchronise(receiver)
        for number in range(200):
            await sender.publish("flow", str(number).encode())
        await synchronise(sender)
        await asyncio.wait_for(receiver.drain(), WAIT)
        assert [int(data) for data in got] == list(range(200))
        assert receiver.is_closed
    play(scenario)


def test_streams_and_services_of_another_account(play):
    async def scenario(stage):
        shop, customer = await stage.client("SHOP.anybody"), await stage.client("CUSTOMER.user")
        prices = await customer.subscribe("prices.*")

        async def quote(message):
            await message.respond(message.subject.encode())
        await shop.subscribe("quote.*", cb=quote)
        await synchronise(customer, shop)
        await shop.publish("prices.tea", b"3")
        assert await payloads(prices, 1) == ["3"]
        assert (await customer.request("ask.tea", b"", timeout=WAIT)).data == b"quote.tea"
        with pytest.raises(NoRespondersError):
            await customer.request("quote.tea", b"", timeout=WAIT)
    play(scenario)


def test_large_messages_and_many_of_them_arrive_in_order(play):
    async def scenario(stage):
        receiver, sender = await stage.client("SHOP.anybody"), await stage.client("SHOP.anybody")
        bulk = await receiver.subscribe("bulk", pending_bytes_limit=2**30)
        await synchronise(receiver)
        sizes = [0, 1, 65535, 65536, 2**20] * 6
        for number, size in enumerate(sizes):
            await sender.publish("bulk", bytes([number]) * size)
        for number, size in enumerate(sizes):
            assert (await bulk.next_msg(WAIT)).data == bytes([number]) * size
    play(scenario)


def test_a_client_comes_back_with_its_subscriptions_when_the_server_does(play, world, tmp_path):
    async def scenario(stage):
        back = asyncio.Event()

        async def reconnected():
            back.set()
        receiver = await stage.client("SHOP.anybody", reconnected_cb=reconnected)
        subscription = await receiver.subscribe("news")
        await synchronise(receiver)
        port = world.server.address[1]
        world.server.stop()
        world.server = Server(world.engine, tmp_path / "again", world.realm.configuration, port)
        await asyncio.wait_for(back.wait(), WAIT)
        await synchronise(receiver)
        await (await stage.client("SHOP.anybody")).publish("news", b"after the restart")
        assert await payloads(subscription, 1) == ["after the restart"]
    play(scenario)


def test_wrong_credentials_fail_with_an_authorization_violation(play, world):
    async def scenario(stage):
        world.realm.credentials["SHOP.forged"] = type(world.credentials("SHOP.anybody"))(
            world.credentials("SHOP.limited").token, world.credentials("SHOP.anybody").key)
        with pytest.raises(nats.errors.Error) as caught:
            await stage.client("SHOP.forged", allow_reconnect=False, max_reconnect_attempts=0)
        assert "authorization violation" in str(caught.value).lower()
    play(scenario)
