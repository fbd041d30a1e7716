"""Settings of a server that take time, files or sockets to show: write timeouts, certificates that are read again, limits
on connections that are still shaking hands, an account server behind TLS."""

import http.server
import signal
import socket
import ssl
import threading
import time

import pytest

from certificates import Authority
from peers import Server
from realm import Account, Issued, Realm, User
from wire import Closed, Connection

pytestmark = [pytest.mark.timeout(120)]
WAIT = 10


@pytest.fixture
def start(engine, tmp_path):
    servers = []

    def start(configuration):
        servers.append(Server(
            engine, tmp_path / f"server-{len(servers)}", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}'))
        return servers[-1]
    yield start
    for server in servers:
        server.stop()


def until(condition):
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


# Clients that do not read, or little

def reads_slowly(server, seconds, chunk):
    """Whether a client that has much to take, and takes `chunk` bytes ten times a second, is still there afterwards."""
    with Connection(server.address) as reader, Connection(server.address) as writer:
        reader.sign_in()
        writer.sign_in()
        reader.subscribe("a")
        body = b"x" * 500_000
        for _ in range(40):
            writer.send(f"PUB a {len(body)}\r\n".encode() + body + b"\r\n")
        writer.flush()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if chunk:
                try:
                    if not reader._socket.recv(chunk):
                        return False
                except OSError:
                    return False
            time.sleep(0.1)
        # What is left comes to its end only if nothing was cut off.
        taken = 0
        reader._socket.settimeout(WAIT)
        try:
            while taken < 15_000_000:
                data = reader._socket.recv(1 << 20)
                if not data:
                    return False
                taken += len(data)
        except OSError:
            return False
        return True


@pytest.mark.parametrize("policy, chunk, stays", [
    ("close", 65_536, False), ("default", 65_536, False), ("retry", 65_536, True), ("retry", 0, False)])
def test_who_reads_slowly_stays_only_where_writes_are_tried_again(start, policy, chunk, stays):
    server = start(f'write_deadline: "1s"\nwrite_timeout: {policy}\nmax_pending: 64MB')
    assert reads_slowly(server, 4, chunk) == stays


# Limits that a reload lowers

def test_a_reload_ends_connections_above_the_limit(start):
    server = start("max_connections: 10")
    clients = [Connection(server.address) for _ in range(5)]
    for client in clients:
        client.sign_in()
    settings = server.log.parent / "server.conf"
    settings.write_text(settings.read_text().replace("max_connections: 10", "max_connections: 2"))
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "Closed 3 connections to fall within max_connections" in server.log.read_text())
    ended = []
    for client in clients:
        try:
            client.flush()
        except Closed as closed:
            ended.append(closed.errors)
        except OSError:
            ended.append(None)
        client.close()
    assert len(ended) == 3, ended


# Certificates

def serial(server, folder):
    """The serial number of the certificate that a server shows."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    plain = socket.create_connection(server.address, timeout=WAIT)
    assert plain.recv(65_536).startswith(b"INFO ")
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
        return secured.getpeercert()["serialNumber"]


def test_a_reload_reads_certificates_again(start, engine, tmp_path):
    authority = Authority(tmp_path).issue("server", "127.0.0.1")
    server = start(f'tls {{ cert_file: "{tmp_path}/server.pem", key_file: "{tmp_path}/server-key.pem" }}')
    first = serial(server, tmp_path)
    authority.issue("server", "127.0.0.1")
    assert serial(server, tmp_path) == first
    server.process.send_signal(signal.SIGHUP)
    until(lambda: serial(server, tmp_path) != first)
    # What cannot be read changes nothing.
    second = serial(server, tmp_path)
    (tmp_path / "server.pem").write_text("nonsense")
    before = server.log.read_text().count("\n")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: server.log.read_text().count("\n") > before)
    assert server.running and serial(server, tmp_path) == second


# Connections that are still shaking hands

def test_requests_for_websockets_count(start, engine):
    if engine == "nats-server":
        pytest.skip("counts them when they are open")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = start(
        f'max_connections: 3\nwebsocket {{ listen: "127.0.0.1:{port}", no_tls: true, handshake_timeout: "30s" }}')
    half = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    for each in half:
        each.sendall(b"GET / HTTP/1.1\r\n")

    def is_full():
        with Connection(server.address) as client:
            try:
                client.sign_in()
                return False
            except Closed as closed:
                return closed.errors == ["maximum connections exceeded"]
    until(is_full)
    for each in half:
        each.close()
    until(lambda: not is_full())


# An account server behind TLS

REALM = Realm((Account("A", users=(User("u"),)),))


class AccountServer:
    """Gives account JWTs over HTTPS, to whoever shows a certificate of the authority."""

    def __init__(self, folder, tokens):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                token = tokens.get(self.path.rpartition("/")[2], "")
                self.send_response(200 if token or self.path == "/" else 404)
                self.send_header("Content-Length", str(len(token)))
                self.end_headers()
                self.wfile.write(token.encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(folder / "accounts.pem", folder / "accounts-key.pem")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize("trusts, shows, starts", [("ca", True, True), ("ca", False, False), ("other", True, False)])
def test_accounts_come_over_tls(engine, tmp_path, trusts, shows, starts):
    Authority(tmp_path).issue("accounts", "127.0.0.1").issue("server", "127.0.0.1")
    (tmp_path / "other").mkdir()
    Authority(tmp_path / "other")
    (tmp_path / "other.pem").write_bytes((tmp_path / "other/ca.pem").read_bytes())
    realm = Issued(REALM)
    accounts = AccountServer(tmp_path, {realm.identity(name): token for name, token in realm.tokens.items()})
    own = f'cert_file: "{tmp_path}/server.pem", key_file: "{tmp_path}/server-key.pem"' if shows else ""
    try:
        server = Server(engine, tmp_path / "server", lambda port: f"""
            listen: "127.0.0.1:{port}"
            operator: {realm.operator}
            system_account: {realm.identity("SYS")}
            resolver: URL("{accounts.url}")
            resolver_tls {{ ca_file: "{tmp_path}/{trusts}.pem", {own} }}""")
    except AssertionError:
        assert not starts
        return
    else:
        try:
            with Connection(server.address) as client:
                client.sign_in(realm.credentials["A.u"])
        finally:
            server.stop()
        assert starts
    finally:
        accounts.close()
