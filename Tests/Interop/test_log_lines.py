"""What the log says of the server and of those who come and go: the same lines, in the same order, as nats-server's, which
tools and the suites of client libraries read."""

import re
import signal
import socket
import ssl

import pytest

from certificates import Authority
from realm import Account, Issued, Realm, User
from test_drop_in import path, run, start, until  # noqa: F401: fixtures
from wire import Connection

pytestmark = [pytest.mark.timeout(120)]
USERS = "authorization { timeout: 1, users: [ { user: a, password: geheim, permissions: { subscribe: { deny: denied } } } ] }\n"


def lines(text):
    """Levels and words, without what is different in every run."""
    found = re.findall(r"(?m)^\[\d+\] (?:\S+ \S+ )?\[(\w+)\] (.*)$", text)
    words = []
    for level, line in found:
        line = re.sub(r"127\.0\.0\.1:\d+", "PEER", line)
        line = re.sub(r"\b[NU][A-Z2-7]{55}\b", "KEY", line)
        line = re.sub(r"\b(cid|wid):\d+", r"\1:N", line)
        line = re.sub(r"sha256:\w{64}", "DIGEST", line)
        line = re.sub(r"2\.15\.1\S*", "VERSION", line)
        words.append(f"{level} {line.rstrip()}")
    return words


def said(process):
    return lines(process.said.read_text())


OURS = {
    # What one of them says and the other need not.
    "chancery": ("signed in",),
    "nats-server": ("Go build", "Created system account", "Get non local IPs", "  ip=", "accept loop exiting",
                    "System connection closed", "Ping Timer", "Starting TLS"),
}


def common(process, engine):
    return [line for line in said(process) if not any(word in line for word in OURS[engine])]


def begin(start, folder, configuration, *words):
    (folder / "server.conf").write_text(configuration)
    process = start("-c", "server.conf", *words)
    until(lambda: "INF Server is ready" in said(process), process)
    return process


def stop(process):
    process.terminate()
    assert process.wait(30) == 0


def address(process):
    found = re.search(r"Listening for client connections on \S+:(\d+)", process.said.read_text())
    return "127.0.0.1", int(found[1])


START = ["INF Starting nats-server", "INF   Version:  VERSION", "INF   Git:      [G]"]


def test_the_start(start, tmp_path, engine):
    process = begin(start, tmp_path, f"""
        listen: "localhost:-1"
        http: "127.0.0.1:-1"
        server_name: fred
        max_payload: 9MB
        {USERS}
        websocket {{ listen: "127.0.0.1:-1", no_tls: true }}
        """)
    stop(process)
    found = [re.sub(r"\[(not set|\w{7})\]$", "[G]", line) for line in common(process, engine)]
    found = [re.sub(r"localhost:\d+", "localhost:PORT", line) for line in found]
    assert found == [
        *START, "INF   Name:     fred", "INF   ID:       KEY",
        "WRN Plaintext passwords detected, use nkeys or bcrypt", "INF Using configuration file: server.conf (DIGEST)",
        "WRN Maximum payloads over 8.00 MB are generally discouraged and could lead to poor performance",
        "INF Starting http monitor on PEER", "INF Listening for websocket clients on ws://PEER",
        "WRN Websocket not configured with TLS. DO NOT USE IN PRODUCTION!",
        "INF Listening for client connections on localhost:PORT", "INF Server is ready",
        'INF Trapped "terminated" signal', "INF Initiating Shutdown...", "INF Server Exiting.."]


def test_operators(start, tmp_path, engine):
    realm = Issued(Realm((Account("A", (User("u"),)),)))
    process = begin(start, tmp_path, realm.configuration(-1, "", f"{{ type: full, dir: '{tmp_path}/jwt', interval: '2m' }}"))
    stop(process)
    found = common(process, engine)
    first = found.index("INF Trusted Operators")
    assert found[first - 1] == "INF Using configuration file: server.conf (DIGEST)"
    assert found[first + 1:first + 3] == ['INF   System  : ""', 'INF   Operator: "OP"']
    assert re.fullmatch(r"INF   Issued  : \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC", found[first + 3])
    assert found[first + 4:first + 6] == [
        "INF   Expires : Never", f"INF Managing all jwt in exclusive directory {(tmp_path / 'jwt').resolve()}"]


@pytest.mark.parametrize("more, said", [
    ("", "INF TLS required for client connections"),
    ("allow_non_tls: true", "INF TLS available for client connections")], ids=["required", "available"])
def test_tls(start, tmp_path, engine, more, said):
    Authority(tmp_path).issue("server", "127.0.0.1")
    process = begin(
        start, tmp_path, f'listen: "127.0.0.1:-1"\ntls {{ cert_file: server.pem, key_file: server-key.pem }}\n{more}\n')
    stop(process)
    found = common(process, engine)
    place = found.index("INF Listening for client connections on PEER")
    assert found[place + 1:place + 3] == [said, "INF Server is ready"]


