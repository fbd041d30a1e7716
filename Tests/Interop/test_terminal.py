"""How commands behave at a terminal and in a pipe, where everything is, and what asks."""

import json
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import CHANCERY, CommandLine
from test_command_line import claims


def at_terminal(chancery, *words, seconds=60, **environment):
    """What a command says on a terminal: everything, in one text."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [CHANCERY, *words], env=chancery.environment | environment, cwd=chancery.folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=follower)
    os.close(follower)
    said, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([leader], [], [], 0.1)[0]:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
        elif process.poll() is not None:
            break
    process.wait(seconds)
    process.stdout.close()
    os.close(leader)
    return said.decode()


@pytest.fixture
def operator(chancery):
    chancery("add", "operator", "O")
    chancery("add", "account", "A")
    return chancery


# Colour and progress


def test_colour_is_for_terminals_that_want_it(operator):
    assert "\x1b[31merror:" in at_terminal(operator, "describe", "user", "nobody")
    for silence in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in at_terminal(operator, "describe", "user", "nobody", **silence)
    assert "\x1b" not in operator("describe", "user", "nobody", exits=1).stderr


def test_long_work_says_so_at_a_terminal(operator):
    # Another process holds the write lock for three seconds.
    keeper = subprocess.Popen([
        sys.executable, "-c",
        "import sqlite3, sys, time\n"
        "holder = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "holder.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "time.sleep(3)", str(operator.home / "directory.sqlite")], stdout=subprocess.PIPE)
    assert keeper.stdout.readline() == b"held\n"
    said = at_terminal(operator, "add", "user", "u", TERM="xterm")
    assert keeper.wait(20) == 0
    assert re.search("chancery add user … [12] s", said)
    # It is wiped away before the result is shown.
    assert said.rindex("\x1b[K") < said.index("added user")


def test_quick_work_and_pipes_stay_quiet(operator):
    assert "…" not in operator("add", "user", "u").stderr
    assert "…" not in at_terminal(operator, "list", "accounts", TERM="dumb")


# Tables


def columns(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_tables_fit_the_width(operator, width):
    operator("add", "account", "株式会社テスト広告営業部🚀")
    operator("edit", "account", "A", "--description", "销售部门的账户，" * 12, "--tag", "a" * 70)
    operator("add", "user", "u", "-a", "A", "--allow-pub", "订单.新建," + ",".join(f"a.{'x' * 40}.{n}" for n in range(5)))
    operator("select", "account", "A")
    for words in (("list", "accounts"), ("list", "keys"), ("describe", "account", "A"), ("describe", "user", "u"), ("env",),
                  ("status",), ("expirations",), ("audit", "query"), ("describe", "operator"), ("list", "users")):
        lines = operator(*words, COLUMNS=str(width)).stdout.splitlines()
        widest = max(columns(line) for line in lines)
        # Six columns, the most there are, cannot be narrower than two characters with their borders.
        assert widest <= max(width, 6 * 5 + 1), (words, widest)
        assert len({columns(line) for line in lines if line.startswith(("|", "+"))}) == 1, words


# Asking


def answers(chancery, words, lines, exits=0):
    process = subprocess.run(
        [CHANCERY, *words], env=chancery.environment, cwd=chancery.folder, text=True, input="".join(f"{line}\n" for line in lines),
        capture_output=True, timeout=60)
    assert process.returncode == exits, process.stderr
    return process.stderr


def test_a_command_asks_for_what_it_was_not_told(operator):
    said = answers(operator, ["add", "user", "-i", "--account", "A"], [
        "alice smith", "", "true", "10.0.0.0/8,192.168.0.0/16", "One", "", "", "soon", "1y", "", "yes",
        "orders.>", "_INBOX.>", "", "", "", "", "", "", "y"])
    body = claims(operator, "user", "alice smith", "-a", "A")
    assert body["nats"]["pub"] == {"allow": ["orders.>"]} and body["nats"]["sub"] == {"allow": ["_INBOX.>"]}
    assert body["nats"]["bearer_token"] is True and body["nats"]["src"] == ["10.0.0.0/8", "192.168.0.0/16"]
    assert body["nats"]["tags"] == ["one"] and body["exp"] > time.time() + 364 * 86400
    # What cannot be understood is asked for again, and the line that was put together is shown.
    assert '"soon" is not a time' in said
    assert "chancery add user --account A --name='alice smith'" in said or "chancery add user --account A '--name=alice smith'" in said


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A directory where every command finds something to change, and no account is named anywhere."""
    chancery = CommandLine(tmp_path_factory.mktemp("interview"))
    for line in ("add operator O", "add account A", "add user u", "add export -s s -p", "add mapping -f a -t b",
                 "edit signing-key --sk generate --role r", "edit account A --tag t"):
        chancery(*line.split())
    return chancery


