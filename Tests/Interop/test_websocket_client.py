"""A WebSocket client that knows nothing of NATS - `websockets` - speaks it in binary frames: masked, in pieces, secured."""

import contextlib
import json
import re
import select
import socket
import ssl
import threading

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from certificates import Authority
from peers import Server

WAIT = 8
pytestmark = pytest.mark.timeout(60)


@pytest.fixture(params=["ws", "wss"])
def scheme(request):
    return request.param


@pytest.fixture
def start(engine, tmp_path):
    """Starts a server whose WebSockets have these settings, and returns its port for them."""
    servers = []

    def start(settings, rest=""):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        servers.append(Server(
            engine, tmp_path / "server",
            lambda own: f"listen: 127.0.0.1:{own}\nwebsocket {{ listen: '127.0.0.1:{port}', {settings} }}\n{rest}"))
        return port
    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def way(start, scheme, tmp_path):
    """Opens connections to a server over ws or wss."""
    if scheme == "wss":
        Authority(tmp_path).issue("server", "localhost")
        port = start(f'tls {{ cert_file: "{tmp_path}/server.pem", key_file: "{tmp_path}/server-key.pem" }}')
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        return lambda **options: Wire(
            connect(f"ws://localhost:{port}/", sock=over_tls(port, context), **(PLAIN | options)))
    port = start("no_tls: true")
    return lambda **options: Wire(connect(f"ws://127.0.0.1:{port}/", **(PLAIN | options)))


def over_tls(port, context):
    """A socket whose bytes go through TLS. One thread alone reads and writes the session: the client has two, and the
    session of Python's is not made for that."""
    session = context.wrap_socket(socket.create_connection(("localhost", port), WAIT), server_hostname="localhost")
    near, far = socket.socketpair()
    threading.Thread(target=pump, args=(session, far), daemon=True).start()
    return near


def pump(session, far):
    """Hands on what comes from either side, until one of them ends."""
    with session, far, contextlib.suppress(OSError):
        while True:
            ready = [far] if session.pending() else select.select([session, far], [], [])[0]
            session.setblocking(False)
            with contextlib.suppress(ssl.SSLWantReadError):
                data = session.recv(65536)
                if not data:
                    return
                far.sendall(data)
            session.setblocking(True)
            if far in ready and select.select([far], [], [], 0)[0]:
                data = far.recv(65536)
                if not data:
                    return
                session.sendall(data)


PLAIN = {"compression": None, "max_size": None, "open_timeout": WAIT, "close_timeout": WAIT, "proxy": None}


class Wire:
    """NATS on a WebSocket: what comes is put together again, since frames and lines have nothing to do with each other."""

    def __init__(self, socket):
        self.socket, self.came, self.frames = socket, b"", 0
        self.info = json.loads(self.line().removeprefix(b"INFO "))

    def fill(self):
        frame = self.socket.recv(timeout=WAIT)
        assert isinstance(frame, bytes), "the server sends binary frames"
        self.frames += 1
        self.came += frame

    def line(self):
        """The next line, past a later INFO; the server's own PING is answered."""
        while b"\r\n" not in self.came:
            self.fill()
        line, _, self.came = self.came.partition(b"\r\n")
        if line == b"PING":
            self.send(b"PONG\r\n")
        elif not line.startswith(b"INFO ") or not hasattr(self, "info"):
            return line
        return self.line()

    def bytes(self, count):
        while len(self.came) < count:
            self.fill()
        data, self.came = self.came[:count], self.came[count:]
        return data

    def send(self, data):
        self.socket.send(data)

    def flush(self, first=b""):
        self.send(first + b"PING\r\n")
        assert self.line() == b"PONG"

    def message(self):
        """The payload of the next message."""
        words = re.fullmatch(rb"MSG (\S+) (\S+) (?:(\S+) )?(\d+)", self.line())
        size = int(words[4])
        return self.bytes(size + 2)[:-2]


CONNECT = b'CONNECT {"verbose":false,"protocol":1,"headers":true}\r\n'


def test_messages_in_whole_frames(way):
    one, two = way(), way()
    one.flush(CONNECT + b"SUB a.* 1\r\n")
    two.flush(CONNECT)
    two.send(b"PUB a.b 5\r\nhello\r\nPUB a.c 0\r\n\r\n")
    assert [one.message(), one.message()] == [b"hello", b""]


