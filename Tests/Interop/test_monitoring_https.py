"""Monitoring over HTTPS: who reads, with which certificate, and what the log says of those who cannot."""

import http.client
import json
import signal
import socket
import ssl

import pytest

from certificates import Authority
from peers import ENGINES, Server
from test_drop_in import until

pytestmark = [pytest.mark.timeout(120)]
CONFIGURATION = """
https: "127.0.0.1:-1"
tls { cert_file: "server.pem", key_file: "server-key.pem", ca_file: "ca.pem", verify: true }
"""


@pytest.fixture(params=ENGINES)
def server(request, tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    Authority(folder).issue("server", "127.0.0.1")
    server = Server(request.param, folder, lambda port: f"listen: '127.0.0.1:{port}'\n{CONFIGURATION}")
    server.folder = folder
    url = json.loads(next((folder / "ports").glob("*.ports")).read_text())["monitoring"][0]
    assert url.startswith("https://")
    server.pages = "127.0.0.1", int(url.rpartition(":")[2])
    yield server
    server.stop()


def page(server, path):
    """A page, and the certificate that it came with."""
    context = ssl.create_default_context(cafile=server.folder / "ca.pem")
    connection = http.client.HTTPSConnection(*server.pages, timeout=30, context=context)
    try:
        connection.request("GET", path)
        certificate = connection.sock.getpeercert(binary_form=True)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), certificate
    finally:
        connection.close()


def test_pages_need_no_certificate_of_the_reader(server):
    for path in ("/varz", "/connz", "/healthz"):
        status, content, _ = page(server, path)
        assert status == 200 and isinstance(content, dict)


def test_a_reload_reads_the_certificate_again(server):
    before = page(server, "/healthz")[2]
    Authority(server.folder).issue("server", "127.0.0.1")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "Reloaded server configuration" in server.log.read_text())
    status, _, after = page(server, "/healthz")
    assert status == 200 and after != before


def test_what_is_no_handshake_is_in_the_log(server):
    with socket.create_connection(server.pages, timeout=30) as plain:
        plain.sendall(b"GET /varz HTTP/1.1\r\nHost: a\r\n\r\n")
        plain.recv(4096)
        port = plain.getsockname()[1]
    until(lambda: f"[ERR] monitoring: TLS handshake error from 127.0.0.1:{port}: " in server.log.read_text())
