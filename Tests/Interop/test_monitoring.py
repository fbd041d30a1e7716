"""Pages over HTTP while connections come and go, and requests that are none."""

import asyncio
import http.client
import json
import signal
import socket
import threading
import time

import nats
import pytest

from flushing import synchronise
from peers import ENGINES, Server
from wire import Connection

CONFIGURATION = """
http: "127.0.0.1:-1"
max_closed_clients: 50
accounts {
  A { users: [{user: a, password: a-secret-password}] }
  B { users: [{user: b, password: b-secret-password}] }
  SYS { users: [{user: s, password: s-secret-password}] }
}
system_account: SYS
"""
PAGES = [
    "/varz", "/connz?auth=1&subs=1", "/connz?state=any&sort=bytes_to&auth=1", "/connz?state=closed&sort=stop&limit=5",
    "/connz?subs=detail&acc=A&filter_subject=x.1", "/subsz?subs=1", "/subsz?subs=1&acc=B&test=x.1", "/accountz",
    "/accountz?acc=A", "/accstatz?unused=1", "/healthz", "/routez", "/gatewayz", "/leafz", "/jsz",
]


@pytest.fixture(params=ENGINES)
def server(request, tmp_path):
    server = Server(request.param, tmp_path, lambda port: f"host: 127.0.0.1\nport: {port}\n{CONFIGURATION}")
    ports = next((tmp_path / "ports").glob("*.ports"))
    address = json.loads(ports.read_text())["monitoring"][0].rpartition("/")[2]
    host, _, port = address.rpartition(":")
    server.pages = (host, int(port))
    yield server
    server.stop()


def get(server, path, method="GET"):
    connection = http.client.HTTPConnection(*server.pages, timeout=30)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def churn(server, until):
    while not until.is_set():
        clients = [
            await nats.connect(server.url, user=user, password=f"{user}-secret-password", name=f"of {user}")
            for user in ("a", "b", "a")
        ]
        for client in clients:
            await client.subscribe("x.*")
            await client.publish("x.1", b"12345")
            await synchronise(client)
        for client in clients:
            await client.close()


def test_pages_are_whole_while_connections_come_and_go(server):
    until = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(churn(server, until)))
    thread.start()
    try:
        last = {}
        for _ in range(10):
            for path in PAGES:
                status, text = get(server, path)
                assert status == 200, path
                assert "secret" not in text
                page = json.loads(text)
                if path == "/varz":
                    for name in ("in_msgs", "out_bytes", "total_connections"):
                        assert page[name] >= last.get(name, 0), name
                        last[name] = page[name]
                if "connections" in page and isinstance(page["connections"], list):
                    assert page["num_connections"] == len(page["connections"])
    finally:
        until.set()
        thread.join()
    assert last["in_msgs"] > 0
    closed = json.loads(get(server, "/connz?state=closed")[1])
    assert closed["total"] <= 50
    # nats-server calls a client that hangs up with something unread a read error.
    assert {connection["reason"] for connection in closed["connections"]} <= {"Client Closed", "Read Error"}


def test_what_is_counted_adds_up(server):
    async def talk():
        one = await nats.connect(server.url, user="a", password="a-secret-password")
        other = await nats.connect(server.url, user="a", password="a-secret-password")
        await other.subscribe("x")
        await synchronise(other)
        for _ in range(100):
            await one.publish("x", b"1234567", headers={"k": "v"})
        await synchronise(one)
        await synchronise(other)
        try:
            return json.loads(get(server, "/accstatz?acc=A")[1]), json.loads(get(server, "/varz")[1])
        finally:
            await one.close()
            await other.close()

    accounts, varz = asyncio.run(talk())
    account = next(account for account in accounts["account_statz"] if account["acc"] == "A")
    assert account["received"]["msgs"] == account["sent"]["msgs"] == varz["in_msgs"] == varz["out_msgs"] == 100
    # Headers are a part of what is counted.
    assert account["received"]["bytes"] == account["sent"]["bytes"] == 100 * (7 + len("NATS/1.0\r\nk: v\r\n\r\n"))


@pytest.mark.parametrize(
    "request_text",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET\r\n\r\n", b"GET /varz HTTP/9.9\r\n\r\n", b"\r\n" * 100,
        b"GET /" + b"x" * 200_000, b"GET /varz HTTP/1.1\r\n" + b"a: b\r\n" * 50_000,
        b"POST /varz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /varz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /connz?limit=" + b"9" * 5000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /%00%ff?%%%=%zz&&&=;; HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ], ids=[
        "TLS", "no path", "another version", "blank lines", "a long path", "many headers", "a negative length",
        "a broken chunk", "a long number", "a broken query",
    ])
