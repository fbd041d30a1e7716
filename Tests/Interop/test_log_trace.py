"""The protocol in the log (`-V`): nats-server's lines, and never anything with which somebody could sign in."""

import fcntl
import json
import re
import signal
import subprocess

import pytest

from realm import Account, Issued, Realm, User
from test_drop_in import free_port, is_open, path, run, start, until  # noqa: F401: fixtures
from test_log_lines import USERS, address, begin, said, stop
from test_log_writing import PIPE
from wire import Connection

pytestmark = [pytest.mark.timeout(120)]
CONFIGURATION = f'listen: "127.0.0.1:-1"\n{USERS}'
SIGNED_IN = {"user": "a", "pass": "geheim", "name": "nm", "lang": "go", "version": "1", "no_responders": True}


def traced(process):
    """The traces of connections, without their labels."""
    found = [re.match(r"TRC PEER - cid:N (?:- \"\S+\" - \"\S+\" )?- (.*)$", line) for line in said(process)]
    return [match[1] for match in found if match]


def talk(process, text, **options):
    with Connection(address(process)) as connection:
        connection.sign_in(**{**SIGNED_IN, **options})
        connection.send(text)
        connection.flush()


def test_everything_that_goes_over_a_connection(start, tmp_path, engine):
    process = begin(start, tmp_path, CONFIGURATION, "-V")
    talk(process, b"SUB foo 1\r\nsub bar q 2\r\nPUB foo r 5\r\nhello\r\nHPUB bar 12 17\r\nNATS/1.0\r\n\r\nhello\r\n"
         b"UNSUB 1 5\r\nUNSUB 1\r\nPONG\r\nSUB denied 3\r\nPUB foo 0\r\n\r\nPUB bar 5\r\n\x00\xff\"\\\n\r\nPUB foo r 0\r\n\r\n")
    stop(process)
    found = traced(process)
    assert found[0].startswith("<<- [CONNECT {")
    assert [line for line in found[1:] if line != "<-> [DELSUB 2]"] == [
        "<<- [PING]", "->> [PONG]", "<<- [SUB foo 1]", "<<- [SUB bar q 2]", "<<- [PUB foo r 5]",
        '<<- MSG_PAYLOAD: ["hello"]', "->> [MSG foo 1 r 5]", '->> MSG_PAYLOAD: ["hello"]', "<<- [HPUB bar 12 17]",
        r'<<- MSG_PAYLOAD: ["NATS/1.0\r\n\r\nhello"]', "->> [HMSG bar 2 12 17]",
        r'->> MSG_PAYLOAD: ["NATS/1.0\r\n\r\nhello"]', "<<- [UNSUB 1 5]", "<<- [UNSUB 1]", "<-> [DELSUB 1]",
        "<<- [PONG]", "<<- [SUB denied 3]", '->> [-ERR Permissions Violation for Subscription to "denied"]', "<<- [PUB foo 0]",
        "<<- [PUB bar 5]", r'<<- MSG_PAYLOAD: ["\x00\xff\"\\\n"]', "->> [MSG bar 2 5]",
        r'->> MSG_PAYLOAD: ["\x00\xff\"\\\n"]', "<<- [PUB foo r 0]", "<<- [PING]", "->> [PONG]"]
    # Nothing else that -D would tell of.
    assert not any(line.startswith("DBG") for line in said(process))


@pytest.mark.parametrize("setting, shown", [
    ("max_traced_msg_len: 4", ['"NATS..."', '"hell..."']), ("trace_headers: true", [r'"NATS/1.0\r\nA: b"']),
    ("", [r'"NATS/1.0\r\nA: b\r\n\r\nhello"', '"hello"'])], ids=["length", "headers", "all"])
def test_how_much_of_a_message(start, tmp_path, engine, setting, shown):
    process = begin(start, tmp_path, f"{CONFIGURATION}{setting}\n", "-V")
    talk(process, b"HPUB foo 18 23\r\nNATS/1.0\r\nA: b\r\n\r\nhello\r\nPUB foo 5\r\nhello\r\n")
    stop(process)
    assert [line for line in traced(process) if "PAYLOAD" in line] == [f"<<- MSG_PAYLOAD: [{text}]" for text in shown]


def test_verbose_clients_are_answered(start, tmp_path, engine):
    process = begin(start, tmp_path, CONFIGURATION, "-V")
    with Connection(address(process)) as connection:
        connection.connect(**{**SIGNED_IN, "verbose": True})
        connection.frame()
    stop(process)
    assert traced(process)[1] == "->> [OK]"


