"""Writing the log holds up nobody: not on a pipe that nobody reads, not on a disk that is full. What was said is written
before the process ends, in order."""

import fcntl
import os
import re
import resource
import signal
import subprocess

import pytest

from peers import CHANCERY
from test_broker_flags import DEADLINE, wait_for
from test_drop_in import free_port, is_open
from wire import Connection

pytestmark = [pytest.mark.timeout(120)]
# The least that a pipe holds.
PIPE = 4096


def start(folder, *words, limit=None, **streams):
    """A broker on a port that it is given; nothing is read of what it says."""
    port = free_port()

    def confine():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    process = subprocess.Popen(
        [CHANCERY, "broker", "-a", "127.0.0.1", "-p", str(port), *map(str, words)], cwd=folder,
        stdin=subprocess.DEVNULL, preexec_fn=confine, env={"PATH": os.environ["PATH"]}, **streams)
    if process.stderr:
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, PIPE)
    wait_for(lambda: is_open(port), process)
    process.address = "127.0.0.1", port
    return process


@pytest.fixture
def started(tmp_path):
    processes = []

    def begin(*words, **streams):
        processes.append(start(tmp_path, *words, **streams))
        return processes[-1]
    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


def talk(address, times):
    """Comes and goes, which the log tells of."""
    for _ in range(times):
        with Connection(address) as connection:
            connection.sign_in(name="somebody who is in the log")


def test_a_pipe_that_nobody_reads_stalls_nobody(started):
    process = started("-D", stderr=subprocess.PIPE)
    # More than the pipe takes.
    talk(process.address, 150)
    with Connection(process.address) as connection:
        connection.sign_in()
        connection.subscribe("a")
        connection.send("PUB a 1\r\nx\r\n")
        assert connection.frame().payload == b"x"
    # It ends all the same.
    process.terminate()
    assert process.wait(DEADLINE) == 0


def test_a_pipe_that_is_read_late_gets_everything_in_order(started):
    process = started("-D", stderr=subprocess.PIPE)
    talk(process.address, 150)
    process.terminate()
    text = process.stderr.read().decode()
    assert process.wait(DEADLINE) == 0
    assert text.endswith("[INF] Server Exiting..\n")
    times = re.findall(r"(?m)^\[\d+\] (\S+ \S+) \[", text)
    assert len(times) == text.count("\n") > 150 and times == sorted(times)
    assert "missing" not in text


def test_a_full_disk_stalls_nobody(started):
    process = started("-D", "-l", "/dev/full", stderr=subprocess.DEVNULL)
    talk(process.address, 20)
    process.terminate()
    assert process.wait(DEADLINE) == 0


def test_what_is_missing_is_told_of_when_there_is_room_again(started, tmp_path):
    process = started("-D", "-l", "broker.log", limit=PIPE, stderr=subprocess.DEVNULL)
    log = tmp_path / "broker.log"
    talk(process.address, 60)
    wait_for(lambda: log.stat().st_size == PIPE, process)
    talk(process.address, 5)
    log.rename(tmp_path / "full.log")
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: log.exists() and "File log re-opened" in log.read_text(), process)
    lines = log.read_text().splitlines()
    assert re.search(r"\[WRN\] \d+ lines of the log are missing here: they could not be written$", lines[0])
    assert lines[1].endswith("[INF] File log re-opened")


def test_why_it_does_not_start_is_written(tmp_path):
    for words in ((), ("-l", "broker.log")):
        done = subprocess.run(
            [CHANCERY, "broker", "-a", "192.0.2.77", "-p", "1", *words], cwd=tmp_path, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=DEADLINE, env={"PATH": os.environ["PATH"]})
        assert done.returncode == 1
        text = (tmp_path / "broker.log").read_text() if words else done.stderr
        assert re.search(r"\[FTL\] .*192\.0\.2\.77:1", text), text
