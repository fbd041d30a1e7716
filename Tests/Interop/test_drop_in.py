"""A program named `nats-server` on the PATH that calls `chancery broker "$@"`: started and stopped as the suites of client
libraries do it. Each test is played on the real one too."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest

from peers import CHANCERY, NATS_SERVER
from wire import Connection

PATIENCE = 30


@pytest.fixture
def path(engine, tmp_path):
    """A PATH on which `nats-server` is one of the two."""
    folder = tmp_path / "bin"
    folder.mkdir()
    words = f'exec -a nats-server "{CHANCERY}" broker "$@"' if engine == "chancery" else f'exec "{NATS_SERVER}" "$@"'
    (folder / "nats-server").write_text(f"#!/bin/bash\n{words}\n")
    (folder / "nats-server").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture
def start(path, tmp_path):
    """Starts `nats-server WORDS`; what it says is in the file `said`."""
    processes = []

    def start(*words):
        said = tmp_path / f"said-{len(processes)}"
        with said.open("wb") as file:
            process = subprocess.Popen(
                ["nats-server", *map(str, words)], cwd=tmp_path, env={"PATH": path}, stdin=subprocess.DEVNULL,
                stdout=file, stderr=file)
        processes.append(process)
        process.said = said
        return process
    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture
def run(path, tmp_path):
    """Runs `nats-server WORDS` to its end."""
    return lambda *words: subprocess.run(
        ["nats-server", *map(str, words)], cwd=tmp_path, env={"PATH": path}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE)


def until(what, process=None):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := what():
            return value
        assert process is None or process.poll() is None, process.said.read_text()
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


def port_in_log(process):
    """The port, as suites find it that start with `-p -1` and read the log."""
    found = until(lambda: re.search(
        r"\[INF\] Listening for client connections on [^\n]*:(\d+)\n", process.said.read_text()), process)
    until(lambda: "[INF] Server is ready\n" in process.said.read_text(), process)
    return int(found[1])


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def test_ready_is_read_from_the_log(start):
    process = start("-a", "127.0.0.1", "-p", "-1")
    with Connection(("127.0.0.1", port_in_log(process))) as connection:
        connection.sign_in()
    process.terminate()
    assert process.wait(PATIENCE) == 0
    text = process.said.read_text()
    assert "Initiating Shutdown..." in text and "Server Exiting.." in text


def test_ready_is_found_by_connecting(start):
    port = free_port()
    process = start("-a", "127.0.0.1", "-p", port, "-DV")
    until(lambda: is_open(port), process)
    with Connection(("127.0.0.1", port)) as connection:
        connection.sign_in()
    until(lambda: re.search(r"\[(DBG|TRC)\]", process.said.read_text()), process)


def test_starting_and_stopping_over_and_over_on_one_port(start):
    port = free_port()
    for turn in range(8):
        process = start("-a", "127.0.0.1", "-p", port)
        assert port_in_log(process) == port
        connection = Connection(("127.0.0.1", port)).sign_in()
        process.send_signal(signal.SIGINT if turn % 2 else signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        connection.ending()
        connection.close()
        assert not is_open(port)


def test_killing_leaves_the_port_free(start):
    port = free_port()
    for _ in range(3):
        process = start("-a", "127.0.0.1", "-p", port)
        assert port_in_log(process) == port
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL


def test_a_port_in_use_ends_it_with_1(start, run):
    process = start("-a", "127.0.0.1", "-p", "-1")
    port = port_in_log(process)
    done = run("-a", "127.0.0.1", "-p", port)
    assert done.returncode == 1 and "in use" in done.stderr and str(port) in done.stderr
    assert process.poll() is None and is_open(port)


def test_files_and_signals_by_them(start, run, tmp_path):
    (tmp_path / "server.conf").write_text("listen: 127.0.0.1:-1\nauthorization { token: one }\n")
    process = start("-c", "server.conf", "-P", "server.pid", "--ports_file_dir", tmp_path, "-l", "server.log")
    pid = until(lambda: (tmp_path / "server.pid").exists() and (tmp_path / "server.pid").read_text(), process)
    assert int(pid) == process.pid
    file = until(lambda: (tmp_path / f"nats-server_{pid}.ports").exists() and tmp_path / f"nats-server_{pid}.ports")
    port = int(until(lambda: re.search(r'"nats": ?\["nats://127.0.0.1:(\d+)"', file.read_text()), process)[1])
    with Connection(("127.0.0.1", port)) as connection:
        connection.sign_in(auth_token="one")
    (tmp_path / "server.conf").write_text("listen: 127.0.0.1:-1\nauthorization { token: two }\n")
    assert run("--signal", f"reload={tmp_path}/server.pid").returncode == 0
    until(lambda: "Reloaded server configuration" in (tmp_path / "server.log").read_text(), process)
    with Connection(("127.0.0.1", port)) as connection:
        connection.sign_in(auth_token="two")
    assert run("--signal", f"quit={tmp_path}/server.pid").returncode == 0
    assert process.wait(PATIENCE) == 0 and not file.exists()
    assert "Server Exiting.." in (tmp_path / "server.log").read_text() and process.said.read_text() == ""


def test_stop_kills(start, run):
    process = start("-a", "127.0.0.1", "-p", "-1")
    port_in_log(process)
    assert run("--signal", f"stop={process.pid}").returncode == 0
    assert process.wait(PATIENCE) == -signal.SIGKILL


def test_what_it_says_of_itself(run):
    for word in ("-v", "--version"):
        done = run(word)
        # Suites read the numbers to know what a server can do.
        assert done.returncode == 0 and re.match(r"nats-server: v2\.15\.\d+", done.stdout), done
    for word in ("-h", "--help"):
        done = run(word)
        assert done.returncode == 0 and "--tlscert" in done.stdout + done.stderr


@pytest.mark.parametrize("words, code", [
    (("-c", "nowhere.conf"), 1), (("-p", "x"), 2), (("--nope",), 2), (("-t", "-c", "bad.conf"), 1), (("-c", "bad.conf"), 1)])
def test_exit_codes_of_what_cannot_start(run, tmp_path, engine, words, code):
    (tmp_path / "bad.conf").write_text("authorization {\n  user: \n")
    done = run(*words)
    assert done.returncode == (0 if engine == "nats-server" and code == 2 else code), done


def test_users_of_the_command_line(start):
    process = start("-a", "127.0.0.1", "-p", "-1", "--user", "derek", "--pass", "foo")
    address = "127.0.0.1", port_in_log(process)
    with Connection(address) as connection:
        connection.sign_in(user="derek", **{"pass": "foo"})
    with Connection(address) as connection:
        connection.connect()
        assert connection.ending() == ["Authorization Violation"]