def asking(shape, path=()):
    """Every command that takes -i and is about accounts, from what the parser says of itself."""
    for below in shape.get("subcommands", []):
        yield from asking(below, (*path, below["commandName"]))
    names = {name["name"] for argument in shape.get("arguments", []) for name in argument.get("names", [])}
    values = {argument.get("valueName") for argument in shape.get("arguments", []) if argument["shouldDisplay"]}
    if "interactive" in names and "account" in values and path[0] not in ("tool", "push", "pull"):
        yield path


def test_every_command_asks_when_no_account_is_named(filled):
    commands = set(asking(json.loads(filled("--experimental-dump-help").stdout)["command"]))
    assert {("add", "user"), ("edit", "user"), ("edit", "signing-key"), ("add", "export"), ("add", "import"), ("edit", "operator"),
            ("revocations", "add-user"), ("delete", "user")} <= commands

    def interviewed(path):
        # Every question is left open: then the command runs as if nothing had been asked.
        return subprocess.run(
            [CHANCERY, *path, "-i"], env=filled.environment, cwd=filled.folder, text=True, input="\n" * 80,
            capture_output=True, timeout=120)

    with ThreadPoolExecutor(4) as pool:
        for path, process in zip(commands, pool.map(interviewed, commands)):
            assert process.returncode in (0, 1, 2), (path, process)
            assert "Answer, or press return" in process.stderr, (path, process.stderr)
            assert "Can't read" not in process.stderr and "Fatal" not in process.stderr, (path, process.stderr)


def test_the_accounts_that_there_are_are_named(operator):
    operator("add", "account", "B")
    said = answers(operator, ["add", "user", "-i"], ["alice", *[""] * 20])
    assert "(A, B)" in said


def test_even_the_command_is_asked_for(operator):
    said = answers(operator, ["-i", "add"], ["nonsense", "account", "B", "", "", "", "", "y"])
    assert "none of them" in said
    assert [row["name"] for row in operator.rows("list", "accounts")] == ["A", "B"]


def test_nothing_happens_without_a_yes(operator):
    assert "nothing was done" in answers(operator, ["add", "account", "-i"], ["B", "", "", "", "", "n"], exits=1)
    assert "ended before" in answers(operator, ["add", "account", "-i"], ["B"], exits=1)
    assert [row["name"] for row in operator.rows("list", "accounts")] == ["A"]


def test_nothing_is_asked_without_being_told_to(operator):
    for words, code in ((("add", "user"), 2), (("add", "export"), 2), (("delete", "user"), 1), (("init",), 2)):
        done = operator(*words, exits=code)
        assert "?" not in done.stderr.split("\n")[0]


# Where everything is


def test_folders_of_their_own(chancery):
    chancery.environment.pop("CHANCERY_HOME")
    places = ("--data-dir", "data", "--keystore-dir", "keys", "--config-dir", "settings")
    chancery("add", "operator", "O", *places)
    assert {path.name for path in (chancery.folder / "data").iterdir()} >= {"directory.sqlite"}
    assert [path.name for path in (chancery.folder / "keys").iterdir()] == ["keyring.key"]
    assert stat.S_IMODE((chancery.folder / "keys").stat().st_mode) == 0o700
    chancery(*places, "add", "account", "A")
    # Neither folder alone opens anything.
    assert "keyring.key is missing" in chancery("add", "account", "B", "--data-dir", "data", exits=1).stderr
    chancery("keyring", "rotate", *places)
    chancery("add", "account", "B", *places)
    assert [path.name for path in (chancery.folder / "keys").iterdir()] == ["keyring.key"]


