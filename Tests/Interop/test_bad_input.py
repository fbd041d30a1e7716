"""What people type by mistake: each is refused with what is wrong and what to do, and everything stays as it was."""

import os
import shutil
import subprocess
import time

import pytest

import issuer
from conftest import CHANCERY, CommandLine, kept
from test_command_line import claims


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    chancery = CommandLine(tmp_path_factory.mktemp("prepared"))
    chancery("add", "operator", "O")
    chancery("add", "account", "A")
    chancery("add", "user", "u")
    chancery("add", "export", "-s", "s.>", "--private")
    chancery("add", "account", "B")
    chancery("select", "account", "A")
    return chancery.home


@pytest.fixture
def home(chancery, prepared):
    """An operator O with an account A, a user u, an export and another account B."""
    shutil.copytree(prepared, chancery.home)
    return chancery


def everything(chancery):
    """What the home keeps, and the files beside it."""
    beside = sorted(path.name for path in chancery.folder.rglob("*") if not path.is_relative_to(chancery.home))
    return kept(chancery.home), beside


def refused(chancery, *words, exits=1, says=()):
    before = everything(chancery)
    told = chancery(*words, exits=exits)
    assert told.stdout == ""
    lines = told.stderr.splitlines()
    # What is wrong, and what to do.
    assert lines[0].startswith("error: ") and len(lines) >= 2, told.stderr
    for text in says:
        assert text in told.stderr, told.stderr
    assert everything(chancery) == before


NAMES = [("", "needs a name"), ("   ", "needs a name"), (".", "stands for a folder"), ("..", "stands for a folder"),
         ("a/b", "slash"), ("/etc/passwd", "slash"), ("a\\b", "backslash"), ("a\nb", "control character"),
         ("a\tb", "control character"), ("x" * 250, "longer than 249 bytes"), ("é" * 125, "longer than 249 bytes"), ("\u200b", "no character that can be seen"),
         (issuer.Key.new("user").public, "public key")]


@pytest.mark.parametrize("name, says", NAMES, ids=[*(repr(name)[:20] for name, _ in NAMES[:-1]), "a key"])
def test_names_that_cannot_be_file_names(home, name, says):
    for words in (("add", "operator"), ("add", "account"), ("add", "user", "-a", "A")):
        refused(home, *words, f"--name={name}", says=[says])
    refused(home, "rename", "account", "A", f"{name}", says=[says])


