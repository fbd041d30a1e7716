"""What the log says of clients: nats-server's words, which people and programs look for."""

import re
import socket

import pytest

from peers import Server
from test_drop_in import until

pytestmark = [pytest.mark.timeout(120)]
CONNECT = b'CONNECT {"verbose":false,"lang":"go","version":"1","name":"nm","user":"b","pass":"%s"}\r\nPING\r\n'
CONFIGURATION = """
max_payload: 1000
authorization { users: [ { user: b, password: b, permissions: { publish: ok, subscribe: ok } } ] }
"""


@pytest.fixture
def server(engine, tmp_path):
    server = Server(engine, tmp_path / "server", lambda port: f'listen: "127.0.0.1:{port}"\n{CONFIGURATION}')
    yield server
    server.stop()


def send(server, lines, password=b"b"):
    client = socket.create_connection(server.address, timeout=10)
    client.recv(4096)
    client.sendall(CONNECT % password + lines)
    return client


@pytest.mark.parametrize("lines, said", [
    (b"PUB y 1\r\nx\r\n", 'Publish Violation - Subject "y"'),
    (b"SUB y 7\r\n", 'Subscription Violation - Subject "y", SID 7'),
    (b"SUB y q 7\r\n", 'Subscription Violation - Subject "y", Queue: "q", SID 7'),
    (b"PUB ok 9999\r\n", "maximum payload exceeded: 9999 vs 1000"),
    (b"PUB ok\r\n", "processPub Parse Error"),
    (b"FOO\r\n", "Client parser ERROR"),
    (b"PUB " + b"x" * 5000, "maximum control line exceeded"),
], ids=["publish", "subscribe", "queue", "payload", "arguments", "verb", "line"])
def test_what_a_client_does_wrong(server, lines, said):
    with send(server, lines) as client:
        port = client.getsockname()[1]
        until(lambda: said in server.log.read_text())
    line = next(line for line in server.log.read_text().splitlines() if said in line)
    assert re.search(rf'\[ERR\] 127\.0\.0\.1:{port} - cid:\d+ - "v1:go:nm" - "\$G/user:b" - {re.escape(said)}', line)


def test_who_is_not_let_in(server):
    with send(server, b"", password=b"hidden-word") as client:
        port = client.getsockname()[1]
        until(lambda: "authentication error" in server.log.read_text())
    text = server.log.read_text()
    assert re.search(rf'\[ERR\] 127\.0\.0\.1:{port} - cid:\d+ - authentication error - User "b"', text)
    assert "hidden-word" not in text


def test_a_loop_of_violations_does_not_fill_the_log(server, engine):
    if engine == "nats-server":
        pytest.skip("nats-server writes every line")
    with send(server, b"PUB y 1\r\nx\r\n" * 20000):
        until(lambda: "more errors like these were not logged" in server.log.read_text())
    until(lambda: told(server) == 20000)
    assert server.log.read_text().count("Publish Violation") < 2000


def told(server):
    text = server.log.read_text()
    return text.count("Publish Violation") + sum(map(int, re.findall(r"(\d+) more errors like these", text)))
