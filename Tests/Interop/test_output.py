"""Where answers go: what cannot be written is no success, and a file that is written belongs to the change that made it."""

import os
import subprocess

import pytest

from conftest import CHANCERY
from test_audit import verified
from test_bad_directory import in_mounts
from test_command_line import claims, operator  # noqa: F401


@pytest.fixture
def filled(operator):
    operator("add", "user", "u")
    operator("edit", "user", "u", "--tag", "t")
    return operator


def into(chancery, words, place):
    """How a command ends whose standard output is the device, or is closed where that is None."""
    script = '"$0" "$@" >&-' if place is None else f'"$0" "$@" >{place}'
    return subprocess.run(
        ["sh", "-c", script, CHANCERY, *words], env=chancery.environment, cwd=chancery.folder, text=True,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)


@pytest.mark.parametrize("place", ["/dev/full", None])
def test_an_answer_that_is_lost_is_no_success(filled, place):
    for line in ("generate creds u", "generate nkey -u", "describe user u -J", "describe user u", "describe user u -R", "list users",
                 "list users --json", "audit query", "audit verify", "status", "env", "--help", "--version", "completion bash",
                 "generate config --mem-resolver", "add user v --json"):
        done = into(filled, line.split(), place)
        assert done.returncode == 1, (line, done)
        assert done.stderr.count("the answer cannot be written to the standard output: ") == 1, (line, done)
    # The change was made all the same.
    assert [row["name"] for row in filled.rows("list", "users")] == ["u", "v"]
    verified(filled)


def test_a_reader_that_has_enough_is_no_fault(filled):
    for line in ("list users", "completion bash", "describe user u -J"):
        done = subprocess.run(
            ["bash", "-c", '"$0" "$@" | true; exit ${PIPESTATUS[0]}', CHANCERY, *line.split()], env=filled.environment,
            cwd=filled.folder, text=True, capture_output=True, timeout=60)
        assert done.returncode in (0, 141) and done.stderr == "", (line, done)


@pytest.mark.parametrize("name", ["--", "-"])
def test_the_standard_output_has_a_name(filled, name):
    token = filled("describe", "user", "u", "-R").stdout
    credentials = filled("generate", "creds", "u").stdout
    for form in (["-o", name], ["--output-file", name], [f"--output-file={name}"], [f"-o={name}"]):
        assert filled("describe", "user", "u", "-R", *form).stdout == token
        assert filled("generate", "creds", "u", *form).stdout == credentials
    assert filled("generate", "config", "--mem-resolver", "--config-file", name).stdout.startswith("//")
    assert filled("generate", "diagram", "component", "-o", name).stdout.startswith("@startuml")
    new = filled("add", "user", "v", "--creds", name)
    assert new.stdout == filled("generate", "creds", "v").stdout and 'added user "v"' in new.stderr
    filled("add", "user", "w", "--creds", name, "--json", exits=2)
    filled("generate", "profile", "nsc://O/A/u", "--creds", name, exits=2)
    assert sorted(path.name for path in filled.folder.iterdir()) == ["home"]


def test_credentials_that_cannot_be_written_make_no_user(filled):
    before = filled("audit", "verify", "--json").stdout
    for file in ("nowhere/v.creds", "home"):
        told = filled("add", "user", "v", "--creds", file, exits=1)
        assert told.stderr.startswith("error: "), told
    told = filled("generate", "creds", "u", "-o", "nowhere/u.creds", exits=1)
    assert "cannot write nowhere/u.creds" in told.stderr
    assert filled("audit", "verify", "--json").stdout == before
    assert [row["name"] for row in filled.rows("list", "users")] == ["u"]


def test_credentials_are_not_written_over(filled):
    (filled.folder / "v.creds").write_text("mine")
    for words in (("add", "user", "v"), ("init", "X", "-H", "other")):
        told = filled(*words, "--creds", "v.creds", exits=1)
        assert "v.creds exists already" in told.stderr and "--force" in told.stderr
    assert (filled.folder / "v.creds").read_text() == "mine"
    filled("add", "user", "v", "--creds", "v.creds", "--force")
    assert (filled.folder / "v.creds").read_text() == filled("generate", "creds", "v").stdout
    # As with nsc, a user's new credentials take the place of the old ones.
    filled("edit", "user", "v", "--tag", "new")
    filled("generate", "creds", "v", "-o", "v.creds")
    assert (filled.folder / "v.creds").read_text() == filled("generate", "creds", "v").stdout
    assert not list(filled.folder.glob(".chancery*"))


# Places that cannot be written

