"""The C client, Debian's libnats-dev, sees the same of both servers, in every way of signing in that it knows.

`clients/client.c` uses all that its interface has and prints what it saw.
"""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

import issuer
from certificates import Authority
from issuer import Key
from peers import Server
from realm import Account, Issued, Permissions, Realm, User

SOURCE = Path(__file__).parent / "clients" / "client.c"
HEADER = Path("/usr/include/nats/nats.h")
REALM = Realm((
    Account("A", users=(
        User("anybody"), User("limited", Permissions(pub=("orders.>",), sub=("news", "_INBOX.>"))))),
))
# Long enough for a machine that does much else.
PATIENCE = 60
# What the interface has that says nothing to a server without JetStream, and why.
LEFT_OUT = {
    "JetStream": (
        "natsConnection_JetStream natsMsgList_Destroy natsMsg_Ack natsMsg_AckSync natsMsg_GetMetaData "
        "natsMsg_GetSequence natsMsg_GetTime natsMsg_InProgress natsMsg_Nak natsMsg_NakWithDelay natsMsg_Term "
        "natsSubscription_Fetch natsSubscription_FetchRequest natsSubscription_GetConsumerInfo "
        "natsSubscription_GetSequenceMismatch"),
    "an event loop that the program brings": (
        "natsOptions_SetEventLoop natsConnection_ProcessReadEvent natsConnection_ProcessWriteEvent"),
    "does nothing any more": "natsSubscription_NoDeliveryDelay",
    "of the library alone": (
        "nats_CheckCompatibilityImpl nats_Close nats_CloseWait nats_GetLastErrorStack nats_GetVersion "
        "nats_GetVersionNumber nats_Now nats_NowInNanoSeconds nats_PrintLastErrorStack nats_ReleaseThreadMemory "
        "natsConnection_Sign"),
}