def test_contexts(chancery):
    for name in ("one", "two"):
        chancery("context", "add", name, "-H", name)
        chancery("add", "operator", name.upper(), "-H", name)
    chancery.environment.pop("CHANCERY_HOME")
    assert "is selected" in chancery("context", "show", exits=1).stderr
    chancery("context", "select", "one")
    assert [row["name"] for row in chancery.rows("list", "operators")] == ["ONE"]
    assert [json.loads(line)["name"] for line in chancery("list", "operators", "-J", CHANCERY_CONTEXT="two").stdout.splitlines()] == ["TWO"]
    assert [json.loads(line)["name"] for line in chancery("list", "operators", "-J", CHANCERY_HOME="two").stdout.splitlines()] == ["TWO"]
    chancery("env", "--store", "two")
    assert [row["name"] for row in chancery.rows("list", "operators")] == ["TWO"]
    assert {row["name"]: row["selected"] for row in chancery.rows("context", "list")} == {"one": False, "store": True, "two": False}
    (shown,) = chancery.rows("context", "show", "two")
    assert shown["all_dirs"] == str(chancery.folder / "two")
    chancery("context", "delete", "store", "--dry-run")
    chancery("context", "delete", "store")
    assert "no context" in chancery("context", "select", "store", exits=1).stderr
    assert "no context" in chancery("list", "operators", exits=1, CHANCERY_CONTEXT="store").stderr
    file = chancery.folder / ".config" / "chancery" / "contexts.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("nonsense")
    assert "cannot be read" in chancery("list", "operators", exits=1).stderr


def test_twenty_processes_save_twenty_contexts(chancery):
    running = [chancery.start("context", "add", f"c{number}", "-H", "x") for number in range(20)]
    assert [process.wait(60) for process in running] == [0] * 20
    assert len(chancery.rows("context", "list")) == 20


def test_the_status(operator):
    operator("add", "user", "u", "--expiry", "2w")
    (status,) = operator.rows("status")
    assert (status["operators"], status["accounts"], status["users"], status["seeds"]) == (1, 1, 1, 3)
    assert status["operator"] == "O" and status["account"] == "A" and status["seal"] == "key file"
    assert status["ending_soon"] == 1 and status["expired"] == 0 and status["audit_records"] >= 3
    operator("edit", "user", "u", "--expiry", "5s")
    time.sleep(6)
    assert json.loads(operator("status", "-J", exits=1).stdout)["expired"] == 1


# Mending


def test_a_directory_from_loose_files(operator, tmp_path):
    operator("edit", "signing-key", "--sk", "generate", "--role", "r")
    (tmp_path / "loose").mkdir()
    operator("add", "user", "u", "--creds", "loose/u.creds")
    operator("add", "user", "s", "-K", "r")
    operator("export", "keys", "-d", "loose", "--include-jwts")
    operator("edit", "account", "A", "--tag", "later")
    operator("describe", "account", "A", "-R", "-o", "loose/later.jwt")
    (tmp_path / "loose" / "damaged.jwt").write_text("nonsense")
    (tmp_path / "loose" / "damaged.nk").write_text("nonsense")
    told = operator("fix", "--in", "loose", "--out", "mended", "--creds", "found", exits=1)
    assert "damaged.jwt" in told.stderr and "damaged.nk" in told.stderr and "2 files were left out" in told.stderr
    within = ("-H", "mended")
    for what in (("operator",), ("account", "A"), ("user", "u", "-a", "A"), ("user", "s", "-a", "A")):
        assert claims(operator, *what, *within) == claims(operator, *what)
    operator("validate", "-A", *within)
    operator("audit", "verify", *within)
    assert (tmp_path / "found" / "O" / "A" / "u.creds").read_text() == operator("generate", "creds", "u", "-a", "A").stdout
    operator("add", "user", "v", "-a", "A", *within)


# Trying


