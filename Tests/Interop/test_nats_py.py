"""The whole of nats-py but JetStream: its scenes come out the same on both servers, and nothing of it is left untouched."""

import asyncio
import socket
import time

import pytest

import nats_py
from certificates import Authority
from issuer import Key
from nats_py import Register, Stage, connect_options
from nats_py_scenes import SCENES
from peers import Server
from realm import Account, Issued, Permissions, Realm, User

REALM = Realm((
    Account("A", users=(
        User("anybody"), User("limited", Permissions(pub=("orders.>",), sub=("news", "_INBOX.>"))))),
))
REGISTER = Register()
PLAYED = set()
# What the package has that no scene can touch on a server without JetStream, by the reason.
LEFT_OUT = {
    "JetStream": (
        "nats.aio.client.Client.jetstream nats.aio.client.Client.jsm nats.aio.msg.Msg.ack nats.aio.msg.Msg.ack_sync "
        "nats.aio.msg.Msg.nak nats.aio.msg.Msg.in_progress nats.aio.msg.Msg.term nats.aio.msg.Msg.is_acked "
        "nats.aio.msg.Msg.metadata nats.errors.NotJSMessageError nats.errors.MsgAlreadyAckdError"),
    "abstract: its kinds are covered": " ".join(
        f"nats.aio.transport.Transport.{name}" for name in (
            "connect connect_tls write writelines read readline drain wait_closed close at_eof").split()) + (
        " nats.micro.service.EndpointManager.add_endpoint nats.micro.service.GroupManager.add_group"),
    "older names, never raised": " ".join(
        f"nats.aio.errors.{name}" for name in (
            "NatsError ErrConnectionClosed ErrDrainTimeout ErrInvalidCallbackType ErrConnectionReconnecting "
            "ErrConnectionDraining ErrMaxPayload ErrJsonParse ErrSecureConnRequired "
            "ErrSecureConnWanted ErrSecureConnFailed ErrBadSubscription ErrBadSubject ErrSlowConsumer ErrTimeout "
            "ErrBadTimeout ErrAuthorization ErrNoServers").split()),
    "never raised by the package": (
        "nats.errors.SecureConnRequiredError nats.errors.SecureConnWantedError nats.errors.SecureConnFailedError "
        "nats.errors.JsonParseError nats.errors.InvalidUserCredentialsError"),
    "raised where a server breaks the protocol, which neither does": (
        "nats.errors.ProtocolError nats.protocol.parser.ErrProtocol"),
}


class Play(Stage):
    """A stage whose servers are started as they are asked for."""

    def __init__(self, engine, folder):
        super().__init__(REGISTER, folder, self._serve)
        self.engine, self.servers = engine, []
        self.key = Key.new("user")

    def _serve(self, text, port=-1):
        folder = self.folder / f"server-{len(self.servers)}"
        self.servers.append(Server(self.engine, folder, lambda port: f"listen: 127.0.0.1:{port}\n{text}", port))
        return self.servers[-1]

    def operator(self):
        """A server that trusts an operator, and the operator's realm."""
        realm = Issued(REALM)
        return self._serve(realm.configuration(-1).split("\n", 1)[1]), realm

    @staticmethod
    def brief(realm, seconds):
        return realm.user(REALM.account("A"), User("brief"), exp=int(time.time()) + seconds)

    def certificates(self):
        Authority(self.folder).issue("server", "localhost").issue("client", "client.example")
        return self.folder

    @staticmethod
    def free_port():
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return probe.getsockname()[1]

    async def play(self, scene):
        try:
            await asyncio.wait_for(scene(self), 5 * nats_py.WAIT)
        finally:
            await self.close()
            for server in self.servers:
                server.stop()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_nats_py(engine, scene, tmp_path):
    with REGISTER.running():
        asyncio.run(Play(engine, tmp_path).play(scene))
    PLAYED.add(scene)


def test_nothing_of_the_package_is_left_untouched():
    if PLAYED != set(SCENES):
        pytest.skip("not every scene was played")
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    assert REGISTER.untouched() == left_out
    assert REGISTER.options == connect_options()
