"""Directories that are damaged, full, locked, read-only or too new: a clear word, and everything stays as it was."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess

import pytest

from conftest import CHANCERY
from test_audit import verified
from test_command_line import operator  # noqa: F401

TRIALS = 400 if os.environ.get("CHANCERY_PROVE") else 20
# Reading, changing, and checking.
COMMANDS = (("list", "users"), ("add", "user", "new"), ("audit", "verify"), ("validate", "-A"), ("list", "keys"),
            ("edit", "account", "A", "--tag", "new"), ("generate", "creds", "u3"), ("keyring", "rotate"))


def content(folder):
    """Every file that is kept; what SQLite makes for readers and leaves empty is none."""
    return {path.name: path.read_bytes() for path in folder.iterdir()
            if path.name != "directory.sqlite-shm" and (path.name != "directory.sqlite-wal" or path.stat().st_size)}


def refused(chancery, *words, saying, **options):
    """A command ends with exit code 1 and these words, and every file is what it was."""
    before = content(chancery.home)
    told = chancery(*words, exits=1, **options).stderr
    assert told.startswith("error: ") and saying in told, told
    assert "\n" in told and len(told.splitlines()) == 2, f"no remedy: {told}"
    assert content(chancery.home) == before
    return told


@pytest.fixture
def filled(operator):
    """A directory with some pages."""
    for number in range(8):
        operator("add", "user", f"u{number}", "--tag", "x" * 200)
    return operator


@pytest.fixture
def database(filled):
    return filled.home / "directory.sqlite"


# Damage


@pytest.mark.parametrize("rest", [0, 1, 50, 4096, 0.5, 0.99])
def test_a_truncated_database_is_refused(filled, database, rest):
    whole = database.stat().st_size
    os.truncate(database, int(rest * whole) if isinstance(rest, float) else rest)
    for words in (("list", "users"), ("add", "user", "new"), ("audit", "verify"), ("add", "operator", "P")):
        refused(filled, *words, saying="is empty, although it once was not" if rest in (0, 1) else "damaged")


def test_a_database_that_was_cut_to_nothing_is_not_begun_again(operator):
    database = operator.home / "directory.sqlite"
    os.truncate(database, 0)
    (operator.home / "keyring.key").unlink()
    (operator.home / "directory.sqlite-wal").write_bytes(b"x" * 100)
    refused(operator, "add", "operator", "P", saying="is empty, although it once was not")


def test_no_damage_ends_the_program(filled, database):
    """Bytes anywhere are changed: every command ends by itself, and a change happens whole or not at all."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    sound = content(filled.home)
    found = 0
    for _ in range(TRIALS):
        for path in filled.home.iterdir():
            path.unlink()
        for name, text in sound.items():
            (filled.home / name).write_bytes(text)
            (filled.home / name).chmod(0o600)
        with database.open("r+b") as file:
            for _ in range(dice.choice((1, 1, 4, 40))):
                file.seek(dice.randrange(database.stat().st_size))
                file.write(dice.randbytes(dice.choice((1, 1, 8, 100))))
        for words in dice.sample(COMMANDS, 3):
            before = content(filled.home)
            done = filled(*words, exits=None)
            assert done.returncode in (0, 1) and "Fatal" not in done.stderr, f"{words}: {done.stderr}"
            if done.returncode == 1:
                found += 1
                assert "error: " in done.stderr
                # A new key waits beside the old one until the change that it belongs to is stored.
                before.pop("keyring.key.next", None)
                after = content(filled.home)
                after.pop("keyring.key.next", None)
                assert after == before, words
    assert found > TRIALS / 4
    for path in filled.home.glob("directory.sqlite-*"):
        path.unlink()