def test_a_dry_run_changes_nothing(operator):
    operator("add", "user", "u")
    operator("add", "export", "-s", "s", "-p")
    operator("add", "account", "B")
    operator("add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "s")
    operator("add", "mapping", "-a", "A", "-f", "a", "-t", "b")
    operator("edit", "account", "A", "--sk", "generate")
    operator("revocations", "add-user", "-a", "A", "u")
    operator("revocations", "add_activation", "-a", "A", "-s", "s", "-t", "B")
    operator("context", "add", "c")
    key = claims(operator, "account", "A")["nats"]["signing_keys"][0]
    before = operator("audit", "verify", "--json").stdout
    for line in (
            "add operator P", "add account C", "add user v -a A --creds v.creds", "add export -a A -s t", "add mapping -a A -f c -t d",
            "edit operator --tag t", f"edit account A --rm-sk {key}", "edit user u -a A --subs 5", "edit export -a A -s s --description d",
            "edit signing-key -a A --sk generate --role r", "edit authcallout -a A --auth-user u", "delete user u -a A -R -D",
            "delete account A -D", "delete export -a A -s s", "delete import -a B -s s", "delete mapping -a A -f a",
            "revocations add-user -a A *", "revocations delete-user -a A u", "revocations add_activation -a A -s s -t *",
            "revocations delete_activation -a A -s s -t B", "reissue operator", "rename account A X",
            "export keys -d out --remove", "context delete c", "init Q"):
        words = line.split()
        operator(*words, "--dry-run")
        answer = operator(*words, "--dry-run", "--json").stdout
        assert json.loads(answer).get("dry_run", True) is True, line
    assert operator("audit", "verify", "--json").stdout == before
    assert not (operator.folder / "v.creds").exists() and not (operator.folder / "out").exists()
    assert len(operator.rows("context", "list")) == 1


def test_every_destructive_command_can_be_tried(chancery):
    for words in (
            "delete user", "delete account", "delete export", "delete import", "delete mapping", "revocations add-user",
            "revocations delete-user", "revocations add_activation", "revocations delete_activation", "reissue operator",
            "rename account", "push", "pull", "import account", "import user", "import keys", "import nsc", "export keys", "fix",
            "edit operator", "edit account", "edit user", "edit export", "edit signing-key", "edit authcallout", "context delete"):
        assert "--dry-run" in chancery(*words.split(), "--help").stdout, words


# Words


def test_a_slip_is_understood(chancery):
    for words, meant in ((("ad", "account"), "add"), (("add", "acount"), "account"), (("lst",), "list"), (("revocations", "ad-user"), "add-user")):
        told = chancery(*words, exits=2)
        assert f'did you mean "{meant}"?' in told.stderr and "--help" in told.stderr
    assert "Did you mean '--allow-pub'" in chancery("add", "user", "u", "--allow-pubb", "x", exits=2).stderr


def test_spellings_of_options(operator):
    operator("add", "account", "-nB")
    operator("add", "account", "-n=C")
    operator("add", "account", "--name=D")
    operator("add", "user", "-aD", "-nu")
    operator("add", "export", "-aD", "-sq", "-rp")
    assert {row["name"] for row in operator.rows("list", "accounts")} == {"A", "B", "C", "D"}
    assert claims(operator, "account", "D")["nats"]["exports"][0] == {
        "name": "q", "subject": "q", "type": "service", "token_req": True, "response_type": "Singleton"}
    operator("edit", "account", "D", "--description", "x", "--mem-storage", "1k", "--disk-storage=2k", "--streams", "3", "--consumer", "4")
    nats = claims(operator, "account", "D")["nats"]
    assert nats["limits"]["mem_storage"] == 1000 and nats["limits"]["streams"] == 3 and nats["limits"]["consumer"] == 4
    operator("edit", "account", "D", "--description=")
    assert "description" not in claims(operator, "account", "D")["nats"]
    operator("add", "user", "-aD", "-nv", "--max-responses", "--response-ttl", "1s")
    assert claims(operator, "user", "v", "-a", "D")["nats"]["resp"] == {"max": 1, "ttl": 1_000_000_000}


@pytest.mark.parametrize("shell", ["bash"])
def test_the_completion_is_a_script(chancery, shell):
    script = chancery("completion", shell).stdout
    (chancery.folder / "completion").write_text(script)
    subprocess.run([shell, "-n", "completion"], cwd=chancery.folder, check=True, timeout=60)
    for word in ("expirations", "--allow-pubsub", "signing-key", "list_activations"):
        assert word in script


def test_the_version(chancery):
    assert re.fullmatch(r"chancery \d+\.\d+\.\d+\n", chancery("--version").stdout)
