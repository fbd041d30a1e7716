"""What processes that run at once, or are ended in the middle, leave behind.

All of it for `make prove` (CHANCERY_PROVE=1), a twentieth otherwise.
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time

import pytest

import issuer
from test_audit import query, verified
from test_command_line import claims, decoded, operator  # noqa: F401

PROVE = bool(os.environ.get("CHANCERY_PROVE"))
PROCESSES = 20
ROUNDS = 10 if PROVE else 1
KILLS = 200 if PROVE else 10
BUSY = re.compile(r"^error: the directory is busy: other processes were changing it for 30 seconds")


@pytest.fixture
def dice():
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


class Work:
    """Changes of one account, and what is there when one of them was done."""

    KINDS = ("revocation", "user", "export", "mapping", "tag", "role", "limit", "new user's revocation")

    def __init__(self, dice):
        self.dice = dice
        self.number = 0

    def next(self, kind=None):
        """The words of a change, and whether an account's claims and its users' names show that it was done."""
        self.number += 1
        name = f"n{self.number}"
        kind = kind or self.dice.choice(self.KINDS)
        key = issuer.Key.new("user").public
        match kind:
            case "revocation":
                return (("revocations", "add-user", "-u", key, "-a", "A"),
                        lambda nats, users: key in nats.get("revocations", {}))
            case "user":
                return (("add", "user", name, "-a", "A", "--tag", name), lambda nats, users: name in users)
            case "export":
                return (("add", "export", "-a", "A", "--subject", f"{name}.>", "--name", name),
                        lambda nats, users: any(export["name"] == name for export in nats.get("exports", [])))
            case "mapping":
                return (("add", "mapping", "-a", "A", "--from", name, "--to", "x"),
                        lambda nats, users: name in nats.get("mappings", {}))
            case "tag":
                return (("edit", "account", "A", "--tag", name), lambda nats, users: name in nats.get("tags", []))
            case "role":
                return (("edit", "signing-key", "-a", "A", "--sk", "generate", "--role", name),
                        lambda nats, users: any(isinstance(key, dict) and key["role"] == name
                                                for key in nats.get("signing_keys", [])))
            case "limit":
                # What comes later replaces it: only that something was set can be seen.
                return (("edit", "account", "A", "--conns", str(self.dice.randrange(1, 1000)), "--tag", name),
                        lambda nats, users: name in nats.get("tags", []) and nats["limits"]["conn"] > 0)
            case _:
                # Two changes of one command: the account and the user.
                return (("add", "user", name, "-a", "A", "-k", key), lambda nats, users: name in users)


def state(chancery):
    """The claims of the account, and the names of its users."""
    return claims(chancery, "account", "A")["nats"], {row["name"] for row in chancery.rows("list", "users", "-a", "A")}


def check_histories(chancery, acknowledged):
    """Nothing is wrong anywhere; every version that was reported is in the history, and no two share a second."""
    verified(chancery)
    chancery("validate", "-A")
    database = sqlite3.connect(chancery.home / "directory.sqlite")
    rows = database.execute("SELECT subject, issued_at, lower(hex(version)), text FROM tokens ORDER BY id").fetchall()
    latest = {}
    for subject, issued_at, _, text in rows:
        assert decoded(text)["iat"] == issued_at > latest.get(subject, 0)
        latest[subject] = issued_at
    assert acknowledged <= {version for _, _, version, _ in rows}
    records = {record.get("after") for record in query(chancery)}
    assert {version for _, _, version, _ in rows} <= records


def versions(output):
    """The versions that a finished command reports."""
    return {item["version"] for line in output.splitlines() for item in json.loads(line)["changes"] if item.get("version")}


def test_many_at_once_lose_nothing(operator, dice):
    work, done, acknowledged = Work(dice), [], set()
    for _ in range(ROUNDS):
        chosen = [work.next() for _ in range(PROCESSES)]
        running = [operator.start(*words, "--json") for words, _ in chosen]
        for process, (words, is_there) in zip(running, chosen):
            output, told = process.communicate(timeout=120)
            if process.returncode != 0:
                assert process.returncode == 1 and BUSY.match(told), f"{words}: {told}"
                continue
            done.append((words, is_there))
            acknowledged |= versions(output)
        nats, users = state(operator)
        for words, is_there in done:
            assert is_there(nats, users), f"{words} was reported as done and is not there"
    assert len(done) > ROUNDS * PROCESSES * 0.9
    check_histories(operator, acknowledged)


def test_what_was_acknowledged_survives_a_kill(operator, dice):
    """Commands of a batch are killed at random points: what had reported success is there, and nothing is half done."""
    work, done, acknowledged = Work(dice), [], set()
    usual = {}
    for kind in Work.KINDS:
        began = time.monotonic()
        operator(*work.next(kind)[0])
        usual[kind] = time.monotonic() - began
    ended = 0
    for number in range(KILLS):
        kind = dice.choice(Work.KINDS)
        words, is_there = work.next(kind)
        process = operator.start(*words, "--json")
        try:
            output, told = process.communicate(timeout=dice.uniform(0, 1.2 * usual[kind]))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            output, told = process.communicate()
            ended += 1
        assert process.returncode in (0, -signal.SIGKILL), told
        if output.endswith("\n"):
            done.append((words, is_there))
            acknowledged |= versions(output)
    assert ended > KILLS / 4
    nats, users = state(operator)
    for words, is_there in done:
        assert is_there(nats, users), f"{words} was reported as done and is not there"
    check_histories(operator, acknowledged)
    # It goes on as if nothing had been.
    records = verified(operator)["records"]
    operator("add", "user", "last")
    assert verified(operator)["records"] > records


def test_a_first_change_that_is_killed_is_there_or_is_not(chancery, dice):
    """The log begins with the first change: killed in the middle of that, it begins with the next one."""
    began = time.monotonic()
    chancery("add", "operator", "O", "-H", chancery.folder / "usual")
    usual = time.monotonic() - began
    for number in range(KILLS):
        home = chancery.folder / f"home{number}"
        process = chancery.start("add", "operator", "O", "-H", home)
        try:
            process.communicate(timeout=dice.uniform(0, usual))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        chancery("add", "operator", "P", "-H", home)
        findings = json.loads(chancery("audit", "verify", "--json", "-H", home).stdout)
        assert findings["problems"] == []
        operators = {row["name"] for row in chancery.rows("list", "operators", "-H", home)}
        assert operators in ({"P"}, {"O", "P"}) and (process.returncode != 0 or "O" in operators)


@pytest.mark.skipif(not PROVE, reason="takes half a minute: make prove")
def test_a_lock_that_is_never_given_back_ends_in_busy_after_30_seconds(operator):
    holder = sqlite3.connect(operator.home / "directory.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    before = (operator.home / "directory.sqlite").read_bytes()
    began = time.monotonic()
    told = operator("add", "user", "u", exits=1).stderr
    assert BUSY.match(told) and 29 < time.monotonic() - began < 40
    # Who only reads waits for nobody.
    operator("list", "users")
    assert (operator.home / "directory.sqlite").read_bytes() == before
    holder.execute("ROLLBACK")
    operator("add", "user", "u")
