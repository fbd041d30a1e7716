"""What the system account hears of a server, and orders of it, with a stock client: nats-py, subscribed to everything."""

import asyncio
import json
import re
import socket

import nats
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as TimedOut

from flushing import synchronise
from peers import only_issuer
from realm import Account, Permissions, Realm, User

REALM = Realm((
    Account(
        "A", roles={"worker": Permissions(pub=("$SYS.REQ.USER.INFO", "{{name()}}.>", "_INBOX.>"), sub=("_INBOX.>",))},
        users=(User("user"), User("bearer", bearer=True), User("worker", role="worker"))),
    Account("B", users=(User("user"),)),
))
WAIT = 8
# A whole token; what has no signature signs nobody in.
TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")

pytestmark = only_issuer


class Listener:
    """The system account's user, who keeps everything that the server tells."""

    def __init__(self, client, server):
        self.client = client
        self.server = server
        self.heard = []
        self._news = asyncio.Condition()

    async def note(self, message):
        async with self._news:
            self.heard.append((message.subject, json.loads(message.data or b"{}")))
            self._news.notify_all()

    async def hears(self, subject, **wanted):
        """The first thing told on a subject, with these members; what was heard is forgotten."""

        def found():
            for place, (told, body) in enumerate(self.heard):
                if told == subject and all(body.get(name) == value for name, value in wanted.items()):
                    del self.heard[place]
                    return body
            return None

        body = None

        def look():
            nonlocal body
            body = found()
            return body is not None

        async with self._news:
            await asyncio.wait_for(self._news.wait_for(look), WAIT)
        return body

    async def order(self, what, body=b""):
        answer = await self.client.request(f"$SYS.REQ.SERVER.{self.server}.{what}", body, timeout=WAIT)
        return json.loads(answer.data)


@pytest.fixture
def play(world, tmp_path):
    """Runs a scenario that is given a listener and a function that connects clients."""

    def run(scenario):
        async def play():
            clients = []

            async def connect(user, **options):
                file = tmp_path / f"{user}.creds"
                file.write_text(world.credentials(user).text())
                options = {"allow_reconnect": False} | options
                client = await asyncio.wait_for(
                    nats.connect(world.server.url, user_credentials=str(file), **options), WAIT)
                clients.append(client)
                return client

            try:
                client = await connect("SYS.sys")
                listener = Listener(client, client._server_info["server_id"])
                await client.subscribe("$SYS.ACCOUNT.>", cb=listener.note)
                await client.subscribe("$SYS.SERVER.>", cb=listener.note)
                await synchronise(client)
                await scenario(listener, connect)
            finally:
                for client in clients:
                    await client.close()

        asyncio.run(play())

    return run


def key(world, name):
    return world.realm.keys[name].public


def test_somebody_comes_works_and_goes(world, play):
    async def scenario(listener, connect):
        account = key(world, "A")
        client = await connect("A.user", name="first")
        event = await listener.hears(f"$SYS.ACCOUNT.{account}.CONNECT")
        assert event["client"]["name"] == "first" and event["client"]["lang"] == "python3"
        assert event["client"]["issuer_key"] == account and event["client"]["user"].startswith("U")
        assert event["server"]["id"] == listener.server and event["server"]["seq"] > 0
        connections = await listener.hears(f"$SYS.ACCOUNT.{account}.SERVER.CONNS", conns=1)
        assert connections["name"] == "A" and connections["total_conns"] == 1
        assert (await listener.hears(f"$SYS.SERVER.ACCOUNT.{account}.CONNS", conns=1))["acc"] == account
        inbox = await client.subscribe("x")
        for _ in range(3):
            await client.publish("x", b"12345")
        for _ in range(3):
            await inbox.next_msg(WAIT)
        await client.close()
        event = await listener.hears(f"$SYS.ACCOUNT.{account}.DISCONNECT")
        assert event["reason"] == "Client Closed"
        assert event["sent"] == event["received"] == {"msgs": 3, "bytes": 15}
        assert event["client"]["rtt"] > 0 and event["client"]["start"] <= event["client"]["stop"]
        gone = await listener.hears(f"$SYS.ACCOUNT.{account}.SERVER.CONNS", conns=0)
        assert gone["sent"]["msgs"] == gone["received"]["msgs"] == 3 and gone["received"]["bytes"] == 15

    play(scenario)


def test_no_event_has_a_token(world, play):
    async def scenario(listener, connect):
        account = key(world, "A")
        for user in ("A.user", "A.bearer", "A.worker"):
            await (await connect(user)).close()
            await listener.hears(f"$SYS.ACCOUNT.{account}.DISCONNECT")
        # A bearer's JWT alone would let anybody in, and so would a seed in place of a name.
        with socket.create_connection(world.server.address, timeout=WAIT) as stranger:
            stranger.sendall(b'CONNECT {"jwt":"%s","sig":"x","name":"%s"}\r\nPING\r\n' % (
                world.credentials("A.user").token.encode(), world.credentials("A.user").key.seed.encode()))
            while stranger.recv(4096):
                pass
        turned_away = await listener.hears(f"$SYS.SERVER.{listener.server}.CLIENT.AUTH.ERR")
        assert turned_away["reason"] == "Authentication Failure"
        if world.engine == "chancery":
            assert turned_away["client"]["user"].startswith("U")
            text = json.dumps(listener.heard + [turned_away])
            assert not TOKEN.search(text) and world.credentials("A.user").key.seed not in text

    play(scenario)