def test_a_port_that_is_taken(start, run, tmp_path, engine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("-a", "127.0.0.1", "-p", port)
        monitoring = run("-a", "127.0.0.1", "-p", "-1", "-m", port)
    assert done.returncode == 1
    assert (f'[FTL] Error listening on port: 127.0.0.1:{port}, "listen tcp 127.0.0.1:{port}: bind: address already in '
            'use"') in done.stderr
    assert monitoring.returncode == 1
    assert (f"[FTL] Can't start monitoring: can't listen to the monitor port: listen tcp 127.0.0.1:{port}: bind: address "
            "already in use") in monitoring.stderr


def test_a_reload(start, tmp_path, engine):
    before = f'listen: "127.0.0.1:-1"\n{USERS}'
    process = begin(start, tmp_path, before)
    port = address(process)[1]
    (tmp_path / "server.conf").write_text(
        f'listen: "127.0.0.1:{port}"\n' + USERS.replace("timeout: 1", "timeout: 3")
        + "max_payload: 1000\nmax_connections: 100\nping_interval: 30\ndebug: true\nping_max: 5\nwrite_deadline: '5s'\n"
        + "max_control_line: 2048\nlogtime_utc: true\nmax_traced_msg_len: 7\n")
    if engine == "chancery":
        # The port that was found is not the one that was asked for.
        text = (tmp_path / "server.conf").read_text()
        (tmp_path / "server.conf").write_text(text.replace(f":{port}", ":-1"))
    process.send_signal(signal.SIGHUP)
    until(lambda: "INF Reloaded server configuration (DIGEST)" in said(process), process)
    stop(process)
    found = common(process, engine)
    found = found[found.index('INF Trapped "hangup" signal') + 1:]
    found = [line for line in found[:found.index("INF Reloaded server configuration (DIGEST)")]
             if line not in ("INF Reloaded: authorization users", "INF Reloaded: accounts")]
    assert found == [
        "INF Reloaded: debug = true", "INF Reloaded: logtime_utc = true", "INF Reloaded: max_connections = 100",
        "INF Reloaded: ping_interval = 30s", "INF Reloaded: ping_max = 5", "INF Reloaded: authorization timeout = 3",
        "INF Reloaded: max_control_line = 2048", "INF Reloaded: max_payload = 1000",
        "INF Reloaded: write_deadline = 5s", "INF Reloaded: max_traced_msg_len = 7"]


def test_a_reload_that_fails(start, tmp_path, engine):
    process = begin(start, tmp_path, f'listen: "127.0.0.1:-1"\n{USERS}')
    (tmp_path / "server.conf").write_text('listen: "127.0.0.1:-1"\nfoo: bar\n')
    process.send_signal(signal.SIGHUP)
    until(lambda: any("Failed to reload" in line for line in said(process)), process)
    line = next(line for line in said(process) if "Failed to reload" in line)
    assert re.match(r'ERR Failed to reload server configuration: server.conf:2:1: unknown (field|key) "foo"', line)


def test_coming_and_going(start, tmp_path, engine):
    process = begin(start, tmp_path, f'listen: "127.0.0.1:-1"\n{USERS}', "-D")
    with Connection(address(process)) as connection:
        connection.sign_in(user="a", name="nm", lang="go", version="1", **{"pass": "geheim"})
    until(lambda: any("connection closed" in line for line in said(process)), process)
    with Connection(address(process)) as connection:
        assert connection.ending() == ["Authentication Timeout"]
    until(lambda: sum("connection closed" in line for line in said(process)) == 2, process)
    stop(process)
    assert [line for line in common(process, engine) if "cid:" in line] == [
        "DBG PEER - cid:N - Client connection created",
        'DBG PEER - cid:N - "v1:go:nm" - "$G/user:a" - Client connection closed: Client Closed',
        "DBG PEER - cid:N - Client connection created", "DBG PEER - cid:N - Authentication Timeout",
        "DBG PEER - cid:N - Client connection closed: Authentication Timeout"]


def test_handshakes_that_fail(start, tmp_path, engine):
    authority = Authority(tmp_path)
    authority.issue("server", "127.0.0.1")
    process = begin(start, tmp_path, """
        listen: "127.0.0.1:-1"
        tls { cert_file: server.pem, key_file: server-key.pem, ca_file: ca.pem, verify: true, timeout: 1 }
        websocket { listen: "127.0.0.1:-1", tls { cert_file: server.pem, key_file: server-key.pem } }
        """, "-D")
    place = address(process)
    # No handshake at all.
    with socket.create_connection(place, timeout=10) as plain:
        plain.recv(4096)
        plain.sendall(b"CONNECT {}\r\nPING\r\n")
        assert plain.recv(4096) == b""
    # No certificate.
    with socket.create_connection(place, timeout=10) as plain:
        plain.recv(4096)
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        with pytest.raises(ssl.SSLError), context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.recv(4096)
    port = int(re.search(r"wss://127\.0\.0\.1:(\d+)", process.said.read_text())[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(b"\x00\x01\x02\x03" * 10)
        plain.recv(4096)

    def found(pattern):
        return any(re.search(pattern, line) for line in said(process))
    until(lambda: found(r"^ERR websocket: TLS handshake error from PEER: .+"), process)
    until(lambda: found(r"^DBG PEER - cid:N - TLS handshake error: tls: first record does not look like a TLS"), process)
    until(lambda: found(r"^ERR PEER - cid:N - TLS handshake error: .+"), process)
    until(lambda: sum("Client connection closed: TLS Handshake Failure" in line for line in said(process)) == 2, process)


def test_a_websocket(start, tmp_path, engine):
    process = begin(
        start, tmp_path, 'listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:-1", no_tls: true, same_origin: true }\n',
        "-D")
    port = int(re.search(r"ws://127\.0\.0\.1:(\d+)", process.said.read_text())[1])
    upgrade = ("{} / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{}"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    for method, more in (("POST", ""), ("GET", "Origin: http://b\r\n"), ("GET", "")):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(upgrade.format(method, more).encode())
            plain.recv(4096)
    until(lambda: any("Client connection closed" in line for line in said(process)), process)
    stop(process)
    found = [line for line in common(process, engine) if "PEER - " in line]
    assert found[0] == "ERR PEER - websocket handshake error: request method must be GET"
    assert found[1].startswith("ERR PEER - websocket handshake error: origin not allowed")
    assert found[2] == "DBG PEER - wid:N - Client connection created"
    assert found[3].startswith("DBG PEER - wid:N - Client connection closed: ")
