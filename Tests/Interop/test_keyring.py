"""What opens the sealed seeds, copies of everything, and signatures from where the operator's key is."""

import json
import os
import pty
import shutil
import stat
import subprocess
import time

import pytest

from conftest import CHANCERY
from test_command_line import claims, operator  # noqa: F401


@pytest.fixture
def secret(chancery):
    """A file with a passphrase."""
    file = chancery.folder / "secret"
    file.write_text("correct horse battery\n")
    return file


def status(chancery):
    return json.loads(chancery("keyring", "status", "--json", exits=None).stdout)


def works(chancery, *words, **environment):
    """Whether something can be signed."""
    return chancery("edit", "account", "A", "--tag", str(time.monotonic_ns()), *words, exits=None, **environment).returncode == 0


def test_a_key_file_is_the_seal_until_a_passphrase_is(operator, secret):
    operator("add", "user", "u", "--creds", "u.creds")
    before = status(operator)
    assert before["seal"] == "key file" and before["seeds"] == 3 and "fault" not in before
    operator("keyring", "seal", "--passphrase-file", secret)
    assert not (operator.home / "keyring.key").exists()
    assert status(operator)["seal"] == "passphrase"
    assert not works(operator)
    assert "no terminal" in operator("generate", "creds", "u", exits=1).stderr
    assert works(operator, "--passphrase-file", secret)
    assert works(operator, CHANCERY_PASSPHRASE_FILE=str(secret))
    creds = operator("generate", "creds", "u", "--passphrase-file", secret).stdout
    assert "SEED" in creds
    wrong = operator.folder / "wrong"
    wrong.write_text("correct horse batteries\n")
    assert "does not open" in operator("generate", "creds", "u", "--passphrase-file", wrong, exits=1).stderr
    operator("keyring", "unseal", "--passphrase-file", wrong, exits=1)
    operator("keyring", "unseal", "--passphrase-file", secret)
    assert works(operator) and status(operator)["seal"] == "key file"
    assert stat.S_IMODE((operator.home / "keyring.key").stat().st_mode) == 0o600


def test_a_passphrase_is_replaced(operator, secret):
    operator("keyring", "seal", "--passphrase-file", secret)
    new = operator.folder / "new"
    new.write_text("another good one")
    operator("keyring", "seal", "--passphrase-file", secret, "--new-passphrase-file", new)
    assert works(operator, "--passphrase-file", new) and not works(operator, "--passphrase-file", secret)
    operator("keyring", "rotate", "--passphrase-file", new)
    operator("keyring", "rotate", "--passphrase-file", new, "--new-passphrase-file", secret)
    assert works(operator, "--passphrase-file", secret) and not works(operator, "--passphrase-file", new)
    short = operator.folder / "short"
    short.write_text("short\n")
    assert "shorter than 8" in operator(
        "keyring", "seal", "--passphrase-file", secret, "--new-passphrase-file", short, exits=1).stderr


def test_a_passphrase_is_typed_in_unseen(operator, secret):
    operator("keyring", "seal", "--passphrase-file", secret)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(operator.folder)
        os.execve(CHANCERY, [str(CHANCERY), "edit", "account", "A", "--tag", "typed"], operator.environment)
    shown = b""
    while b"Passphrase of the keyring: " not in shown:
        shown += os.read(terminal, 1024)
    # Echoing ends before the prompt is shown.
    os.write(terminal, b"correct horse battery\n")
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    assert b"horse" not in shown
    assert claims(operator, "account", "A")["nats"]["tags"] == ["typed"]


def test_rotating_makes_copies_of_the_old_key_useless(operator):
    operator("add", "user", "u")
    creds = operator("generate", "creds", "u").stdout
    old = (operator.home / "keyring.key").read_text()
    operator("keyring", "rotate")
    assert (operator.home / "keyring.key").read_text() != old
    assert operator("generate", "creds", "u").stdout == creds
    operator("audit", "verify", exits=None)
    assert sorted(path.name for path in operator.home.iterdir() if path.name.startswith("keyring")) == ["keyring.key"]
    (operator.home / "keyring.key").write_text(old)
    assert not works(operator)
    broken = status(operator)
    assert "does not open" in broken["fault"]
    operator("keyring", "status", exits=1)


def test_a_rotation_that_was_cut_short_is_finished_by_the_next_process(operator):
    key = operator.home / "keyring.key"
    old = key.read_text()
    operator("keyring", "rotate")
    # As if the process had ended after its change and before the renaming.
    key.rename(operator.home / "keyring.key.next")
    key.write_text(old)
    key.chmod(0o600)
    assert works(operator)
    assert key.read_text() != old and not (operator.home / "keyring.key.next").exists()
    # As if it had ended before its change.
    (operator.home / "keyring.key.next").write_text(old)
    (operator.home / "keyring.key.next").chmod(0o600)
    assert works(operator)
    operator("keyring", "rotate")
    assert works(operator)


# Copies of everything