SUBJECTS = ["a b c", "a\tb", " a", "a..b", "a.>.b"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_that_no_server_matches(home, subject):
    refused(home, "add", "export", "-s", subject, says=["is no subject"])
    refused(home, "add", "import", "-a", "B", "--src-account", "A", "--remote-subject", subject)
    refused(home, "add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "s.x", f"--local-subject={subject}")
    refused(home, "add", "mapping", "-f", subject, "-t", "b")
    refused(home, "add", "mapping", "-f", "b", "-t", subject)
    refused(home, "generate", "activation", "-s", subject, "-t", "B")
    if subject.strip() == subject:
        refused(home, "add", "user", "v", f"--allow-pub={subject}")
        refused(home, "edit", "user", "u", f"--deny-pub={subject}")
        refused(home, "edit", "account", "A", f"--allow-pubsub={subject}")
        refused(home, "edit", "signing-key", "--sk", "generate", "--role", "r", f"--allow-pub={subject}")


def test_an_empty_subject_is_refused(home):
    refused(home, "add", "export", "--subject=", says=["is no subject"])
    refused(home, "add", "mapping", "--from=", "--to=b")


NUMBERS = ["9223372036854775808", "9007199254740993t", "8589934592gib", "-2", "1.5", "0x10", "1e3", "10 mib", "", "-1k"]


@pytest.mark.parametrize("number", NUMBERS)
def test_limits_that_overflow_or_are_none(home, number):
    for option in ("--conns", "--js-disk-storage"):
        refused(home, "edit", "account", "A", f"{option}={number}", exits=2, says=["is not a number"])
    refused(home, "edit", "user", "u", f"--payload={number}", exits=2, says=["is not a number"])


def test_numbers_that_mean_nothing_where_they_stand(home):
    refused(home, "edit", "account", "A", "--js-tier=6", "--js-streams=1", exits=2, says=["1 to 5"])
    refused(home, "add", "mapping", "-f", "a", "-t", "b", "--weight=0", exits=2, says=["1 to 100"])
    refused(home, "add", "mapping", "-f", "a", "-t", "b", "--weight=256", exits=2, says=["1 to 100"])
    refused(home, "edit", "account", "A", "--trace-context-subject=t", "--trace-context-sampling=101", says=["1 to 100"])
    refused(home, "add", "export", "-s", "q.*", "-r", "--account-token-position=3", says=["counted from 1"])
    refused(home, "add", "export", "-s", "q", "-r", "--account-token-position=-1", exits=2)
    refused(home, "add", "user", "v", "--allow-pub-response=many", exits=2)


DATES = ["2020-01-01", "2020-02-29T23:59:59+14:00"]


@pytest.mark.parametrize("date", DATES)
def test_dates_in_the_past(home, date):
    says = ["is in the past", "or 0 for never"]
    refused(home, "add", "operator", "P", "--expiry", date, says=says)
    refused(home, "edit", "operator", "--expiry", date, says=says)
    refused(home, "add", "account", "C", "--expiry", date, says=says)
    refused(home, "edit", "account", "A", "--expiry", date, says=says)
    refused(home, "add", "user", "v", "--expiry", date, "--creds", "v.creds", says=says)
    refused(home, "edit", "user", "u", "--expiry", date, says=says)
    refused(home, "generate", "activation", "-t", "B", "--expiry", date, "-o", "a.jwt", says=says)


@pytest.mark.parametrize("date", ["2030-13-01", "2030-02-30", "30-01-02", "soon", "-1d", "1x", "2w3d", "2030-01-02T25:00:00Z", ""])
def test_dates_that_are_none(home, date):
    refused(home, "add", "user", "v", f"--expiry={date}", exits=2, says=["is not a time"])


def test_an_end_before_the_beginning(home):
    refused(home, "add", "user", "v", "--start", "2091-01-01", "--expiry", "2090-01-01", says=["before the start"])
    refused(home, "edit", "account", "A", "--start", "2y", "--expiry", "1y", says=["before the start"])


def test_unknown_keys(home):
    account, user, curve = issuer.Key.new("account"), issuer.Key.new("user"), "X" * 56
    damaged = user.public[:-1] + ("A" if user.public[-1] != "A" else "B")
    refused(home, "add", "user", "v", "-k", account.public, says=["begins with U"])
    refused(home, "add", "user", "v", "-k", damaged, says=["checksum"])
    refused(home, "add", "account", "C", "-k", user.public, says=["begins with A"])
    refused(home, "edit", "account", "A", "--sk", user.public, says=['or "generate"'])
    refused(home, "edit", "account", "A", "--rm-sk", account.public, says=["has no signing key"])
    refused(home, "edit", "operator", "--rm-sk", account.public, says=["has no signing key"])
    refused(home, "edit", "signing-key", "--sk", "norole", says=['or "generate"'])
    refused(home, "edit", "authcallout", "--auth-user", "gate", "--curve", curve, says=["list users"])
    refused(home, "add", "user", "v", "-K", account.seed, says=["may not sign"])
    refused(home, "add", "user", "v", "-K", account.public)
    refused(home, "add", "user", "v", "-K", user.seed[:40], says=["looks like a seed"])
    refused(home, "revocations", "add-user", "-u", account.public, says=["begins with U"])
    refused(home, "revocations", "add-user", "-u", damaged, says=["no public key"])
    refused(home, "describe", "user", user.public, says=["list users"])
    refused(home, "describe", "account", account.public, says=["list accounts"])
    refused(home, "add", "import", "-a", "B", "--src-account", user.public, "--remote-subject", "x", says=["begins with A"])


def test_no_seed_is_ever_repeated(home):
    seed = issuer.Key.new("user").seed
    for words in (("add", "user", seed), ("describe", "user", seed), ("add", "user", "v", "-k", seed), ("add", "user", "v", "-K", seed), ("context", "add", seed),
                  ("select", "account", seed), ("edit", "account", "A", "--conns", seed), ("describe", "jwt", "-f", seed)):
        done = home(*words, exits=None)
        assert done.returncode in (1, 2) and seed not in done.stderr + done.stdout, words


@pytest.fixture
def foreign(home):
    """An operator of somebody else, with an account of the same name and a user, as files."""
    operator, account, user = (issuer.Key.new(kind) for kind in ("operator", "account", "user"))
    limits = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
    nats = {"type": "account", "limits": limits, "default_permissions": {"pub": {}, "sub": {}}, "authorization": {}}
    tokens = {
        "account": issuer.encode({"name": "F", "sub": account.public, "nats": nats}, operator),
        "same": issuer.encode({"name": "A", "sub": account.public, "nats": nats}, operator),
        "user": issuer.encode({"name": "f", "sub": user.public, "nats": {"type": "user", "pub": {}, "sub": {}}}, account),
        "operator": issuer.encode({"name": "F", "sub": operator.public, "nats": {"type": "operator"}}, operator),
        "forged": issuer.encode({"name": "F", "sub": operator.public, "nats": {"type": "operator"}}, issuer.Key.new("operator")),
        "impostor": issuer.encode({"name": "O", "sub": operator.public, "nats": {"type": "operator"}}, operator)}
    head, body, signature = tokens["account"].split(".")
    tokens["altered"] = f"{head}.{body}.{'A' * 20}{signature[20:]}"
    for name, token in tokens.items():
        (home.folder / f"{name}.jwt").write_text(token)
    return home


def test_another_operators_tokens(foreign):
    refused(foreign, "import", "account", "--file", "account.jwt", says=["another operator", "--force"])
    refused(foreign, "import", "account", "--file", "same.jwt", "--force", says=["already exists with another key"])
    refused(foreign, "import", "user", "--file", "user.jwt", says=["no account"])
    refused(foreign, "import", "account", "--file", "user.jwt", says=["kind"])
    refused(foreign, "import", "user", "--file", "account.jwt", says=["kind"])
    refused(foreign, "import", "account", "--file", "altered.jwt", says=["cannot be read"])
    refused(foreign, "sign", "account.jwt", says=["no request"])
    refused(foreign, "add", "operator", "--url", "account.jwt", says=["kind"])
    refused(foreign, "add", "operator", "--url", "forged.jwt", says=["own key"])
    refused(foreign, "add", "operator", "--url", "impostor.jwt", says=["already exists with another key"])
    refused(foreign, "add", "operator", "--url", "operator.jwt", "--name", "G", says=['names it "F"'])
    refused(foreign, "add", "operator", "--url", "nowhere", says=["NSC_NOWHERE_OPERATOR"])
    refused(foreign, "add", "import", "-a", "B", "--token", "account.jwt", says=["cannot be read"])


def test_times_of_day_and_zones(home):
    for hours in ("8-17", "08:00-17:00", "24:00:00-25:00:00", "08:00:00", "08:00:00-17:00:00-18:00:00"):
        refused(home, "edit", "user", "u", "--time", hours, says=["08:00:00-17:30:00"])
    for zone in ("Mars/Base", "../etc/passwd", "Europe", "CET5"):
        refused(home, "edit", "user", "u", "--time", "08:00:00-17:00:00", "--locale", zone, says=["Europe/Berlin"])
    home("edit", "user", "u", "--time", "08:00:00-17:00:00", "--locale", "Europe/Berlin")
    assert claims(home, "user", "u")["nats"]["times_location"] == "Europe/Berlin"


def test_a_file_that_is_there_is_not_replaced(home):
    (home.folder / "x.conf").write_text("mine")
    refused(home, "generate", "config", "--mem-resolver", "--config-file", "x.conf", says=["--force"])
    assert (home.folder / "x.conf").read_text() == "mine"
    home("export", "keys", "-d", "out")
    refused(home, "export", "keys", "-d", "out", says=["--force"])


def test_an_expired_account_can_still_be_changed(home):
    home("edit", "account", "A", "--expiry", "5s")
    time.sleep(6)
    # Whoever wants to cut its users off must be able to.
    home("revocations", "add-user", "u")
    home("edit", "account", "A", "--expiry", "0")
    home("validate", "-a", "A")


def test_words_that_are_not_utf8(home):
    told = subprocess.run(
        [os.fsencode(CHANCERY), b"add", b"account", b"bad\xff"], env=home.environment, cwd=home.folder, capture_output=True,
        timeout=60)
    assert told.returncode == 2 and b"not UTF-8" in told.stderr
    assert "bad" not in home("list", "accounts").stdout


def test_lists_of_nothing(home):
    for option in ("--allow-pub", "--allow-sub", "--deny-pubsub", "--tag", "--source-network"):
        for nothing in ("", " ", ","):
            refused(home, "add", "user", "v", option, nothing, exits=2, says=["holds no entry"])
    refused(home, "add", "user", "v", "--allow-pub=", exits=2, says=["holds no entry"])
    refused(home, "edit", "user", "u", "--rm", "", exits=2, says=["holds no entry"])
    refused(home, "edit", "authcallout", "--allowed-account", "", exits=2, says=["holds no entry"])


def test_keys_that_are_none(home):
    (home.folder / "junk").write_text("junk")
    refused(home, "add", "user", "v", "-K", "/nonexist", says=["no file that holds a key"])
    refused(home, "add", "user", "v", "-K", "junk", says=["junk is not a seed"])
    refused(home, "add", "account", "C", "-K", "junk", says=["junk is not a seed"])
    refused(home, "edit", "operator", "--tag", "x", "-K", "/nonexist", says=["no file that holds a key"])
    seed = home("generate", "nkey", "-a").stdout.split()[0]
    refused(home, "add", "account", "C", "-k", seed, says=["is a seed", "begin with A"])
    assert seed not in home("add", "account", "C", "-k", seed, exits=1).stderr
    refused(home, "add", "user", "v", "-k", "", says=["was given nothing", "begin with U"])


def test_options_that_exclude_each_other(home):
    refused(home, "edit", "account", "A", "--js-enable", "3", "--js-disable", exits=2, says=["exclude each other"])


def test_a_passphrase_from_a_pipe(home):
    def run(*words):
        return subprocess.run(
            ["bash", "-c", '"$0" "$@" --passphrase-file <(printf "a good passphrase\\n")', CHANCERY, *words],
            env=home.environment, cwd=home.folder, text=True, capture_output=True, timeout=60)

    for words in (("keyring", "seal"), ("add", "user", "piped"), ("backup", "copy"), ("backup", "copy", "--verify")):
        done = run(*words)
        assert done.returncode == 0, (words, done)