READING = ("list users", "describe user u -R", "describe account A -J", "validate -A", "status", "audit verify", "audit query",
           "generate config --mem-resolver", "list keys", "env", "expirations", "keyring status", "revocations list-users")


def test_a_read_only_disk_is_read(filled):
    (filled.folder / "passphrase").write_text("a good passphrase")
    lines = "\n".join(f'"$CHANCERY" {line} >/dev/null' for line in READING)
    done = in_mounts(filled, f"""
        mkdir d && mount -t tmpfs -o size=8m none d && cp -a "$CHANCERY_HOME/." d && mount -o remount,ro d
        export CHANCERY_HOME=d
        {lines}
        "$CHANCERY" backup copy --passphrase-file passphrase
        "$CHANCERY" backup copy --verify --passphrase-file passphrase
        "$CHANCERY" add user new || echo refused
        "$CHANCERY" list users
        ls -A d
        """)
    assert done.returncode == 0, done.stderr
    assert "refused" in done.stdout and "the directory cannot be written: d: read-only file system" in done.stderr
    assert done.stdout.splitlines()[-2:] == ["directory.sqlite", "keyring.key"]
    assert "does not say that this backup was made" in done.stderr


def test_a_plan_needs_no_leave_to_write(filled):
    folder = filled.folder / "set"
    folder.mkdir()
    (folder / "chancery.yaml").write_text("chancery: v1\naccounts: { A: a.yaml }\n")
    (folder / "a.yaml").write_text("chancery: v1\naccount: A\nroles: { r: { publish: [ a.x ] } }\nleave: [ signing keys, users ]\n")
    done = in_mounts(filled, """
        mkdir d && mount -t tmpfs -o size=8m none d && cp -a "$CHANCERY_HOME/." d
        "$CHANCERY" policy plan set -H d > writable
        before="$(cat d/directory.sqlite d/keyring.key | sha256sum)"
        mount -o remount,ro d
        "$CHANCERY" policy plan set -H d > readable
        cmp writable readable && cat readable
        "$CHANCERY" policy apply set -H d --directory-only || echo refused
        test "$before" = "$(cat d/directory.sqlite d/keyring.key | sha256sum)" && ls -A d
        """)
    assert done.returncode == 0, done.stderr
    assert "gains publish a.x" in done.stdout
    assert done.stdout.splitlines()[-3:] == ["refused", "directory.sqlite", "keyring.key"]
    assert "the directory cannot be written: d: read-only file system" in done.stderr


def as_nobody(chancery, *words):
    """A command of somebody who may not do everything, unlike the one who runs tests in a container."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    return subprocess.run(
        [CHANCERY, *words], env=chancery.environment, cwd="/", text=True, capture_output=True, timeout=60, user=65534,
        group=65534, extra_groups=[])


@pytest.fixture
def nobodys(filled, tmp_path):
    """A home that belongs to somebody else."""
    if as_nobody(filled, "--version").returncode != 0:
        pytest.skip("nobody may not run the program")
    for folder in (filled.home, *list(filled.home.parents)[:4]):
        if os.stat(folder).st_uid == 0 and folder != filled.home:
            folder.chmod(0o755)
    for path in (filled.home, *filled.home.iterdir()):
        os.chown(path, 65534, 65534)
    return filled


def test_a_folder_and_files_without_leave_to_write_are_read(nobodys):
    database = nobodys.home / "directory.sqlite"
    for folder, file in ((0o500, 0o600), (0o700, 0o400), (0o500, 0o400)):
        nobodys.home.chmod(folder)
        database.chmod(file)
        for line in READING:
            done = as_nobody(nobodys, *line.split())
            assert done.returncode == 0, (line, done)
        refused = as_nobody(nobodys, "add", "user", "new")
        assert refused.returncode == 1 and "the directory cannot be written: " in refused.stderr
        assert {path.name for path in nobodys.home.iterdir()} == {"directory.sqlite", "keyring.key"}
    # Afterwards changes succeed again.
    nobodys.home.chmod(0o700)
    database.chmod(0o600)
    assert as_nobody(nobodys, "add", "user", "new").returncode == 0


def test_files_that_an_earlier_reader_left_do_not_stop_changes(nobodys):
    for ending in ("-wal", "-shm"):
        left = nobodys.home / f"directory.sqlite{ending}"
        left.write_bytes(b"")
        left.chmod(0o400)
        os.chown(left, 65534, 65534)
    done = as_nobody(nobodys, "add", "user", "new")
    assert done.returncode == 0, done
    assert as_nobody(nobodys, "audit", "verify").returncode == 0
