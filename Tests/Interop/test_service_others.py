"""What others on the machine do to a service: they hold its directory, take it away, and hang up."""

import os
import signal
import sqlite3
import time

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
