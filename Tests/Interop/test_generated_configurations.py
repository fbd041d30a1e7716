"""Every configuration that is generated starts a server, and the credentials sign in to it."""

import json

import pytest

from certificates import Authority
from issuer import Credentials
from peers import Server
from wire import Closed, Connection


@pytest.fixture
def made(chancery):
    """An operator with a system account, an account with a user and a role with another, and their credentials."""
    chancery("add", "operator", "O", "--sys", "--generate-signing-key")
    chancery("add", "account", "A")
    chancery("edit", "account", "A", "--js-enable", "0", "--conns", "10")
    chancery("edit", "signing-key", "--sk", "generate", "--role", "reader", "--allow-sub", "in.{{name()}}.>")
    chancery("add", "user", "u", "--creds", "u.creds")
    chancery("add", "user", "r", "-K", "reader", "--creds", "r.creds")
    return chancery


def sign_in(server, text):
    connection = Connection(server.address)
    try:
        connection.sign_in(Credentials.parse(text))
    finally:
        connection.close()


def credentials(chancery):
    yield from ((chancery.folder / f"{name}.creds").read_text() for name in ("u", "r"))
    yield chancery("generate", "creds", "sys", "-a", "SYS").stdout


def test_a_memory_resolver(made, tmp_path, engine):
    configuration = made("generate", "config", "--mem-resolver").stdout
    server = Server(engine, tmp_path / "s", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        for text in credentials(made):
            sign_in(server, text)
    finally:
        server.stop()


def test_a_full_resolver(made, tmp_path, engine):
    configuration = made("generate", "config", "--nats-resolver").stdout

    def start():
        return Server(engine, tmp_path / "s", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')

    server = start()
    try:
        made("push", "-A", "-u", server.url)
        for text in credentials(made):
            sign_in(server, text)
        server.stop()
        # What was pushed is still there.
        server = start()
        for text in credentials(made):
            sign_in(server, text)
        made("pull", "-A", "-u", server.url)
    finally:
        server.stop()


def test_a_deleted_account_is_gone_for_good(made, tmp_path, engine):
    configuration = made("generate", "config", "--nats-resolver").stdout
    assert "allow_delete: false" in configuration
    configuration = configuration.replace("allow_delete: false", "allow_delete: true")
    server = Server(engine, tmp_path / "s", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        made("push", "-A", "-u", server.url)
        user, *_ = credentials(made)
        connection = Connection(server.address)
        connection.sign_in(Credentials.parse(user))
        made("delete", "account", "A", "-D", "-R", "-F")
        made("push", "--prune", "-A", "-u", server.url)
        connection.ending()
        with pytest.raises(Closed):
            sign_in(server, user)
    finally:
        server.stop()


def test_a_cache_starts_with_what_is_preloaded(made, tmp_path, engine):
    configuration = made("generate", "config", "--nats-resolver-cache").stdout
    server = Server(engine, tmp_path / "s", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        sign_in(server, made("generate", "creds", "sys", "-a", "SYS").stdout)
    finally:
        server.stop()


def test_a_cache_in_front_of_a_full_resolver(made, tmp_path):
    full = made("generate", "config", "--nats-resolver").stdout
    cache = made("generate", "config", "--nats-resolver-cache", "--config-file", "cache.conf")
    assert cache.stdout == ""
    cache = (made.folder / "cache.conf").read_text()

    def cluster(name, routes=""):
        return f'server_name: {name}\ncluster {{ name: c, listen: "127.0.0.1:-1", {routes} }}\n'

    first = Server("nats-server", tmp_path / "f", lambda port: f'listen: "127.0.0.1:{port}"\n{cluster("f")}{full}')
    servers = [first]
    try:
        (ports,) = (tmp_path / "f" / "ports").glob("*.ports")
        route = json.loads(ports.read_text())["cluster"][0]
        servers.append(Server("nats-server", tmp_path / "c", lambda port: (
            f'listen: "127.0.0.1:{port}"\n' + cluster("c", f'routes: ["{route}"]') + cache)))
        made("push", "-A", "-u", first.url)
        for text in credentials(made):
            sign_in(servers[1], text)
    finally:
        for server in servers:
            server.stop()


# TLS


@pytest.fixture
def secured(made, tmp_path):
    """A function that starts nats-server with TLS."""
    Authority(tmp_path).issue("server", "127.0.0.1").issue("client", "client")
    Authority(tmp_path, "other-ca")
    configuration = made("generate", "config", "--nats-resolver").stdout
    servers = []

    def start(options=""):
        tls = f'tls {{ cert_file: "{tmp_path}/server.pem", key_file: "{tmp_path}/server-key.pem", ca_file: "{tmp_path}/ca.pem", {options} }}'
        servers.append(Server("nats-server", tmp_path / f"s{len(servers)}", lambda port: f'listen: "127.0.0.1:{port}"\n{tls}\n{configuration}'))
        return servers[-1].url

    yield start
    for server in servers:
        server.stop()


def test_a_server_that_requires_tls(made, secured):
    url = secured()
    made("push", "-A", "-u", url, "--ca-cert", "ca.pem")
    made("push", "-A", "-u", url.replace("nats://", "tls://"), "--ca-cert", "ca.pem", "--tls-curves", "P256")
    made("tool", "rtt", "-a", "A", "-u", "u", "--nats", url, NATS_CA="ca.pem")
    assert "nobody who is believed" in made("push", "-A", "-u", url, exits=1).stderr
    assert "nobody who is believed" in made("push", "-A", "-u", url, "--ca-cert", "other-ca.pem", exits=1).stderr
    assert "holds no certificate" in made("push", "-A", "-u", url, "--ca-cert", "missing.pem", exits=1).stderr
    assert "is no curve" in made("push", "-A", "-u", url, "--tls-curves", "P257", exits=1).stderr


def test_a_server_that_wants_to_know_the_client(made, secured):
    url = secured("verify: true")
    made("push", "-A", "-u", url, "--ca-cert", "ca.pem", "--client-cert", "client.pem", "--client-key", "client-key.pem")
    made("pull", "-A", "-u", url, NATS_CA="ca.pem", NATS_CERT="client.pem", NATS_KEY="client-key.pem")
    made("push", "-A", "-u", url, "--ca-cert", "ca.pem", exits=1)
    assert "belong together" in made("push", "-A", "-u", url, "--ca-cert", "ca.pem", "--client-cert", "client.pem", exits=1).stderr


def test_the_handshake_may_come_first(made, secured):
    url = secured("handshake_first: true")
    made("push", "-A", "-u", url, "--ca-cert", "ca.pem", "--tls-first")
    made("push", "-A", "-u", url, "--ca-cert", "ca.pem", exits=1)


def test_tls_that_was_asked_for_is_never_left_out(made, tmp_path):
    configuration = made("generate", "config", "--nats-resolver").stdout
    server = Server("nats-server", tmp_path / "plain", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        told = made("push", "-A", "-u", server.url.replace("nats://", "tls://"), exits=1)
        assert "offers no TLS" in told.stderr
        Authority(tmp_path)
        assert "offers no TLS" in made("push", "-A", "-u", server.url, "--ca-cert", "ca.pem", exits=1).stderr
    finally:
        server.stop()