@pytest.mark.parametrize("text", [b"not a database" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_something_else_in_its_place_is_left_alone(operator, text):
    (operator.home / "directory.sqlite").write_bytes(text)
    refused(operator, "list", "users", saying="damaged")
    refused(operator, "add", "operator", "P", saying="damaged")


def test_the_database_of_another_program_is_left_alone(operator):
    database = operator.home / "directory.sqlite"
    database.unlink()
    sqlite3.connect(database).executescript("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);")
    refused(operator, "add", "operator", "P", saying="the database of another program")


def test_a_database_of_a_later_version_is_left_alone(operator):
    connection = sqlite3.connect(operator.home / "directory.sqlite")
    connection.execute("INSERT INTO grdb_migrations VALUES ('99 from the future')")
    connection.commit()
    connection.close()
    for words in (("list", "users"), ("add", "user", "new"), ("audit", "verify"), ("keyring", "rotate")):
        refused(operator, *words, saying="written by a later version")


# The keyring


def test_without_its_key_file_nothing_is_signed(filled):
    (filled.home / "keyring.key").rename(filled.folder / "elsewhere")
    for words in (("add", "user", "new"), ("generate", "creds", "u0"), ("keyring", "rotate"), ("keyring", "unseal"),
                  ("revocations", "add-user", "u0")):
        refused(filled, *words, saying="key file")
    passphrase = filled.folder / "passphrase"
    passphrase.write_text("a good passphrase")
    refused(filled, "keyring", "seal", "--passphrase-file", passphrase, saying="key file")
    refused(filled, "backup", filled.folder / "copy", "--passphrase-file", passphrase, saying="key file")
    assert not (filled.folder / "copy").exists()
    filled("list", "users")
    filled("validate", "-A")
    (filled.folder / "elsewhere").rename(filled.home / "keyring.key")
    filled("add", "user", "new")
    verified(filled)


def test_with_the_key_file_of_another_directory_nothing_is_signed(filled):
    filled("add", "operator", "P", "-H", "other")
    shutil.copy(filled.folder / "other" / "keyring.key", filled.home / "keyring.key")
    for words in (("add", "user", "new"), ("generate", "creds", "u0"), ("keyring", "rotate"), ("keyring", "unseal")):
        refused(filled, *words, saying="does not open")


# Disks


def test_a_limit_on_files_is_a_clear_refusal(filled, database):
    """A disk that takes no more, as any system can show it."""
    room = database.stat().st_size + 20_000

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    for words in (("add", "user", "new", "--tag", "y" * 90_000, "--tag", "z" * 90_000), ("keyring", "rotate")):
        before = content(filled.home)
        done = subprocess.run(
            [CHANCERY, *words], env=filled.environment, cwd=filled.folder, preexec_fn=limit, capture_output=True,
            text=True, timeout=60)
        if done.returncode != 0:
            assert done.returncode == 1 and done.stderr.startswith("error: "), done
            assert "nothing was changed" in done.stderr
            assert content(filled.home) == before
    assert done.returncode in (0, 1)
    verified(filled)


def in_mounts(chancery, script):
    """What a script prints that may mount what it likes, which nobody else sees."""
    for options in (["-m"], ["-rm"]):
        command = ["unshare", *options, "sh", "-eu", "-c", script]
        if subprocess.run(["unshare", *options, "true"], capture_output=True).returncode == 0:
            return subprocess.run(
                command, env=chancery.environment | {"CHANCERY": str(CHANCERY)}, cwd=chancery.folder, text=True,
                capture_output=True, timeout=120)
    pytest.skip("mounts of one's own are not allowed here")


SHOW = "cat d/directory.sqlite d/keyring.key | sha256sum"


def test_a_full_disk_is_a_clear_refusal(filled):
    done = in_mounts(filled, f"""
        mkdir d && mount -t tmpfs -o size=4m none d && cp -a "$CHANCERY_HOME/." d
        dd if=/dev/zero of=d/filler bs=1k 2>/dev/null || true
        export CHANCERY_HOME=d
        {SHOW}
        for word in one two three; do
            "$CHANCERY" add user $word --tag {'y' * 30_000} && echo done || echo refused
        done
        {SHOW}
        rm d/filler
        "$CHANCERY" add user new && "$CHANCERY" audit verify && "$CHANCERY" validate -A
        """)
    assert done.returncode == 0, done.stderr
    before, *answers, after = done.stdout.split("\n")[:5]
    assert answers == ["refused"] * 3 and before == after, done.stdout
    assert done.stderr.count("error: ") == 3 and "free some space" in done.stderr


def test_a_read_only_disk_is_a_clear_refusal(filled):
    done = in_mounts(filled, f"""
        mkdir d && mount -t tmpfs -o size=4m none d && cp -a "$CHANCERY_HOME/." d && mount -o remount,ro d
        export CHANCERY_HOME=d
        {SHOW}
        "$CHANCERY" add user new || echo refused
        "$CHANCERY" keyring rotate || echo refused
        {SHOW}
        "$CHANCERY" add operator P -H d/other || echo refused
        """)
    assert done.returncode == 0, done.stderr
    before, one, two, after, three, _ = done.stdout.split("\n")
    assert [one, two, three] == ["refused"] * 3 and before == after
    assert done.stderr.count("error: ") == 3 and "can be written" in done.stderr


def test_a_folder_that_may_not_be_written_is_a_clear_refusal(chancery):
    (chancery.folder / "file").write_text("")
    told = chancery("add", "operator", "O", "-H", chancery.folder / "file" / "home", exits=1).stderr
    assert told.startswith("error: cannot make the folder")
    told = chancery("add", "operator", "O", "-H", chancery.folder / "file", exits=1).stderr
    assert told.startswith("error: ")
    assert (chancery.folder / "file").read_text() == ""