# What each scene prints, on either server and whoever signs in.
SCENES = {
    "facts": """\
client with an id from 127.0.0.1, as asked: yes, answers: yes
local 127.0.0.1 with a port
servers 1, discovered 0
max payload 1048576, headers yes, status 2
""",
    "publish-and-subscribe": """\
a.*.c with an id
  a.b.c: first
  a.b.c: first
  a.x.c: second
  a.b.c: first
  a.x.c: second
  a.x: third
  a.y: fourth
left 0
sent 4 in 22 bytes
valid 0
  a.z.c: more
  a.z.c: more
beyond its limit: Maximum Messages Delivered
""",
    "subscriptions": """\
nothing came
complete
limits 2 100, pending 5 in 20 bytes
at most 5 in 20 bytes
slow: Slow Consumer, messages dropped
delivered 1, dropped 3, left 4
""",
    "queue-groups": "shared 90, everybody some: yes\n",
    "requests": """\
answer asked
answer of 2 bytes
answer with hello
nobody: No responders available for request
silence: Timeout
no responders: yes
""",
    "headers": """\
one 1, many 2: a, b c
three a:b, gone: Not Found, keys 3, body body
""",
    "large": "right 25, beyond the limit: Maximum Payload Exceeded\n",
    "drain": "drained 500 and 500: OK\nclosed\ndrained 500\n",
    "no-echo": "own: Timeout\nnobody: Timeout\n",
    "pings": "still connected, 0 seen\n",
}


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The client, compiled against the library that scripts/install-libraries installed."""
    assert HEADER.exists(), "libnats-dev is not installed: scripts/install-libraries"
    target = tmp_path_factory.mktemp("client") / "client"
    compiler = os.environ.get("CC") or next(
        name for name in ("cc", "gcc", "clang") if subprocess.run(["which", name], capture_output=True).returncode == 0)
    subprocess.run(
        [compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Werror", "-Wno-unused", "-Wno-deprecated-declarations",
         "-o", target, SOURCE, "-lnats", "-lpthread"], check=True)
    return target


class Stage:
    """Servers with every way of signing in, and clients of theirs."""

    def __init__(self, engine, folder, program):
        self.engine, self.folder, self.program = engine, folder, program
        self.servers, self.clients = [], []
        self.key = Key.new("user")
        (folder / "user.seed").write_text(self.key.seed + "\n")
        Authority(folder).issue("server", "localhost").issue("client", "client.example")

    def serve(self, text, port=-1):
        folder = self.folder / f"server-{len(self.servers)}"
        self.servers.append(Server(self.engine, folder, lambda port: f"listen: 127.0.0.1:{port}\n{text}", port))
        return self.servers[-1]

    def realm(self):
        realm = Issued(REALM)
        for name in ("A.anybody", "A.limited"):
            (self.folder / f"{name}.creds").write_text(realm.credentials[name].text())
        return realm

    def ways(self):
        """By name: a server's configuration, and the options of a client that may come in."""
        file = self.folder
        secure = f'cert_file: "{file}/server.pem", key_file: "{file}/server-key.pem", ca_file: "{file}/ca.pem"'
        realm = self.realm()
        trusting = realm.configuration(-1).split("\n", 1)[1]
        certified = (f"authorization {{ users: [ {{ user: 'client.example' }} ] }}\n"
                     f"tls {{ {secure}, verify_and_map: true }}")
        return {
            "nobody asks": ("", ()),
            "user": ("authorization { user: u, password: secret }", ("--user", "u", "secret")),
            "token": ("authorization { token: secret }", ("--token", "secret")),
            "token handler": ("authorization { token: secret }", ("--token-handler", "secret")),
            "nkey": (f"authorization {{ users: [ {{ nkey: {self.key.public} }} ] }}",
                     ("--nkey", self.key.public, file / "user.seed")),
            "nkey callback": (f"authorization {{ users: [ {{ nkey: {self.key.public} }} ] }}",
                              ("--nkey-callback", self.key.public, file / "user.seed")),
            "creds": (trusting, ("--creds", file / "A.anybody.creds")),
            "creds callbacks": (trusting, ("--creds-callbacks", file / "A.anybody.creds")),
            "tls": (f"tls {{ {secure} }}", ("--tls", file / "ca.pem")),
            "tls unverified": (f"tls {{ {secure} }}", ("--tls-unverified",)),
            "certificate": (certified, ("--tls", file / "ca.pem", "--certificate", file / "client.pem",
                                        file / "client-key.pem")),
            "certificate as text": (certified, ("--pem", file / "ca.pem", file / "client.pem", file / "client-key.pem")),
            "verbose and pedantic": ("", ("--verbose", "--pedantic")),
            "at once": ("", ("--asap", "--old-requests")),
            "shared threads": ("", ("--global-delivery",)),
        }

    def start(self, scene, server, *options):
        self.clients.append(subprocess.Popen(
            [self.program, scene, server.url if hasattr(server, "url") else server, *map(str, options)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return self.clients[-1]

    def play(self, scene, server, *options):
        """All that a scene prints."""
        said, errors = self.start(scene, server, *options).communicate(timeout=PATIENCE)
        assert self.clients[-1].returncode == 0, f"{scene}: {errors}\n{said}"
        return said

    @staticmethod
    def rest(client):
        said, errors = client.communicate(timeout=PATIENCE)
        assert client.returncode == 0, errors
        return said

    def close(self):
        for client in self.clients:
            if client.poll() is None:
                client.kill()
                client.communicate()
        for server in self.servers:
            server.stop()


@pytest.fixture
def stage(engine, tmp_path, program):
    stage = Stage(engine, tmp_path, program)
    yield stage
    stage.close()


# Ways of talking, for which every scene is played; and ways of signing in, after which all is the same.
TALKING = ("nobody asks", "creds", "tls", "verbose and pedantic", "at once", "shared threads")
SIGNING_IN = ("user", "token", "token handler", "nkey", "nkey callback", "creds callbacks", "tls unverified", "certificate",
              "certificate as text")


@pytest.mark.parametrize("way", TALKING)
def test_every_scene_in_every_way_of_talking(stage, way):
    text, options = stage.ways()[way]
    server = stage.serve(text)
    for scene, expected in SCENES.items():
        assert stage.play(scene, server, *options) == expected, scene


@pytest.mark.parametrize("way", SIGNING_IN)
def test_every_way_of_signing_in(stage, way):
    text, options = stage.ways()[way]
    server = stage.serve(text)
    for scene in ("facts", "requests"):
        assert stage.play(scene, server, *options) == SCENES[scene], scene


@pytest.mark.parametrize("way, wrong", [
    ("user", ("--user", "u", "wrong")), ("user", ()), ("token", ("--token", "wrong")),
    ("nkey", ("--nkey", "other", "other.seed")), ("creds", ()), ("certificate", ("--tls", "ca.pem"))])
def test_who_may_not_come_in_is_told(stage, way, wrong):
    ways = stage.ways()
    other = Key.new("user")
    (stage.folder / "other.seed").write_text(other.seed)
    options = [other.public if word == "other" else stage.folder / word if "." in word else word for word in wrong]
    said = stage.play("refused", stage.serve(ways[way][0]), *options)
    if way == "certificate":
        # TLS 1.3 ends it after the client's part of the handshake: the next thing that is done fails.
        assert said.splitlines()[0] in ("SSL Error", "I/O Error", "Protocol Error", "Connection Closed"), said
    else:
        assert said == "Authentication Violation\nAuthorization Violation\n"


def test_permission_violations_are_heard_and_the_connection_lives_on(stage):
    server = stage.serve(stage.ways()["creds"][0])
    assert stage.play("permissions", server, "--creds", stage.folder / "A.limited.creds") == (
        'error: Not Permitted: Permissions Violation for Publish to "forbidden"\n'
        'error: Not Permitted: Permissions Violation for Subscription to "forbidden.too"\n'
        'error: Not Permitted: Permissions Violation for Subscription to "forbidden.three" using queue "q"\n'
        "still connected\n")


def test_a_client_comes_back_when_the_server_does(stage):
    server = stage.serve("")
    client = stage.start("reconnect", server)
    assert client.stdout.readline() == "connected\n"
    server.stop()
    assert client.stdout.readline() == "disconnected\n"
    stage.serve("", server.address[1])
    assert stage.rest(client) == (
        "reconnected\n  news: written while away\n  news: after the restart\nreconnects 1\n")


def test_a_client_may_be_there_before_its_server(stage):
    port = stage.serve("").address[1]
    stage.servers[-1].stop()
    client = stage.start("late", f"nats://127.0.0.1:{port}")
    assert [client.stdout.readline(), client.stdout.readline()] == ["Not Yet Connected\n", "waiting\n"]
    stage.serve("", port)
    assert stage.rest(client) == "connected\n"


def test_credentials_that_run_out_end_the_connection(stage):
    realm = stage.realm()
    credentials = realm.user(REALM.account("A"), User("brief"), exp=int(time.time()) + 3)
    (stage.folder / "brief.creds").write_text(credentials.text())
    server = stage.serve(realm.configuration(-1).split("\n", 1)[1])
    said = stage.play("ended", server, "--creds", stage.folder / "brief.creds")
    assert said == "connected\nerror: Authentication Violation: User Authentication Expired\nclosed\n"


def test_a_server_that_ends_closes_the_connection(stage):
    server = stage.serve("")
    client = stage.start("ended", server)
    assert client.stdout.readline() == "connected\n"
    server.process.send_signal(signal.SIGKILL)
    assert stage.rest(client) == "closed\n"


def test_lame_duck_mode_is_told(stage):
    server = stage.serve("lame_duck_duration: 31s\nlame_duck_grace_period: 1s")
    client = stage.start("lame-duck", server)
    assert client.stdout.readline() == "connected\n"
    server.process.send_signal(signal.SIGUSR2)
    assert client.stdout.readline() == "lame duck mode\n"
    server.process.send_signal(signal.SIGTERM)
    assert stage.rest(client) == "closed\n"


def test_every_function_of_the_client_is_used_or_left_out_for_a_reason():
    declared = set(re.findall(r"\b(nats[A-Za-z]*_[A-Z]\w*)\s*\(", HEADER.read_text()))
    used = set(re.findall(r"\b(nats[A-Za-z]*_[A-Z]\w*)\s*\(", SOURCE.read_text()))
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    assert declared - used == left_out and not used & left_out
