"""What others on the machine do to a service: they hold its directory, take it away, and hang up."""

import os
import signal
import socket
import sqlite3
import time

from test_service_cuts import Client
from test_service import ACCOUNT, service  # noqa: F401


def test_readers_wait_for_no_writer(service):
    service.send("PUT", ACCOUNT + "A", {})
    other = sqlite3.connect(service.home / "directory.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begin = time.monotonic()
    for path in ("/readyz", ACCOUNT + "A", "/v1/auth/me"):
        assert service.send("GET", path)[0] == 200
    assert time.monotonic() - begin < 15
    other.execute("ROLLBACK")
    other.close()


def test_a_terminal_that_is_gone_ends_nothing(service):
    service.process.send_signal(signal.SIGHUP)
    assert service.send("GET", "/readyz")[0] == 200
    service.process.send_signal(signal.SIGHUP)
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201


def test_a_service_without_its_directory_is_not_ready(service):
    assert service.send("GET", "/readyz")[0] == 200
    moved = service.home.with_name("moved")
    os.rename(service.home, moved)
    time.sleep(1.1)  # What was found counts for a second.
    status, answer, _ = service.send("GET", "/readyz")
    os.rename(moved, service.home)
    assert status == 503 and answer["status"] == "not ready"
    time.sleep(1.1)
    assert service.send("GET", "/readyz")[0] == 200


def test_a_service_whose_clients_are_sent_away_is_not_ready(service):
    service.send("PUT", ACCOUNT + "A", {})
    client = Client(service, service.send("PUT", ACCOUNT + "A/users/u", {})[1]["creds"])
    service.process.send_signal(signal.SIGUSR2)
    while "sends its clients away" not in service.process.stderr.readline():
        assert service.process.poll() is None
    # Whoever is connected is there for seconds yet, and what is asked is answered.
    status, answer, _ = service.send("GET", "/readyz")
    assert status == 503 and answer == {"status": "ending", "engine": "reached"}
    assert service.send("GET", "/healthz")[0] == 200 and service.send("GET", "/v1/operators")[0] == 200
    assert not client.is_gone()


def test_a_service_that_ends_is_not_ready(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as asked:
        asked.sendall(f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nExpect: 100-continue\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n".encode())
        assert asked.recv(65536).startswith(b"HTTP/1.1 100 ")
        service.process.send_signal(signal.SIGTERM)
        while True:
            try:
                socket.create_connection(("127.0.0.1", service.port), timeout=30).close()
            except ConnectionRefusedError:
                break
            except ConnectionResetError:
                continue
        asked.sendall(b"0\r\n\r\n")
        answer = b""
        while part := asked.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 503 ") and b'"status":"ending"' in answer, answer
    assert service.process.wait(timeout=60) == 0
