"""Peers of the service that are slow on purpose: they hold nobody up, and not for long."""
import asyncio
import base64
import concurrent.futures
import fcntl
import http.client
import json
import signal
import socket
import subprocess
import time

import nats
import nkeys

from test_service import ACCOUNT, CHANCERY, Service, service  # noqa: F401 (a fixture)

LIMIT = 75


def connect(service):
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=LIMIT)
    connection.settimeout(0.5)
    return connection


def drip(service, beginning, piece):
    """Sends a little twice a second, until the other side has closed; and how long that took."""
    begin = time.monotonic()
    with connect(service) as connection:
        connection.sendall(beginning)
        while time.monotonic() - begin < LIMIT:
            try:
                connection.sendall(piece)
                if not connection.recv(65536):
                    return time.monotonic() - begin
            except socket.timeout:
                pass
            except OSError:
                return time.monotonic() - begin
    return None


def stall(service):
    """Asks for a lot, and reads nothing until the other side has closed."""
    begin = time.monotonic()
    with connect(service) as connection:
        ask(connection)
        while time.monotonic() - begin < LIMIT:
            time.sleep(0.5)
            try:
                # Only a closed connection takes no more.
                connection.send(b"G")
            except socket.timeout:
                pass
            except OSError:
                return time.monotonic() - begin
    return None


def ask(connection):
    try:
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
    except socket.timeout:
        pass


def test_whoever_is_slow_is_sent_away_and_holds_up_nobody(service):  # noqa: F811
    post = b"POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    signed = b"Authorization: Bearer %s\r\n" % service.token.encode()
    slow = {
        "a header that never ends": lambda: drip(service, b"GET / HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n"),
        "a line that never ends": lambda: drip(service, b"GET /", b"a"),
        "nothing at all": lambda: drip(service, b"", b""),
        "a body that never ends": lambda: drip(service, post + signed + b"\r\n", b"1\r\na\r\n"),
        "a body that nobody wants": lambda: drip(service, post + b"\r\n", b"1\r\na\r\n"),
        "an answer that is not read": lambda: stall(service),
    }
    with concurrent.futures.ThreadPoolExecutor(len(slow)) as pool:
        running = {name: pool.submit(work) for name, work in slow.items()}
        while not all(one.done() for one in running.values()):
            assert service.send("GET", "/healthz")[0] == 200
            time.sleep(0.2)
        for name, one in running.items():
            assert one.result() is not None, f"{name}: the connection is still open after {LIMIT} seconds"


def test_whoever_does_not_end_a_body_is_told_so(service):  # noqa: F811
    head = (
        f"PUT /v1/operators/operator/accounts/A HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    with connect(service) as connection, connection.makefile("rb") as answer:
        connection.settimeout(LIMIT)
        connection.sendall(head.encode())
        assert b" 408 " in answer.readline()
        assert b"the body did not arrive in time" in answer.read(), "and the connection is closed"


def seconds_to_end_beside_readers(home):
    service = Service(home)  # noqa: F811
    service.first_token()
    with connect(service) as stalled, connect(service) as told:
        ask(stalled)
        told.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % service.token.encode())
        assert told.recv(4096).startswith(b"HTTP/1.1 200")
        begin = time.monotonic()
        assert service.end() == 0
        return time.monotonic() - begin


def test_the_end_waits_for_no_reader(tmp_path):
    # What is not ended by itself is cut after ten seconds. A busy machine may be as slow as that once.
    assert any(seconds_to_end_beside_readers(tmp_path / str(number)) < 8 for number in range(3))


def test_many_challenges_keep_nobody_from_signing_in(service):  # noqa: F811
    seed = subprocess.run(
        [CHANCERY, "generate", "nkey", "--user"], check=True, capture_output=True, text=True).stdout.split()[0]
    pair = nkeys.from_seed(bytearray(seed.encode()))
    body = {"name": "k", "grants": [{"role": "viewer"}], "public_key": pair.public_key.decode()}
    assert service.send("POST", "/v1/tokens", body)[0] == 201

    def challenge(connection):
        connection.request(
            "POST", "/v1/auth/challenge", json.dumps({"public_key": body["public_key"]}),
            {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def sign_in(challenge):
        signature = base64.urlsafe_b64encode(pair.sign(challenge["sign"].encode())).rstrip(b"=").decode()
        return service.send("POST", "/v1/auth/token", {"nonce": challenge["nonce"], "signature": signature})[0]

    elsewhere = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30, source_address=("127.0.0.2", 0))
    here = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    early = challenge(elsewhere)[1]
    first = challenge(here)[1]
    for _ in range(300):
        status, last = challenge(here)
        assert status == 200
    assert sign_in(early) == 200 and sign_in(last) == 200
    assert sign_in(first) == 401


def test_who_does_not_read_the_log_holds_up_nobody(tmp_path):
    service = Service(tmp_path / "home")  # noqa: F811
    service.first_token()
    room = fcntl.fcntl(service.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
    exporter = service.send("PUT", ACCOUNT + "forum", {})[1]["public_key"]
    assert service.send("PUT", ACCOUNT + "shop", {})[0] == 201
    subjects = [f"news.{number}" for number in range(room // 100)]
    for subject in subjects:
        assert service.send("PUT", f"{ACCOUNT}forum/exports/{subject}", {"type": "stream"})[0] == 201
        wanted = {"account": exporter, "subject": subject, "type": "stream", "local_subject": f"from.{subject}"}
        assert service.send("POST", ACCOUNT + "shop/imports", wanted)[0] == 201
    # Each import that becomes useless is told of.
    for subject in subjects:
        assert service.send("DELETE", f"{ACCOUNT}forum/exports/{subject}", if_match="*")[0] == 200
    creds = tmp_path / "user.creds"
    creds.write_text(service.send("PUT", f"{ACCOUNT}shop/users/somebody", {})[1]["creds"])

    async def talk():
        client = await nats.connect(service.nats, user_credentials=str(creds))
        heard = await client.subscribe("from.us")
        await client.publish("from.us", b"heard")
        assert (await heard.next_msg(timeout=30)).data == b"heard"
        await client.close()

    asyncio.run(talk())
    service.process.send_signal(signal.SIGTERM)
    told = [line for line in service.process.stderr if "is not used" in line]
    assert service.process.wait(timeout=60) == 0
    assert len(told) == len(subjects), "each of them once, and nothing is lost"
