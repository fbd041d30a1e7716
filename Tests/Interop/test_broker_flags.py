"""`chancery broker` started as nats-server is: its flags in all of their forms, its files, its signals, its exit codes."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from certificates import Authority
from peers import CHANCERY, NATS_SERVER
from wire import Connection

DEADLINE = 30.0


def wait_for(what, process=None):
    """The first true value of `what`."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if value := what():
            return value
        assert process is None or process.poll() is None, f"it ended with {process.returncode}"
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


class Broker:
    """A broker that is started with flags, in a folder with `broker.conf`."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []

    def __call__(self, *flags, extra="", program=(CHANCERY, "broker")):
        (self.folder / "flags.conf").write_text((self.folder / "broker.conf").read_text() + extra)
        ports = self.folder / f"ports{len(self.processes)}"
        ports.mkdir()
        log = self.folder / f"said{len(self.processes)}"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*program, "-c", "flags.conf", "--ports_file_dir", ports, *flags], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, env={"PATH": os.environ["PATH"]})
        self.processes.append(process)
        process.said = log
        try:
            file = wait_for(lambda: next(iter(ports.glob("*.ports")), None), process)
        except AssertionError as failure:
            raise AssertionError(f"{failure}: {log.read_text()}") from None
        process.ports = wait_for(lambda: json.loads(file.read_text() or "null"))
        process.ports_file = file
        return process

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the configuration of an operator."""
    folder = tmp_path_factory.mktemp("flags")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHANCERY_HOME": str(folder / "home")}
    for words in (
            ("add", "operator", "O", "--sys"), ("add", "account", "A"),
            ("generate", "config", "--mem-resolver", "--config-file", "broker.conf")):
        subprocess.run([CHANCERY, *words], cwd=folder, env=environment, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def broker(home, tmp_path):
    (tmp_path / "broker.conf").write_text((home / "broker.conf").read_text())
    broker = Broker(tmp_path)
    yield broker
    broker.stop()


def ends(*words, cwd=None, program=(CHANCERY, "broker")):
    return subprocess.run(
        [*program, *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"]})


def info(process):
    """The INFO line of a broker."""
    host, port = re.fullmatch(r"nats://(.*):(\d+)", process.ports["nats"][0]).groups()
    with socket.create_connection((host, int(port)), timeout=DEADLINE) as connection:
        line = connection.makefile("rb").readline()
    return json.loads(line.removeprefix(b"INFO "))


@pytest.mark.parametrize("flags", [
    ("-a", "127.0.0.1", "-p", "-1", "-n", "n1"), ("-addr", "127.0.0.1", "-port", "-1", "-name", "n1"),
    ("--addr=127.0.0.1", "--port=-1", "--server_name=n1"), ("--net", "127.0.0.1", "-p=-1", "-n=n1"),
    ("-p", "4222", "-p", "-1", "--net=127.0.0.1", "-n", "x", "-server_name", "n1")])
def test_flags_in_every_form(broker, flags):
    process = broker(*flags)
    assert process.ports["nats"][0].startswith("nats://127.0.0.1:")
    assert process.ports["nats"][0] != "nats://127.0.0.1:4222"
    assert info(process)["server_name"] == "n1"


def test_a_flag_goes_before_the_file(broker):
    process = broker("-p", "-1", "-n", "flag", "-D=false", extra="\nlisten: 127.0.0.1:1\nserver_name: file\ndebug: true\n")
    assert info(process)["server_name"] == "flag"
    assert "[DBG]" not in process.said.read_text()


def test_what_no_flag_says_is_as_in_the_file(broker):
    process = broker("-DV", extra="\nlisten: 127.0.0.1:-1\nserver_name: file\n")
    assert info(process)["server_name"] == "file"


def test_pid_and_ports_files(broker):
    process = broker("-a", "127.0.0.1", "-p", "-1", "-P", "x.pid")
    pid = broker.folder / "x.pid"
    assert pid.read_text() == str(process.pid)
    assert process.ports_file.name == f"chancery_{process.pid}.ports"
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0
    assert pid.exists() and not process.ports_file.exists()


def test_a_ports_file_with_tls(broker):
    Authority(broker.folder).issue("server", "127.0.0.1")
    tls = '\ntls { cert_file: "server.pem", key_file: "server-key.pem" }\n'
    assert broker("-a", "127.0.0.1", "-p", "-1", extra=tls).ports["nats"][0].startswith("tls://127.0.0.1:")
    process = broker("-a", "127.0.0.1", "-p", "-1", extra=tls + "allow_non_tls: true\n")
    assert process.ports["nats"][0].startswith("nats://127.0.0.1:")


def test_a_ports_file_that_cannot_be_written(broker):
    log = broker.folder / "broker.log"
    process = subprocess.Popen(
        [CHANCERY, "broker", "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", "nowhere", "-l", log],
        cwd=broker.folder, stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
    broker.processes.append(process)
    wait_for(lambda: log.exists() and "Server is ready" in log.read_text(), process)
    assert "[ERR] Error writing ports file nowhere/" in log.read_text()


def test_why_it_does_not_start_is_in_the_log(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = ends("-a", "127.0.0.1", "-p", port, "-l", "broker.log", cwd=tmp_path)
    said = f'Error listening on port: 127.0.0.1:{port}, "listen tcp 127.0.0.1:{port}: bind: address already in use"'
    assert done.returncode == 1 and said in done.stderr
    log = (tmp_path / "broker.log").read_text()
    assert f"[FTL] {said}\n" in log


def test_a_reload_changes_the_log(broker):
    (broker.folder / "broker.conf").write_text("")
    process = broker("-a", "127.0.0.1", "-p", "-1", extra='\nlog_file: "one.log"\npid_file: "one.pid"\n')
    one, two = broker.folder / "one.log", broker.folder / "two.log"
    wait_for(lambda: "Server is ready" in one.read_text(), process)
    settings = broker.folder / "flags.conf"
    before = settings.read_text()
    # A log that cannot be opened leaves everything as it was.
    settings.write_text(before.replace("one.log", "nowhere/two.log"))
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: "Failed to reload" in one.read_text(), process)
    settings.write_text(before.replace('"one.', '"two.') + "debug: true\nlogtime: false\n")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: two.exists() and "Reloaded server configuration" in two.read_text(), process)
    assert "Reloaded server configuration" not in one.read_text()
    assert two.read_text().startswith(f"[{process.pid}] [INF]")
    assert wait_for(lambda: (broker.folder / "two.pid").exists(), process)
    host, port = re.fullmatch(r"nats://(.*):(\d+)", process.ports["nats"][0]).groups()
    with Connection((host, int(port))) as connection:
        connection.sign_in()
    wait_for(lambda: "[DBG]" in two.read_text(), process)


def test_a_program_named_nats_server(broker):
    wrapper = broker.folder / "nats-server"
    wrapper.write_text(f'#!/bin/bash\nexec -a nats-server "{CHANCERY}" broker "$@"\n')
    wrapper.chmod(0o755)
    process = broker("-a", "127.0.0.1", "-p", "-1", program=(wrapper,))
    assert process.ports_file.name == f"nats-server_{process.pid}.ports"


def test_a_log_that_is_opened_again(broker):
    process = broker("-a", "127.0.0.1", "-p", "-1", "-l", "broker.log", "-T=false")
    log, aside = broker.folder / "broker.log", broker.folder / "aside.log"
    wait_for(lambda: re.search(rf"^\[{process.pid}\] \[INF\] Server is ready$", log.read_text(), re.MULTILINE), process)
    assert process.said.read_text() == ""
    log.rename(aside)
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: log.exists() and "File log re-opened" in log.read_text(), process)
    assert "Trapped" in aside.read_text()


def test_a_log_that_grows_too_large(broker):
    process = broker(
        "-a", "127.0.0.1", "-p", "-1", "-l", "broker.log", "--log_size_limit", "400", extra="\nlog_max_num: 3\n")

    def files():
        return set(broker.folder.glob("broker.log*"))
    for _ in range(8):
        before = files()
        wait_for(lambda: process.send_signal(signal.SIGHUP) or files() - before, process)
    process.terminate()
    assert process.wait(DEADLINE) == 0
    texts = [file.read_text() for file in files()]
    assert len(texts) == 3 and any("Rotated log, backup saved as" in text for text in texts)
    assert all(len(text) <= 400 for text in texts)


@pytest.mark.parametrize("command, code", [("quit", 0), ("term", 0), ("stop", -signal.SIGKILL), ("ldm", 0)])
def test_signals_that_end_it(broker, command, code):
    process = broker("-a", "127.0.0.1", "-p", "-1", "-P", "x.pid")
    told = ends("--signal", f"{command}={broker.folder / 'x.pid'}")
    assert told.returncode == 0, told.stderr
    assert process.wait(DEADLINE) == code
    assert (broker.folder / "x.pid").exists() and process.ports_file.exists() == (command == "stop")


def test_lame_duck_mode_lets_nobody_in(broker):
    process = broker("-a", "127.0.0.1", "-p", "-1", extra='\nlame_duck_grace_period: "1h"\nlame_duck_duration: "2h"\n')
    host, port = re.fullmatch(r"nats://(.*):(\d+)", process.ports["nats"][0]).groups()
    # Somebody who has not signed in yet is waited for too.
    with socket.create_connection((host, int(port)), timeout=DEADLINE) as connection:
        connection.makefile("rb").readline()
        assert ends("--signal", f"ldm={process.pid}").returncode == 0
        wait_for(lambda: "Entering lame duck mode" in process.said.read_text(), process)

        def is_closed():
            try:
                socket.create_connection((host, int(port)), timeout=DEADLINE).close()
            except ConnectionRefusedError:
                return True
        wait_for(is_closed, process)
        # A further one of these changes nothing, and neither does SIGTERM; the log can still be opened anew.
        for command in ("ldm", "term", "reopen"):
            assert ends("--signal", f"{command}={process.pid}").returncode == 0
        wait_for(lambda: "not a file logger" in process.said.read_text(), process)
        assert ends("--signal", f"quit={process.pid}").returncode == 0
        assert process.wait(DEADLINE) == 0
    assert not process.ports_file.exists()


@pytest.mark.parametrize("command, said", [
    ("reopen", "not a file logger"), ("reload", "Reloaded server configuration")])
def test_signals_that_do_not_end_it(broker, command, said):
    process = broker("-a", "127.0.0.1", "-p", "-1")
    assert ends("-sl", f"{command}={process.pid}").returncode == 0
    wait_for(lambda: said in process.said.read_text(), process)
    assert info(process)["server_id"]


@pytest.mark.parametrize("words, said", [
    (("--signal", "foo=1"), 'unknown signal "foo"'), (("--signal", "reload=abc"), "invalid pid: abc"),
    (("--signal=quit=2147483647",), "No such process"), (("--signal=quit=-5",), "invalid pid"),
    (("-t",), "must specify [-c, --config] option to check configuration file syntax"),
    (("-c", "nowhere.conf"), "nowhere.conf: no such file"), (("-t", "-c", "nowhere.conf"), "nowhere.conf: no such file"),
    (("-js",), "-js: JetStream is not supported"), (("-sd", "x"), "JetStream"), (("--store_dir=x",), "JetStream"),
    (("--cluster", "nats://a:1"), "clustering"), (("-routes", "nats://a:1"), "clustering"),
    (("-cluster_listen", "x"), "clustering"), (("--profile", "1"), "profiling"), (("-s",), "the system log"),
    (("-r", "udp://a"), "the system log"), (("--tls",), "--tlscert"), (("--tlsverify",), "--tlscert"),
    (("--tls", "--tlscert", "a.pem", "--tlskey", "b.pem"), "--tlscert: a.pem cannot be read: no such file"),
    (("--pass", "geheim"), "a password without a user"),
    (("--user", "a", "--pass", "geheim", "--auth", "geheim"), "exclude each other"),
    (("-m", "1", "-ms", "2"), "exclude each other"), (("-n", "a b"), "server name cannot contain spaces"),
    (("-p", "-1", "--client_advertise", "a:b:c"), "a:b:c"), (("-p", "-1", "--client_advertise", "a:x"), "a:x"),
])
def test_refusals_end_with_1(tmp_path, words, said):
    done = ends(*words, cwd=tmp_path)
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert "geheim" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words", [("-js=false", "-v"), ("-s=false", "-version"), ("--profile", "0", "version")])
def test_what_is_said_to_be_off_is_not_refused(words):
    done = ends(*words)
    assert done.returncode == 0 and re.fullmatch(r"chancery: v[\w.+-]+\n", done.stdout), done.stderr


@pytest.mark.parametrize("words, said", [
    (("--nope",), "flag provided but not defined: -nope"), (("-p", "abc"), 'invalid value "abc" for flag -p: parse error'),
    (("-p",), "flag needs an argument: -p"), (("--signal",), "flag needs an argument: -signal"),
    (("-D=maybe",), 'invalid boolean value "maybe" for -D: parse error'),
    (("-log_size_limit=x",), 'invalid value "x" for flag -log_size_limit: parse error')])
def test_wrong_usage_in_the_words_of_nats_server(words, said):
    for program, code in (((NATS_SERVER,), 0), ((CHANCERY, "broker"), 2)):
        done = ends(*words, program=program)
        assert done.returncode == code and said in done.stderr, done


def test_a_port_that_there_is_not():
    assert ends("-p", "70000").returncode == 2


@pytest.mark.parametrize("words", [("extra",), ("-p", "-1", "extra", "-D"), ("-js=false", "Extra")])
def test_a_stray_word(words):
    stray = next(word for word in words if "xtra" in word)
    for program in ((NATS_SERVER,), (CHANCERY, "broker")):
        done = ends(*words, program=program)
        assert done.returncode == 1 and f'unrecognized command: "{stray}"' in done.stderr, done


def test_help():
    for words in (("-h",), ("--help",), ("help",), ("-help",)):
        done = ends(*words)
        assert done.returncode == 0 and "--tlscacert" in done.stdout, done.stderr


def test_users_of_flags_and_of_an_operator_exclude_each_other(broker):
    done = ends("-c", "broker.conf", "--user", "a", "--pass", "geheim", cwd=broker.folder)
    assert done.returncode == 1 and "--user: with an operator" in done.stderr and "geheim" not in done.stderr


def test_both_servers_say_that_a_file_is_valid(broker):
    for program in ((NATS_SERVER,), (CHANCERY, "broker")):
        done = ends("-t", "-c", "broker.conf", cwd=broker.folder, program=program)
        assert done.returncode == 0 and "configuration file broker.conf is valid" in done.stderr