def test_lines_and_payloads_in_pieces_of_any_size(way):
    """A message of the WebSocket in fragments, and the NATS stream cut anywhere into messages."""
    wire = way()
    text = CONNECT + b"SUB a.* 1\r\nPUB a.b 26\r\nabcdefghijklmnopqrstuvwxyz\r\nPING\r\n"
    wire.socket.send(text[n:n + 1] for n in range(len(text)))
    assert wire.message() == b"abcdefghijklmnopqrstuvwxyz" and wire.line() == b"PONG"
    for size in (1, 2, 3, 7, 50):
        again = text.removeprefix(CONNECT).replace(b"SUB a.* 1\r\n", b"")
        for start in range(0, len(again), size):
            wire.send(again[start:start + size])
        assert wire.message() == b"abcdefghijklmnopqrstuvwxyz" and wire.line() == b"PONG"
    wire.socket.send([b"PI", b"", b"NG", b"\r", b"\n"])
    assert wire.line() == b"PONG"


def test_control_frames_between_the_fragments(way):
    wire = way()
    wire.flush(CONNECT + b"SUB a 1\r\n")

    def pieces():
        yield b"PUB a 6\r\nabc"
        assert wire.socket.ping(b"in between").wait(WAIT)
        yield b"def\r\n"
    wire.socket.send(pieces())
    assert wire.message() == b"abcdef"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 1024 * 1024])
def test_every_form_of_a_length(way, size):
    one, two = way(), way()
    one.flush(CONNECT + b"SUB a 1\r\n")
    two.flush(CONNECT)
    payload = bytes(range(256)) * (size // 256) + bytes(size % 256)
    two.send(b"PUB a %d\r\n" % size + payload + b"\r\n")
    assert one.message() == payload


def test_many_messages_come_in_order(way):
    one, two = way(), way()
    one.flush(CONNECT + b"SUB a 1\r\n")
    two.flush(CONNECT)
    for number in range(0, 5000, 50):
        two.send(b"".join(b"PUB a 4\r\n%04d\r\n" % each for each in range(number, number + 50)))
    assert [int(one.message()) for _ in range(5000)] == list(range(5000))


def test_compression_that_is_offered(way, engine):
    """Neither has it switched on, so that it is not agreed on and everything comes as it is."""
    wire = way(compression="deflate")
    assert "Sec-WebSocket-Extensions" not in wire.socket.response.headers
    wire.flush(CONNECT + b"SUB a 1\r\n")
    wire.send(b"PUB a 2000\r\n" + bytes(2000) + b"\r\n")
    assert wire.message() == bytes(2000)


def test_text_frames(way):
    """Both take what they say for bytes."""
    wire = way()
    wire.socket.send(CONNECT.decode() + "PING\r\n", text=True)
    assert wire.line() == b"PONG"


def test_a_client_that_closes_is_answered(way):
    wire = way()
    wire.flush(CONNECT)
    wire.socket.close(1000, "done")
    assert wire.socket.close_code == 1000


def test_a_violation_ends_with_the_error_and_a_close_frame(way, engine):
    wire = way()
    wire.flush(CONNECT)
    wire.send(b"FLAWED\r\n")
    with pytest.raises(ConnectionClosed) as closed:
        assert wire.line() == b"-ERR 'Unknown Protocol Operation'"
        wire.fill()
    # nats-server closes the socket before either has gone out, or behind them.
    assert engine == "nats-server" or closed.value.rcvd.code == 1002


def test_who_may_not_come_in(start):
    port = start("no_tls: true", "authorization { token: secret }")
    wire = Wire(connect(f"ws://127.0.0.1:{port}/", **PLAIN))
    wire.send(CONNECT)
    assert wire.line() == b"-ERR 'Authorization Violation'"
    with pytest.raises(ConnectionClosed):
        wire.fill()
    welcome = Wire(connect(f"ws://127.0.0.1:{port}/", **PLAIN))
    welcome.flush(CONNECT.replace(b"{", b'{"auth_token":"secret",'))


def test_an_origin_that_is_not_listed(start):
    port = start("no_tls: true, allowed_origins: ['http://here.example']")
    Wire(connect(f"ws://127.0.0.1:{port}/", origin="http://here.example", **PLAIN)).flush(CONNECT)
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{port}/", origin="http://there.example", **PLAIN)
    assert refused.value.response.status_code == 403
