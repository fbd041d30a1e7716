"""The broker's other ways in: over TLS, over WebSockets, and behind a proxy that says whom it speaks for."""

import asyncio
import socket
import ssl
import time

import nats
import pytest

from certificates import Authority
from flushing import synchronise
from peers import World, only_issuer
from realm import Account, Permissions, Realm, User
from wire import Connection

REALM = Realm((
    Account("SHOP", users=(
        User("anybody"), User("limited", Permissions(pub=("orders.>", "_INBOX.>"), sub=("news", "_INBOX.>"))))),
))
WAIT = 8


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path).issue("server", "127.0.0.1")


@pytest.fixture
def start(engine, realised, tmp_path):
    """Starts servers with a configuration, in which `{tls}` is a certificate and its key."""
    worlds = []

    def start(extra):
        files = f'cert_file: "{tmp_path}/server.pem", key_file: "{tmp_path}/server-key.pem"'
        worlds.append(World(engine, realised, tmp_path / f"server-{len(worlds)}", extra.replace("{tls}", files)))
        return worlds[-1]
    yield start
    for world in worlds:
        world.close()


def trusting(folder):
    return ssl.create_default_context(cafile=str(folder / "ca.pem"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def exchange(world, folder, url, **options):
    """What a stock client hears of what it says, small and large, and which errors it is told."""
    file = folder / "limited.creds"
    file.write_text(world.credentials("SHOP.limited").text())
    errors = asyncio.Queue()

    async def note(error):
        await errors.put(str(error).lower())
    limited = await asyncio.wait_for(
        nats.connect(url, user_credentials=str(file), error_cb=note, **options), WAIT)
    anybody_file = folder / "anybody.creds"
    anybody_file.write_text(world.credentials("SHOP.anybody").text())
    anybody = await asyncio.wait_for(nats.connect(url, user_credentials=str(anybody_file), **options), WAIT)
    try:
        orders = await anybody.subscribe("orders.>")

        async def answer(message):
            await message.respond(message.data[::-1])
        await anybody.subscribe("orders.ask", cb=answer)
        await synchronise(anybody)
        large = bytes(range(256)) * 3000
        await limited.publish("orders.1", b"small", headers={"Kind": "test"})
        await limited.publish("orders.2", large)
        first, second = await orders.next_msg(WAIT), await orders.next_msg(WAIT)
        assert (first.data, first.headers, second.data) == (b"small", {"Kind": "test"}, large)
        assert (await limited.request("orders.ask", b"abc", timeout=WAIT)).data == b"cba"
        await limited.publish("forbidden", b"")
        assert 'permissions violation for publish to "forbidden"' in await asyncio.wait_for(errors.get(), WAIT)
    finally:
        await limited.close()
        await anybody.close()


@only_issuer
@pytest.mark.parametrize("words", ["", "handshake_first: true", "min_version: \"1.3\""])
def test_a_stock_client_over_tls(start, authority, tmp_path, words):
    world = start(f"tls {{ {{tls}}, {words} }}")
    url = world.server.url.replace("nats://", "tls://")
    asyncio.run(exchange(
        world, tmp_path, url, tls=trusting(tmp_path), tls_handshake_first=words == "handshake_first: true"))


@only_issuer
@pytest.mark.parametrize("secure", [False, True])
def test_a_stock_client_over_a_websocket(start, authority, tmp_path, secure):
    port = free_port()
    world = start(f"websocket {{ listen: '127.0.0.1:{port}', {'tls { {tls} }' if secure else 'no_tls: true'} }}")
    options = {"tls": trusting(tmp_path)} if secure else {}
    asyncio.run(exchange(world, tmp_path, f"{'wss' if secure else 'ws'}://127.0.0.1:{port}", **options))


@only_issuer
def test_many_messages_over_tls_come_in_order_to_a_client_that_is_slow_to_read(start, authority, tmp_path):
    world = start("tls { {tls} }")

    def client(user):
        connection = Connection(world.server.address)
        connection._socket = trusting(tmp_path).wrap_socket(connection._socket, server_hostname="127.0.0.1")
        return connection.sign_in(world.credentials(user))
    reader, writer = client("SHOP.anybody"), client("SHOP.anybody")
    reader.subscribe("flood")
    count, size = 400, 10_000
    for number in range(count):
        writer.send(f"PUB flood {size}\r\n".encode() + str(number).zfill(size).encode() + b"\r\n")
    writer.flush()
    time.sleep(0.3)
    assert [int(payload.lstrip("0") or 0) for payload in reader.payloads()] == list(range(count))
    reader.close()
    writer.close()


@only_issuer
@pytest.mark.parametrize("files, words", [
    (("server.pem", "other-key.pem"), "is not that of the certificate"),
    (("server.pem", "broken.pem"), "has no private key that can be read"),
    (("broken-certificate.pem", "server-key.pem"), "has no certificate that can be read"),
])
def test_a_certificate_that_cannot_be_used_is_found_at_the_start(engine, realised, authority, tmp_path, files, words):
    if engine == "nats-server":
        pytest.skip("in words of its own")
    authority.issue("other", "127.0.0.1")
    (tmp_path / "broken.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (tmp_path / "broken-certificate.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    certificate, key = (tmp_path / file for file in files)
    with pytest.raises(AssertionError) as failure:
        World(engine, realised, tmp_path / "server", f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}')
    assert words in str(failure.value) and "server.conf:" in str(failure.value)


# A PROXY header says whom a connection is for.

def begun(address, header):
    """What the server says to a connection that begins with these bytes: INFO's client_ip, or how it ends."""
    with socket.create_connection(address, timeout=WAIT) as connection:
        connection.sendall(header)
        said = b""
        while b"\r\n" not in said:
            data = connection.recv(65536)
            if not data:
                return "closed"
            said += data
        if not said.startswith(b"INFO "):
            return said
        return said.partition(b'"client_ip":"')[2].partition(b'"')[0].decode()


V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([10, 1, 2, 3, 10, 0, 0, 1, 0, 1, 0, 2])
V2_SIX = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + bytes.fromhex("20010db8" + "00" * 11 + "07") + bytes(16) + b"\0\1\0\2"


@only_issuer
def test_a_proxy_header_is_believed_from_listed_sources_alone(start, authority, tmp_path, engine):
    if engine == "nats-server":
        pytest.skip("S12: the list is the broker's own")
    listed = start("proxy_protocol: true\nproxy_protocol_sources: ['127.0.0.0/8']").server.address
    assert begun(listed, b"PROXY TCP4 10.1.2.3 10.0.0.1 1 2\r\n") == "10.1.2.3"
    assert begun(listed, b"PROXY TCP6 2001:db8::7 ::1 1 2\r\n") == "2001:db8::7"
    assert begun(listed, V2) == "10.1.2.3" and begun(listed, V2_SIX) == "2001:db8::7"
    assert begun(listed, b"PROXY UNKNOWN\r\n") == "127.0.0.1"
    assert begun(listed, b"PROXY TCP4 10.1.2.3\r\n") == "closed"
    assert begun(listed, b"CONNECT {}\r\n") == "closed"
    before = time.monotonic()
    assert begun(listed, b"PROXY") == "closed" and begun(listed, b"") == "closed"
    assert time.monotonic() - before < 4
    elsewhere = start("proxy_protocol: true\nproxy_protocol_sources: ['10.0.0.0/8']").server.address
    assert begun(elsewhere, b"") == "127.0.0.1"
    with Connection(elsewhere) as connection:
        connection.send("PROXY TCP4 10.1.2.3 10.0.0.1 1 2\r\n")
        assert connection.ending() == ["Authorization Violation"]


@only_issuer
@pytest.mark.parametrize("header", [b"PROXY TCP4 10.1.2.3 10.0.0.1 1 2\r\n", V2])
@pytest.mark.parametrize("first", [False, True])
def test_a_proxy_header_comes_before_tls(start, authority, tmp_path, engine, header, first):
    if engine == "nats-server":
        pytest.skip("S12: the list is the broker's own")
    world = start(
        f"proxy_protocol: true\nproxy_protocol_sources: '127.0.0.1'\ntls {{ {{tls}}, handshake_first: {str(first).lower()} }}")
    with socket.create_connection(world.server.address, timeout=WAIT) as connection:
        connection.sendall(header)
        said = b"" if first else connection.recv(65536)
        with trusting(tmp_path).wrap_socket(connection, server_hostname="127.0.0.1") as secured:
            if first:
                said = secured.recv(65536)
            assert b'"client_ip":"10.1.2.3"' in said
            secured.sendall(b"CONNECT {}\r\n")
            assert secured.recv(100) == b"-ERR 'Authorization Violation'\r\n"