def test_a_backup_brings_everything_back(operator, secret):
    operator("add", "user", "u")
    creds = operator("generate", "creds", "u").stdout
    told = operator("backup", "copy", "--passphrase-file", secret).stderr
    assert "3 operators, accounts and users, 3 seeds" in told
    record = operator.rows("audit", "query", "--limit", "1")[0]
    assert record["op"] == "backup.export" and record["object"]["name"] == "copy" and record["outcome"] == "allowed"
    text = (operator.folder / "copy").read_bytes()
    assert stat.S_IMODE((operator.folder / "copy").stat().st_mode) == 0o600
    assert b"SQLite" not in text and b"chancery keyring" not in text
    operator("backup", "copy", "--passphrase-file", secret, exits=1)
    operator("restore", "copy", "--passphrase-file", secret, exits=1)
    operator("backup", "copy", "--verify", "--passphrase-file", secret)
    shutil.rmtree(operator.home)
    answer = json.loads(operator("restore", "copy", "--passphrase-file", secret, "--json").stdout)
    assert answer["entries"] == 3 and answer["seeds"] == 3
    assert operator("generate", "creds", "u").stdout == creds
    assert works(operator)
    records = operator.rows("audit", "query", "--limit", "0")
    assert [record["object"]["name"] for record in records if record["op"] == "backup.restore"] == ["copy"]
    operator("audit", "verify")
    left = [path.name for path in operator.folder.iterdir() if "home." in path.name or "copy." in path.name]
    assert left == []


def test_a_backup_of_a_keyring_with_a_passphrase_needs_it_afterwards(operator, secret):
    operator("keyring", "seal", "--passphrase-file", secret)
    other = operator.folder / "other"
    other.write_text("for the copy only")
    operator("backup", "copy", "--passphrase-file", secret, "--new-passphrase-file", other)
    shutil.rmtree(operator.home)
    operator("restore", "copy", "--passphrase-file", secret, exits=1)
    # That the directory came from a copy is recorded in it, which takes the keyring.
    assert "terminal" in operator("restore", "copy", "--new-passphrase-file", other, exits=1).stderr
    operator("restore", "copy", "--new-passphrase-file", other, "--passphrase-file", secret)
    assert works(operator, "--passphrase-file", secret) and not works(operator)


@pytest.mark.parametrize("damage", ["cut", "flip", "swap", "more", "empty", "other"])
def test_a_damaged_backup_is_refused_and_nothing_is_left(operator, secret, damage):
    for number in range(30):
        operator("add", "account", f"C{number}")
    operator("backup", "copy", "--passphrase-file", secret)
    copy = operator.folder / "copy"
    text = copy.read_bytes()
    copy.write_bytes({
        "cut": text[:-40], "flip": text[:-3000] + bytes([text[-3000] ^ 1]) + text[-2999:], "more": text + b"x",
        "swap": text[:-4000] + text[-2000:] + text[-4000:-2000], "empty": b"", "other": b"chancery backup 1 what\n"}[damage])
    shutil.rmtree(operator.home)
    assert operator("restore", "copy", "--passphrase-file", secret, exits=1).stderr.startswith("error: ")
    operator("backup", "copy", "--verify", "--passphrase-file", secret, exits=1)
    assert not (operator.home / "directory.sqlite").exists() and not (operator.home / "keyring.key").exists()


def test_another_passphrase_opens_no_backup(operator, secret):
    operator("backup", "copy", "--passphrase-file", secret)
    secret.write_text("something else")
    assert "does not open" in operator("backup", "copy", "--verify", "--passphrase-file", secret, exits=1).stderr


# Signatures from elsewhere


def test_an_account_is_signed_where_the_operators_key_is(operator):
    operator("export", "keys", "-o", "--dir", "vault", "--remove")
    vault = ("-H", str(operator.folder / "vault-home"))
    shutil.copytree(operator.home, vault[1])
    operator("import", "keys", "--dir", "vault", *vault)

    told = operator("edit", "account", "A", "--conns", "7")
    assert "has signed itself" in told.stderr
    request = claims(operator, "account", "A")
    assert request["iss"] == request["sub"]
    operator("validate", exits=1)
    operator("describe", "account", "A", "--raw", "--output-file", "A.request")

    operator("sign", "A.request", "--dry-run", *vault)
    operator("sign", "A.request", "--output-file", "A.jwt", *vault)
    operator("import", "account", "--file", "A.jwt", "--overwrite")
    operator("validate")
    body = claims(operator, "account", "A")
    assert body["iss"] == claims(operator, "operator")["sub"] and body["nats"]["limits"]["conn"] == 7
    assert body["iat"] > request["iat"]
    operator("sign", "A.request", exits=1)


def test_what_another_operator_signed_is_no_request(operator):
    other = ("-H", "other")
    operator("add", "operator", "P", *other)
    operator("add", "account", "B", *other)
    operator("describe", "account", "B", "-R", "-o", "B.jwt", *other)
    assert "no request" in operator("sign", "B.jwt", exits=1).stderr
    operator("add", "user", "u", "--creds", "u.creds")
    operator("sign", "u.creds", exits=1)