def test_the_system_account_with_vv_alone(start, tmp_path, engine):
    configuration = CONFIGURATION + "accounts { SYS { users: [ { user: s, password: geheim } ] } }\nsystem_account: SYS\n"
    for flag in ("-DV", "-DVV"):
        process = begin(start, tmp_path, configuration, flag)
        with Connection(address(process)) as system:
            system.sign_in(user="s", **{"pass": "geheim"})
            system.send("SUB $SYS.ACCOUNT.*.CONNECT 1\r\n")
            system.flush()
            talk(process, "")
            system.frame()
        stop(process)
        found = [line for line in said(process) if line.startswith("TRC SYSTEM - <<- [PUB $SYS.ACCOUNT.$G.CONNECT ")]
        assert len(found) == (1 if flag == "-DVV" else 0)
        assert any("->> [MSG $SYS.ACCOUNT.$G.CONNECT 1 " in line for line in said(process))


def test_tracing_begins_and_ends_with_a_reload(start, tmp_path, engine):
    process = begin(start, tmp_path, CONFIGURATION)
    with Connection(address(process)) as connection:
        connection.sign_in(**SIGNED_IN)
        for turn, (setting, count) in enumerate((("true", 1), ("false", 0))):
            (tmp_path / "server.conf").write_text(f"{CONFIGURATION}trace: {setting}\n")
            process.send_signal(signal.SIGHUP)
            until(lambda: sum("INF Reloaded server" in line for line in said(process)) == turn + 1, process)
            before = len(traced(process))
            connection.send(f"PUB turn.{turn} 1\r\nx\r\n")
            connection.flush()
            process.send_signal(signal.SIGUSR1)
            until(lambda: sum("File log re-open" in line for line in said(process)) == turn + 1, process)
            assert sum(f"[PUB turn.{turn} 1]" in line for line in traced(process)[before:]) == count
        assert f"INF Reloaded: trace = true" in said(process)


def test_no_credential_is_ever_shown(start, tmp_path, engine):
    if engine == "nats-server":
        pytest.skip("rule S10 is our own")
    realm = Issued(Realm((Account("A", (User("u"),)),)))
    credentials = realm.credentials["A.u"]
    process = begin(start, tmp_path, realm.configuration(-1), "-DVV")
    seed = credentials.key.seed if isinstance(credentials.key.seed, str) else credentials.key.seed.decode()
    with Connection(address(process)) as connection:
        connection.sign_in(credentials, user="geheim", **{"pass": "streng-geheim", "auth_token": "sehr-geheim"})
        connection.subscribe(">")
        # Also where it does not belong: in a payload, a header, a subject, a name.
        token = credentials.token.encode()
        connection.send(b"PUB a %d\r\n%s\r\nPUB %s 1\r\nx\r\n" % (len(token), token, seed.encode()))
        block = b"NATS/1.0\r\nToken: %s\r\n\r\n" % token
        connection.send(b"HPUB a %d %d\r\n%s\xff%s\r\n" % (len(block), len(block) + 1 + len(seed), block, seed.encode()))
        connection.send("CONNECT " + json.dumps({"jwt": credentials.token, "name": seed, "extra": "sehr-geheim"}) + "\r\n")
        try:
            connection.flush()
        except Exception:
            # Signed for another nonce or not at all: it is what the log says that matters.
            pass
    stop(process)
    text = process.said.read_text()
    assert text.count("[CONNECT {") == 2 and text.count("MSG_PAYLOAD") >= 4
    for secret in (credentials.token, credentials.token.rpartition(".")[2], seed, "streng-geheim", "sehr-geheim"):
        assert secret not in text


def test_a_flood_of_traces_is_cut_and_counted(path, engine, tmp_path):
    if engine == "nats-server":
        pytest.skip("nats-server waits for whoever reads")
    port = free_port()
    process = subprocess.Popen(
        ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-V"], cwd=tmp_path, stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env={"PATH": path})
    try:
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, PIPE)
        until(lambda: is_open(port))
        with Connection(("127.0.0.1", port)) as connection:
            connection.sign_in()
            # 16 MiB of traces, of which 8 wait at the most.
            message = b"PUB a 16384\r\n" + b"x" * 16384 + b"\r\n"
            for _ in range(1024):
                connection.send(message)
            connection.flush()
        process.terminate()
        text = process.stderr.read().decode()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    missing = sum(map(int, re.findall(r"\[WRN\] (\d+) lines of the log are missing here", text)))
    # All that was said is there or counted.
    assert missing > 0 and text.count("MSG_PAYLOAD") < 1024
    assert missing + text.count("[TRC]") >= 2 * 1024 and text.endswith("[INF] Server Exiting..\n")
