"""The service over real HTTP, with real NATS clients beside it."""
import asyncio
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.parse

import nats
import pytest

from certificates import Authority
from peers import Server

CHANCERY = os.environ.get("CHANCERY", ".build/debug/chancery")
ACCOUNT = "/v1/operators/operator/accounts/"


class Service:
    """A running service, and somebody who talks to it."""

    def __init__(self, home, *options):
        self.home = home
        self.process = subprocess.Popen(
            [CHANCERY, "serve", "--all-dirs", str(home), "--listen", "127.0.0.1:0", "--nats", "127.0.0.1:0",
             "--failure-rate", "0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.words = []
        self.port = self.nats = None
        deadline = time.monotonic() + 60
        while self.port is None:
            line = self.process.stderr.readline()
            assert line and time.monotonic() < deadline, "".join(self.words)
            self.words.append(line)
            if found := re.search(r"the API listens on https?://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
            if found := re.search(r"the NATS server listens on (nats://\S+)", line):
                self.nats = found[1]
        self.token = None

    def first_token(self):
        self.token = self.process.stdout.readline().strip()
        return self.token

    def send(self, method, path, body=None, token=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields["authorization"] = "Bearer " + (token or self.token)
        if body is not None:
            fields.setdefault("content-type", "application/json")
            body = json.dumps(body).encode()
        connection.request(method, path, body=body, headers=fields)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if text and answer.headers.get_content_subtype().endswith("json"):
            text = json.loads(text)
        return answer.status, text or None, answer.headers

    def curl(self, path, *options):
        command = ["curl", "-s", *options, f"https://localhost:{self.port}{path}"]
        done = subprocess.run(command, capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def raw(self, data, wait=10):
        """What comes back for bytes, until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(data)
            received = b""
            while part := connection.recv(65536):
                received += part
                head, _, body = received.partition(b"\r\n\r\n")
                if length := re.search(rb"content-length: (\d+)", head, re.I):
                    if len(body) >= int(length[1]):
                        break
            return received

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.words += self.process.stderr.readlines()
        return code


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path / "home")
    service.first_token()
    yield service
    if service.process.poll() is None:
        assert service.end() == 0, "".join(service.words)


@pytest.fixture
def open_door(tmp_path):
    service = Service(tmp_path / "home", "--resolver")
    service.first_token()
    yield service
    assert service.end() == 0, "".join(service.words)


def test_the_first_token_can_go_to_a_file_of_its_owner_alone(tmp_path):
    file = tmp_path / "token"
    service = Service(tmp_path / "home", "--first-token", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    service.token = file.read_text().strip()
    assert service.send("GET", "/v1/operators")[0] == 200
    assert service.end() == 0
    assert service.process.stdout.read() == ""


def test_the_first_start_makes_what_is_missing_and_the_second_nothing(tmp_path):
    first = Service(tmp_path / "home")
    token = first.first_token()
    assert re.fullmatch(r"chy_[a-z2-7]{12}_[a-z2-7]{52}", token)
    assert first.send("GET", "/readyz")[1]["status"] == "ok"
    assert first.end() == 0
    second = Service(tmp_path / "home")
    second.token = token
    status, body, _ = second.send("GET", "/v1/operators")
    assert status == 200 and [one["name"] for one in body["items"]] == ["operator"]
    assert second.end() == 0
    assert second.process.stdout.read() == ""
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not any(token[17:].encode() in path.read_bytes() for path in files)


def test_a_tenant_gets_an_account_of_its_own(service, tmp_path):
    asyncio.run(tenant(service, tmp_path))


async def tenant(service, tmp_path):
    # The operator's admin makes the tenant and a delegated token.
    status, account, _ = service.send("PUT", ACCOUNT + "tenant", {"limits": {"conn": 10}}, if_none_match="*")
    assert status == 201 and account["distribution"]["in_force"]
    status, other, _ = service.send("PUT", ACCOUNT + "other", {}, if_none_match="*")
    assert status == 201
    grant = {"role": "account-admin", "account": account["public_key"], "ceiling": {"publish": ["orders.>"]}}
    status, made, _ = service.send("POST", "/v1/tokens", {"name": "tenant's admin", "grants": [grant]})
    assert status == 201
    tenant = made["token"]
    # The tenant's admin defines a role and issues credentials.
    role = {"template": {"pub": {"allow": ["orders.>"]}, "sub": {"allow": ["orders.>", "_INBOX.>"]}}}
    status, _, _ = service.send("PUT", ACCOUNT + "tenant/roles/worker", role, tenant)
    assert status == 201
    status, user, _ = service.send("PUT", ACCOUNT + "tenant/users/w1", {"role": "worker"}, tenant)
    assert status == 201 and user["role"] == "worker"
    # It is refused outside its account, and above its ceiling.
    status, refusal, _ = service.send("GET", ACCOUNT + "other", token=tenant)
    assert status == 403 and other["public_key"] not in json.dumps(refusal)
    status, _, _ = service.send("PUT", ACCOUNT + "tenant/limits", {}, tenant, if_match="*")
    assert status == 403
    wide = {"template": {"pub": {"allow": [">"]}}}
    assert service.send("PUT", ACCOUNT + "tenant/roles/wide", wide, tenant)[1]["code"] == "above_ceiling"
    # A client connects with them.
    creds = tmp_path / "w1.creds"
    creds.write_text(user["creds"])
    gone = asyncio.Event()

    async def note():
        gone.set()

    client = await nats.connect(
        service.nats, user_credentials=str(creds), allow_reconnect=False, closed_cb=note, disconnected_cb=note)
    got = asyncio.get_running_loop().create_future()

    async def take(message):
        got.set_result(message.data)

    await client.subscribe("orders.new", cb=take)
    await client.flush()
    await client.publish("orders.new", b"1")
    assert await asyncio.wait_for(got, 10) == b"1"
    # Revoked, its connection is gone before the answer.
    reader = client._transport._io_reader
    status, revoked, _ = await asyncio.to_thread(
        service.send, "POST", ACCOUNT + "tenant/users/w1:revoke", None, tenant)
    assert status == 200 and revoked["revoked"] and revoked["distribution"]["in_force"]
    await asyncio.wait_for(gone.wait(), 10)
    assert reader.at_eof() or client.is_closed
    with pytest.raises(Exception):
        await nats.connect(service.nats, user_credentials=str(creds), allow_reconnect=False, max_reconnect_attempts=0)
    # An auditor reads it all.
    status, made, _ = service.send("POST", "/v1/tokens", {"name": "auditor", "grants": [{"role": "auditor"}]})
    status, log, _ = service.send("GET", "/v1/audit/admin?limit=500", token=made["token"])
    assert status == 200
    seen = [(one["op"], one["outcome"]) for one in log["items"]]
    for expected in [("account.add", "changed"), ("user.add", "changed"), ("creds.export", "allowed"),
                     ("access.refuse", "denied"), ("token.add", "changed"), ("account.push", "changed")]:
        assert expected in seen, expected
    assert not re.search("S[UOA][A-Z2-7]{56}", json.dumps(log))
    verified = subprocess.run([CHANCERY, "audit", "verify", "--all-dirs", str(service.home)], capture_output=True)
    assert verified.returncode == 0, verified.stderr


def test_a_query_goes_on_behind_more_records_than_one_request_looks_at(service, tmp_path):
    # Records are shown as they are stored: whether they are genuine is another question.
    with contextlib.closing(sqlite3.connect(service.home / "directory.sqlite")) as database, database:
        database.execute("""
            WITH RECURSIVE n(i) AS (SELECT max(i) + 1 FROM audit_records UNION ALL SELECT i + 1 FROM n LIMIT 20001)
            INSERT INTO audit_records (i, leaf, record)
            SELECT n.i, leaf, record FROM n, (SELECT leaf, record FROM audit_records ORDER BY i DESC LIMIT 1)""")
    status, first, headers = service.send("GET", "/v1/audit/admin?operation=log.open")
    assert status == 200 and first["items"] == [] and first["is_cut"] and first["next"] in headers["link"]
    status, second, _ = service.send("GET", "/v1/audit/admin?operation=log.open&cursor=" + first["next"])
    assert [one["op"] for one in second["items"]] == ["log.open"] and "next" not in second
    (tmp_path / "token").write_text(service.token + "\n")
    far = ["--server", f"http://127.0.0.1:{service.port}", "--token-file", str(tmp_path / "token")]
    for where in (far, ["--all-dirs", str(service.home)]):
        query = [CHANCERY, "audit", "query", "--json", "--log", "admin", *where]
        done = subprocess.run([*query, "--op", "log.open", "--limit", "1"], capture_output=True, text=True)
        assert done.returncode == 0 and json.loads(done.stdout)["op"] == "log.open" and not done.stderr, done.stderr
        done = subprocess.run([*query, "--limit", "1"], capture_output=True, text=True)
        assert len(done.stdout.splitlines()) == 1 and "left out" in done.stderr


def test_the_command_line_beside_the_service_is_in_force_at_once(service, tmp_path):
    home = ["--all-dirs", str(service.home)]
    subprocess.run([CHANCERY, "add", "account", "B", *home], check=True, capture_output=True)
    subprocess.run([CHANCERY, "add", "user", "u", "--account", "B", *home], check=True, capture_output=True)
    creds = tmp_path / "u.creds"
    subprocess.run(
        [CHANCERY, "generate", "creds", "--account", "B", "--name", "u", "-o", str(creds), *home], check=True,
        capture_output=True)

    async def connect():
        deadline = time.monotonic() + 20
        while True:
            try:
                client = await nats.connect(service.nats, user_credentials=str(creds), allow_reconnect=False)
                return await client.close()
            except Exception:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.2)

    asyncio.run(connect())


def problem(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head.lower(), answer
    document = json.loads(body)
    assert document["type"] == "/problems/" + document["code"]
    assert int(head.split()[1]) == document["status"]
    return document["code"]


HEAD = b"Host: x\r\nAuthorization: Bearer %s\r\n"


@pytest.mark.parametrize("data, code", [
    (b"GET / HTTP/1.1\r\nno header\r\n\r\n", "bad_request"),
    (b"nonsense\r\n\r\n", "bad_request"),
    (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", "bad_request"),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "headers_too_large"),
    (b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n", "headers_too_large"),
    (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "uri_too_long"),
    (b"GET /v1/../healthz HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /v1/%2e%2e/healthz HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /v1/operators/%00 HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /v1/operators/%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /v1/operators/%ff HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET /v1/operators/%2 HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"GET //healthz HTTP/1.1\r\nHost: x\r\n\r\n", "not_found"),
    (b"GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n", "not_found"),
    (b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "not_found"),
    (b"PUT /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "method_not_allowed"),
    (b"GET /v1/operators HTTP/1.1\r\nHost: x\r\n\r\n", "unauthenticated"),
    (b"GET /v1/operators HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n", "unauthenticated"),
    (b"GET /v1/operators?a=1 HTTP/1.1\r\n" + HEAD + b"\r\n", "bad_request"),
    (b"GET /v1/operators?limit=1&limit=2 HTTP/1.1\r\n" + HEAD + b"\r\n", "bad_request"),
])
def test_what_cannot_be_read_is_a_problem(service, data, code):
    assert problem(service.raw(data.replace(b"%s", service.token.encode()))) == code
    assert service.send("GET", "/healthz")[0] == 200


@pytest.mark.parametrize("body, fields, code", [
    (b"{", b"", "bad_json"),
    (b'{"a":1}x', b"", "bad_json"),
    (b'{"description":"\xff"}', b"", "bad_json"),
    (b'{"description":' + b"[" * 100 + b"]" * 100 + b"}", b"", "bad_json"),
    (b"[]", b"", "invalid_value"),
    (b"null", b"", "invalid_value"),
    (b'{"limits":{"conn":1e30}}', b"", "invalid_value"),
    (b'{"description":"' + b"a" * 9_000 + b'"}', b"", "invalid_value"),
    (b"{}", b"Content-Type: text/plain\r\n", "unsupported_media_type"),
])
def test_bodies_that_cannot_be_taken_are_problems(service, body, fields, code):
    fields = fields or b"Content-Type: application/json\r\n"
    data = (b"PUT /v1/operators/operator/accounts/A HTTP/1.1\r\n" + HEAD.replace(b"%s", service.token.encode())
            + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert problem(service.raw(data)) == code


def test_a_body_that_is_too_large_or_never_comes_ends_the_connection(service):
    head = b"PUT /v1/operators/operator/accounts/A HTTP/1.1\r\n" + HEAD.replace(b"%s", service.token.encode())
    head += b"Content-Type: application/json\r\n"
    assert problem(service.raw(head + b"Content-Length: 2000000\r\n\r\n")) == "body_too_large"
    chunks = head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 20
    assert problem(service.raw(chunks)) == "body_too_large"
    assert problem(service.raw(head + b"Content-Length: 10\r\n\r\n{", wait=60)) == "request_timeout"


def test_records_are_told_as_they_are_written(service):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.request("GET", "/v1/events", headers={"authorization": "Bearer " + service.token})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["content-type"] == "text/event-stream"
    assert answer.readline() == b": records\n" and answer.readline() == b"\n"
    service.send("PUT", ACCOUNT + "A", {})
    # The account's key was kept first.
    while (line := answer.readline()) != b"event: account.add\n":
        assert line
    assert json.loads(answer.readline()[6:])["object"]["name"] == "A"
    assert service.end() == 0


def test_streams_of_events_are_bounded_and_end_with_their_token(service):
    made = service.send("POST", "/v1/tokens", {"name": "a", "grants": [{"role": "auditor"}]})[1]

    def follow(since=""):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        connection.request("GET", "/v1/events" + since, headers={"authorization": "Bearer " + made["token"]})
        answer = connection.getresponse()
        return answer, answer.readline() if answer.status == 200 else json.loads(answer.read())

    streams = [follow() for _ in range(16)]
    assert all(answer.status == 200 and line == b": records\n" for answer, line in streams)
    answer, refusal = follow("?since=0")
    assert answer.status == 429 and refusal["code"] == "rate_limited"
    streams.pop()[0].close()
    # The service sees that somebody has gone when it tells something.
    service.send("PUT", ACCOUNT + "A", {})
    deadline = time.monotonic() + 30
    while (latest := follow())[0].status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert latest[0].status == 200
    assert service.send("POST", f"/v1/tokens/{made['id']}:revoke", if_match="*")[0] == 200
    for answer, _ in [*streams, latest]:
        answer.read()
    assert service.end() == 0


def test_a_stock_server_finds_accounts_at_the_resolvers_door(open_door):
    service = open_door
    status, account, _ = service.send("PUT", ACCOUNT + "A", {})
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    connection.request("GET", "/jwt/v1/accounts/" + account["public_key"])
    answer = connection.getresponse()
    token, tag = answer.read(), answer.headers["etag"]
    assert answer.status == 200 and token.count(b".") == 2
    connection.request("GET", "/jwt/v1/accounts/" + account["public_key"], headers={"if-none-match": tag})
    answer = connection.getresponse()
    assert answer.status == 304 and answer.read() == b""


def test_a_client_certificate_signs_in(tmp_path):
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
    authority = Authority(tmp_path / "own").issue("server", "localhost").issue("client", "client")
    Authority(tmp_path / "other").issue("client", "client")
    own, other = authority.folder, tmp_path / "other"
    service = Service(
        tmp_path / "home", "--tls-cert", own / "server.pem", "--tls-key", own / "server-key.pem",
        "--tls-client-ca", own / "ca.pem", "--socket", str(tmp_path / "socket"))
    token = service.first_token()
    trust = ["--cacert", own / "ca.pem"]
    fingerprint = subprocess.run(
        f"openssl x509 -in {own}/client.pem -outform der | sha256sum", shell=True, capture_output=True, text=True).stdout[:64]
    body = json.dumps({"name": "c", "grants": [{"role": "viewer"}], "fingerprint": fingerprint})
    fields = ["-H", "content-type: application/json"]
    made = service.curl("/v1/tokens", *trust, *fields, "-H", f"authorization: Bearer {token}", "-d", body)
    assert made["kind"] == "certificate"
    assert service.curl("/v1/auth/me", *trust, "--cert", own / "client.pem", "--key", own / "client-key.pem")["id"] == made["id"]
    assert service.curl("/v1/auth/me", *trust)["code"] == "unauthenticated"
    assert service.curl("/v1/auth/me", *trust, "--cert", other / "client.pem", "--key", other / "client-key.pem") is None
    # Who may open the socket needs nothing else.
    local = subprocess.run(
        ["curl", "-s", "--unix-socket", tmp_path / "socket", "http://x/v1/auth/me"], capture_output=True, text=True)
    assert json.loads(local.stdout)["grants"] == [{"role": "system-admin"}]
    assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o600
    near = subprocess.run(
        [CHANCERY, "list", "operators", "--json", "--server", f"unix:{tmp_path / 'socket'}"], capture_output=True, text=True)
    assert near.returncode == 0, near.stderr
    assert "operator" in near.stdout
    assert service.end() == 0


def test_the_same_story_with_nats_server_as_the_engine(tmp_path):
    first = Service(tmp_path / "home")
    token = first.first_token()
    assert first.end() == 0
    configuration = subprocess.run(
        [CHANCERY, "generate", "config", "--nats-resolver", "--all-dirs", str(tmp_path / "home")], check=True,
        capture_output=True, text=True).stdout
    engine = Server(
        "nats-server", tmp_path / "engine",
        lambda _: f'listen: "127.0.0.1:-1"\n' + configuration.replace("allow_delete: false", "allow_delete: true"))
    try:
        service = Service(tmp_path / "home", "--engine", engine.url)
        (service.token, service.nats) = (token, engine.url)
        asyncio.run(tenant(service, tmp_path))
        status, body, _ = service.send("DELETE", ACCOUNT + "other", if_match="*")
        assert status == 200 and body["distribution"]["in_force"], body
        assert service.end() == 0
    finally:
        engine.stop()


def test_a_key_signs_in_with_a_challenge(service):
    import base64
    import nkeys
    seed = subprocess.run(
        [CHANCERY, "generate", "nkey", "--user"], check=True, capture_output=True, text=True).stdout.split()[0]
    pair = nkeys.from_seed(bytearray(seed.encode()))
    key = pair.public_key.decode()
    grant = {"role": "viewer"}
    assert service.send("POST", "/v1/tokens", {"name": "k", "grants": [grant], "public_key": key})[0] == 201
    _, challenge, _ = service.send("POST", "/v1/auth/challenge", {"public_key": key})
    assert challenge["sign"].startswith("chancery-auth-v1\n")
    signature = base64.urlsafe_b64encode(pair.sign(challenge["sign"].encode())).rstrip(b"=").decode()
    answer = {"nonce": challenge["nonce"], "signature": signature}
    status, session, _ = service.send("POST", "/v1/auth/token", answer)
    assert status == 200
    status, me, _ = service.send("GET", "/v1/auth/me", token=session["token"])
    assert status == 200 and me["kind"] == "session" and me["grants"] == [grant]
    assert service.send("POST", "/v1/auth/token", answer)[0] == 401
