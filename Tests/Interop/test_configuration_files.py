"""Small configurations that nats-server and Chancery's broker judge alike, and those where Chancery says more.

`data/configurations` holds them, each under a line `=== VERDICT what it is`:

- `accepted`: both find nothing wrong (`-t`).
- `refused`: both say that it is wrong.
- `unstartable`: nats-server finds nothing wrong and does not start; Chancery says so with `-t`.
- `stricter`: nats-server accepts it, and Chancery refuses it on purpose.

`<A1>`, `<OPERATOR>` and the like stand for keys and tokens that are made for each run.
"""

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path

import nkeys
import pytest

import issuer
from issuer import Key
from peers import CHANCERY, NATS_SERVER

FOLDER = Path(__file__).parent / "data" / "configurations"
HEAD = re.compile(r"^=== (accepted|refused|unstartable|stricter) (.*)$", re.MULTILINE)


def read(file):
    """The cases of a file: verdict, name, text."""
    parts = HEAD.split(file.read_text())[1:]
    return [
        pytest.param(verdict, text.lstrip("\n"), id=f"{file.stem}: {name}")
        for verdict, name, text in zip(parts[::3], parts[1::3], parts[2::3])]


CASES = [case for file in sorted(FOLDER.glob("*.txt")) for case in read(file)]


def curve_key():
    """The public form of a curve key, of which only the checksum matters here."""
    raw = b"\xb8" + os.urandom(32)
    return base64.b32encode(raw + nkeys.crc16(bytearray(raw)).to_bytes(2, "little")).decode().rstrip("=")


def token(claims, key, kind, **fields):
    return issuer.encode({"iat": 1700000000, **claims, "nats": {"type": kind, "version": 2, **fields}}, key)


def names():
    """What the placeholders stand for."""
    keys = {f"{letter}{number}": Key.new(kind).public for letter, kind in (
        ("O", "operator"), ("A", "account"), ("U", "user")) for number in (1, 2)}
    operator, account, user = Key.new("operator"), Key.new("account"), Key.new("user")

    def op(**fields):
        return token({"name": "O", "sub": operator.public}, operator, "operator", **fields)

    def of_account(**fields):
        return token({"name": "u", "sub": user.public}, account, "user", **fields)

    unlimited = {"subs": -1, "data": -1, "payload": -1}
    return keys | {
        "X1": curve_key(),
        "OPERATOR": op(), "OPERATOR_WITH_URL": op(account_server_url="http://127.0.0.1:1/jwt/v1"),
        "OPERATOR_WITH_SYSTEM": op(system_account=account.public),
        "OPERATOR_OF_THE_FUTURE": op(assert_server_version="99.0.0"),
        "OPERATOR_WITH_ODD_VERSION": op(assert_server_version="new"),
        "ACCOUNT": account.public,
        "ACCOUNT_JWT": token({"name": "A", "sub": account.public}, operator, "account", limits={
            **unlimited, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}),
        "BEARER": of_account(**unlimited, bearer_token=True),
        "SCOPED": of_account(issuer_account=account.public),
        "USER_JWT": of_account(**unlimited),
        "PIN": "ab" * 32,
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files that the cases name, and what their placeholders stand for."""
    folder = tmp_path_factory.mktemp("configurations")
    known = names()
    for pem in ("cert.pem", "key.pem"):
        shutil.copy(FOLDER / pem, folder)
    for name, text in {
        "included.conf": "port: 4333\n", "users.conf": "users: [ { user: a, password: b } ]\n",
        "broken.conf": "port: {\n", "circle.conf": "include circle.conf\n",
        "operator.jwt": f"-----BEGIN NATS OPERATOR JWT-----\n{known['OPERATOR']}\n------END NATS OPERATOR JWT------\n",
    }.items():
        (folder / name).write_text(text)
    return folder, known


ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""), "CONFIGURATION_TEST_PORT": "4333", "CONFIGURATION_TEST_TEXT": "'a b'",
    "CONFIGURATION_TEST_SECTION": "{ user: a, password: b }"}


def run(place, *words):
    """Runs a server that ends by itself; returns its exit code and everything it said."""
    done = subprocess.run(
        words, cwd=place, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("verdict, text", CASES)
def test_both_judge_alike(place, verdict, text):
    folder, known = place
    file = folder / "case.conf"
    file.write_text(re.sub(r"<(\w+)>", lambda match: known[match[1]], text))
    theirs, said = run(folder, NATS_SERVER, "-t", "-c", "case.conf")
    assert (theirs == 0) == (verdict != "refused"), f"nats-server: {said}"
    if verdict == "unstartable":
        theirs, said = run(folder, NATS_SERVER, "-c", "case.conf", "-a", "127.0.0.1", "-p", "-1")
        assert theirs == 1, f"nats-server: {said}"
    ours, said = run(folder, CHANCERY, "broker", "-t", "-c", "case.conf")
    assert ours == (0 if verdict == "accepted" else 1), f"chancery: {said}"
    if ours == 0:
        assert "configuration file case.conf is valid" in said
    else:
        # A place, and a line with a caret under it, unless the fault is in a JWT.
        assert re.search(r"^[\w./]+:\d+:\d+: (error|warning): .+$", said, re.MULTILINE) or "operator" in said, said


def test_there_are_enough_of_them():
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)