def test_the_server_tells_of_itself(world, play):
    async def scenario(listener, connect):
        load = await listener.hears(f"$SYS.SERVER.{listener.server}.STATSZ")
        assert load["statsz"]["connections"] == 1 and load["statsz"]["total_connections"] >= 1
        world.server.process.terminate()
        shutdown = await listener.hears(f"$SYS.SERVER.{listener.server}.SHUTDOWN")
        assert shutdown["id"] == listener.server

    play(scenario)


def test_orders_of_the_system_account(world, play):
    async def scenario(listener, connect):
        account = key(world, "A")
        closed = asyncio.Event()

        async def note():
            closed.set()

        client = await connect("A.user", closed_cb=note)
        number = client.client_id
        assert set(await listener.order("LDM", json.dumps({"cid": number}).encode())) == {"server"}
        assert set(await listener.order("KICK", json.dumps({"cid": number}).encode())) == {"server"}
        await asyncio.wait_for(closed.wait(), WAIT)
        event = await listener.hears(f"$SYS.ACCOUNT.{account}.DISCONNECT")
        assert event["reason"] == "Kicked" and event["client"]["id"] == number
        refused = await listener.order("KICK", json.dumps({"cid": number}).encode())
        assert refused["error"] == {"code": 500, "description": "no such client or leafnode id"}
        assert set(await listener.order("RELOAD")) == {"server"}
        # What is wrong with the file is told, and nothing changes.
        file = world.server.log.parent / "server.conf"
        text = file.read_text()
        file.write_text(text + "\nnonsense: 1\n")
        refused = await listener.order("RELOAD")
        assert refused["error"]["code"] == 500 and "nonsense" in refused["error"]["description"]
        file.write_text(text)
        assert set(await listener.order("RELOAD")) == {"server"}

    play(scenario)


def test_others_neither_order_nor_hear(world, play):
    async def scenario(listener, connect):
        eavesdropper = await connect("B.user")
        heard = []

        async def note(message):
            heard.append(message.subject)

        for subject in (">", "$SYS.>", "$SYS.ACCOUNT.*.CONNECT", f"$SYS.SERVER.{listener.server}.>"):
            await eavesdropper.subscribe(subject, cb=note)
        await synchronise(eavesdropper)
        client = await connect("A.user")
        number = client.client_id
        for what, body in (("KICK", {"cid": number}), ("LDM", {"cid": number}), ("RELOAD", {})):
            with pytest.raises((NoRespondersError, TimedOut)):
                await eavesdropper.request(
                    f"$SYS.REQ.SERVER.{listener.server}.{what}", json.dumps(body).encode(), timeout=1)
        await synchronise(client)
        # Nor does it tell the system account lies.
        account = key(world, "A")
        await eavesdropper.publish(f"$SYS.ACCOUNT.{account}.DISCONNECT", b'{"reason": "a lie"}')
        await eavesdropper.publish(f"$SYS.SERVER.{listener.server}.SHUTDOWN", b'{"reason": "a lie"}')
        await synchronise(eavesdropper)
        await client.close()
        assert (await listener.hears(f"$SYS.ACCOUNT.{account}.DISCONNECT"))["reason"] == "Client Closed"
        assert not any(body.get("reason") == "a lie" for _, body in listener.heard)
        await synchronise(eavesdropper)
        # Its own messages it hears, as anybody.
        own = {f"$SYS.ACCOUNT.{account}.DISCONNECT", f"$SYS.SERVER.{listener.server}.SHUTDOWN"}
        assert {subject for subject in heard if not subject.startswith("$SYS.REQ.")} <= own

    play(scenario)


def test_a_user_learns_what_its_role_comes_to(world, play):
    async def scenario(listener, connect):
        client = await connect("A.worker")
        answer = json.loads((await client.request("$SYS.REQ.USER.INFO", b"", timeout=WAIT)).data)
        data = answer["data"]
        assert data["account"] == key(world, "A") and data["account_name"] == "A"
        assert set(data["permissions"]["publish"]["allow"]) == {"$SYS.REQ.USER.INFO", "worker.>", "_INBOX.>"}
        assert data["permissions"]["subscribe"]["allow"] == ["_INBOX.>"]

    play(scenario)


def test_a_flood_of_strangers_is_told_without_filling_the_memory(world, play):
    """Two thousand failed sign-ins: whoever listens hears of them, and the server stays as it is."""

    async def scenario(listener, connect):
        for _ in range(20):
            strangers = [socket.create_connection(world.server.address, timeout=WAIT) for _ in range(100)]
            for stranger in strangers:
                stranger.sendall(b'CONNECT {"user":"x","pass":"y"}\r\nPING\r\n')
            for stranger in strangers:
                while stranger.recv(4096):
                    pass
                stranger.close()
            await asyncio.sleep(0)
        client = await connect("A.user")
        await synchronise(client)
        await listener.hears(f"$SYS.ACCOUNT.{key(world, 'A')}.CONNECT")
        told = [body for subject, body in listener.heard if subject.endswith("CLIENT.AUTH.ERR")]
        assert len(told) == 2000

    play(scenario)