def test_garbage_is_survived(server, request_text):
    with socket.create_connection(server.pages, timeout=30) as connection:
        try:
            connection.sendall(request_text)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass
    assert get(server, "/healthz") == (200, '{"status":"ok"}')


def test_health_in_lame_duck_mode(server):
    reason = '"error":"failed to be ready for connections after 1ms: server"'
    # Somebody has to be there, or it is over at once.
    with Connection(server.address) as client:
        client.sign_in(user="s", **{"pass": "s-secret-password"})
        server.process.send_signal(signal.SIGUSR2)
        end = time.monotonic() + 30
        while get(server, "/healthz")[0] == 200:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert get(server, "/healthz") == (500, '{"status":"error",' + reason + '}')
        assert get(server, "/healthz?details=1") == (
            500, '{"status":"error","errors":[{"type":"CONNECTION",' + reason + '}]}')


def test_many_connections_that_say_nothing_hold_up_no_client(server):
    silent = []
    try:
        for _ in range(200):
            silent.append(socket.create_connection(server.pages, timeout=5))

        async def talk():
            client = await nats.connect(server.url, user="a", password="a-secret-password")
            await synchronise(client)
            await client.close()

        asyncio.run(talk())
    finally:
        for connection in silent:
            connection.close()
    end = time.monotonic() + 20
    while True:
        try:
            assert get(server, "/healthz")[0] == 200
            return
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < end
            time.sleep(0.1)


def test_requests_behind_each_other_are_answered_in_their_order(server):
    paths = ["/healthz", "/nothing", "/connz?limit=x", "/healthz"]
    text = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths)
    with socket.create_connection(server.pages, timeout=30) as connection:
        connection.sendall(text.encode() + b"HEAD /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    lines = [line.split(b" ")[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    statuses = [part.split(b" ")[1] for part in answer.split(b"HTTP/1.1")[1:]]
    assert len(statuses) == 5 and statuses[:4] == [b"200", b"404", b"400", b"200"], (lines, answer)


@pytest.mark.parametrize(
    "target, status",
    [
        ("http://h/healthz", 200), ("HTTP://h:1/%68ealthz?x=1", 200), ("/%76arz", 200), ("/healthz%3Fa=1", 404),
        ("/healthz/", 404), ("/%zz", 400), ("healthz", 400), ("http://h:x/healthz", 400),
    ])
def test_a_target_may_be_a_url_and_encoded(server, target, status):
    with socket.create_connection(server.pages, timeout=30) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert int(answer.split(b" ")[1]) == status, answer[:200]


def test_connections_that_are_kept_open_keep_nobody_out(server):
    kept = []
    try:
        for _ in range(130):
            connection = http.client.HTTPConnection(*server.pages, timeout=30)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
            kept.append(connection)
        assert get(server, "/healthz") == (200, '{"status":"ok"}')
    finally:
        for connection in kept:
            connection.close()


def test_pages_of_an_account_hold_up_no_other(server):
    """An account with very many subscriptions has its own pages made again and again."""
    padding = "x" * 100
    with Connection(server.address, 60) as many, Connection(server.address, 60) as other:
        many.sign_in(user="a", **{"pass": "a-secret-password"})
        for start in range(0, 20_000, 1000):
            many.send("".join(f"SUB s.{padding}.{n} {n}\r\n" for n in range(start, start + 1000)))
            many.flush()
        other.sign_in(user="b", **{"pass": "b-secret-password"})
        askers = [
            Connection(server.address, 120).sign_in(user="a", **{"pass": "a-secret-password"}) for _ in range(8)
        ]
        for number, asker in enumerate(askers):
            asker.send(f"SUB rp.{number} 1\r\n")
            body = '{"subscriptions_detail":true}'
            asker.send(f"PUB $SYS.REQ.ACCOUNT.PING.CONNZ rp.{number} {len(body)}\r\n{body}\r\n")
        waits = []
        for _ in range(20):
            start = time.monotonic()
            other.flush()
            with Connection(server.address, 60) as newcomer:
                newcomer.sign_in(user="b", **{"pass": "b-secret-password"})
            waits.append(time.monotonic() - start)
        assert max(waits) < 5
        page = json.loads(askers[0].message().payload)["data"]
        shown = next(one for one in page["connections"] if one["subscriptions"] == 20_000)
        listed = {one["sid"] for one in shown["subscriptions_list_detail"]}
        assert len(listed) == len(shown["subscriptions_list_detail"])
        # nats-server lists all.
        assert len(listed) == (20_000 if server.engine == "nats-server" else 16_384)
        for asker in askers:
            asker.close()
