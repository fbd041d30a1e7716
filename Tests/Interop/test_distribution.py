"""What `push` and `pull` bring to real servers that keep accounts in a folder, and back."""

import hashlib
import json
import signal
import sqlite3
import time

import pytest

from peers import Server
from test_command_line import claims, decoded


class Cluster:
    """nats-servers that trust an operator."""

    def __init__(self, configuration, folder, names=("n1", "n2")):
        self.servers = []
        routes = ""
        for name in names:
            text = (f'server_name: {name}\ncluster {{ name: c, listen: "127.0.0.1:-1", {routes} }}\n'
                    + configuration.replace("allow_delete: false", "allow_delete: true"))
            self.servers.append(Server(
                "nats-server", folder / name, lambda port, text=text: f'listen: "127.0.0.1:{port}"\n{text}'))
            (ports,) = (folder / name / "ports").glob("*.ports")
            # The others find each other through the first.
            routes = routes or f'routes: ["{json.loads(ports.read_text())["cluster"][0]}"]'
        self.url = self.servers[0].url
        self.folders = [folder / name / "jwt" for name in names]

    def held(self):
        """The tokens that each server has, by account."""
        return [{file.stem: file.read_text() for file in folder.glob("A*.jwt")} for folder in self.folders]

    def stop(self):
        for server in self.servers:
            server.stop()


@pytest.fixture
def cluster(chancery, tmp_path):
    """Two servers, and an operator with the accounts A and B that they do not know yet."""
    cluster = started(chancery, tmp_path, ("n1", "n2"))
    yield cluster
    cluster.stop()


def started(chancery, folder, names):
    chancery("add", "operator", "O", "--sys")
    for name in ("A", "B"):
        chancery("add", "account", name)
    cluster = Cluster(chancery("generate", "config", "--nats-resolver").stdout, folder, names)
    chancery("edit", "operator", "--account-jwt-server-url", cluster.url)
    # The servers have found each other when all of them answer.
    end = time.monotonic() + 20
    while json.loads(chancery("push", "-a", "SYS", "--json").stdout)["expected"] != len(names):
        assert time.monotonic() < end, "the servers did not find each other"
    return cluster


def tokens(chancery, *names):
    return {claims(chancery, "account", name)["sub"]: chancery("describe", "account", name, "-R").stdout.strip()
            for name in names}


def test_every_account_reaches_every_server(chancery, cluster):
    told = chancery("push", "--all").stderr
    assert sorted(told.splitlines()) == sorted(f'pushed "{name}" to {server}' for name in ("A", "B", "SYS") for server in ("n1", "n2"))
    assert cluster.held() == [tokens(chancery, "A", "B", "SYS")] * 2
    rows = chancery.rows("push", "-A")
    assert all(row["complete"] and row["expected"] == 2 and len(row["answers"]) == 2 for row in rows) and len(rows) == 3
    chancery("add", "user", "admin", "-a", "SYS")
    chancery("push", "-a", "A", "--system-account", "SYS", "--system-user", "admin", "--timeout", "10")
    chancery("push", "-a", "A", "--system-account", "SYS")
    # An account that is not the servers' system account may not push, and one that is not there cannot.
    assert chancery("push", "-a", "A", "--system-account", "B", exits=1).stderr
    assert 'no account "nobody"' in chancery("push", "-a", "A", "--system-account", "nobody", exits=1).stderr


def test_a_hundred_accounts_take_no_hundred_waits(chancery, cluster):
    for number in range(100):
        chancery("add", "account", f"C{number}")
    chancery("push", "-A")
    assert all(len(held) == 103 for held in cluster.held())


def test_differences_are_shown(chancery, cluster):
    chancery("push", "-a", "A")
    chancery("edit", "account", "A", "--tag", "t")
    rows = {row["account"]: row for row in chancery.rows("push", "--diff")}
    assert {name: row["state"] for name, row in rows.items()} == {"A": "newer", "B": "missing", "SYS": "same"}
    assert "A: newer here than on the servers (on n1, n2)" in chancery("push", "--diff").stdout
    assert sorted(rows["A"]["servers"]) == ["n1", "n2"] and rows["B"]["servers"] == [] and rows["A"]["expected"] == 2
    key = claims(chancery, "account", "A")["sub"]
    chancery("delete", "account", "A")
    assert f"{key}: unknown" in chancery("push", "-D").stdout
    assert chancery("push", "-D", "-a", "B").stdout == "B: missing\n"


def test_a_dry_run_sends_nothing(chancery, cluster):
    assert {row["account"]: row["state"] for row in chancery.rows("push", "-A", "--dry-run")} == {
        "A": "missing", "B": "missing", "SYS": "same"}
    assert all(len(held) == 1 for held in cluster.held())


def test_an_older_token_is_refused_unless_forced(chancery, cluster):
    chancery("describe", "account", "A", "-R", "-o", "old.jwt")
    old = tokens(chancery, "A")
    chancery("edit", "account", "A", "--tag", "t")
    chancery("push", "-A")
    chancery("import", "account", "-j", "old.jwt", "--overwrite", "--force")
    for words in (("-a", "A"), ("-A",)):
        told = chancery("push", *words, exits=1)
        assert '"A" was not pushed' in told.stderr and "later token" in told.stderr
        assert "error: 1 account refused: the servers have a later token" in told.stderr and "servers are there" not in told.stderr
    assert all(held.items() >= tokens(chancery, "B").items() and not old.items() <= held.items() for held in cluster.held())
    chancery("push", "-a", "A", "--force")
    assert all(old.items() <= held.items() for held in cluster.held())


def test_what_is_not_here_is_pruned_there(chancery, cluster):
    chancery("push", "-A")
    gone = claims(chancery, "account", "B")["sub"]
    chancery("delete", "account", "B")
    assert f"{gone}: would be deleted" in chancery("push", "--prune", "--dry-run").stdout
    assert all(gone in held for held in cluster.held())
    (row,) = chancery.rows("push", "-P")
    assert row["public_key"] == gone and row["complete"]
    assert all(set(held) == set(tokens(chancery, "A", "SYS")) for held in cluster.held())
    assert chancery.rows("push", "-P") == []


def test_an_account_is_removed_from_the_servers(chancery, cluster):
    chancery("push", "-A")
    a, b = claims(chancery, "account", "A")["sub"], claims(chancery, "account", "B")["sub"]
    chancery("push", "--account-removal", "A")
    chancery("delete", "account", "B")
    told = chancery("push", "-R", "B", exits=1)
    assert "no account" in told.stderr
    chancery("push", "-R", b)
    assert all(not {a, b} & set(held) for held in cluster.held())
    # Servers never give their system account up.
    assert chancery("push", "-R", "SYS", exits=1).stderr.count('refused "SYS"') == 2
    chancery("push", "-R", a, "-P", exits=2)
    chancery("push", "-R", a, "-A", exits=2)


def test_servers_that_may_not_delete_say_so(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    chancery("add", "account", "A")
    configuration = chancery("generate", "config", "--nats-resolver").stdout
    server = Server("nats-server", tmp_path / "n", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        chancery("push", "-A", "-u", server.url)
        told = chancery("push", "-R", "A", "-u", server.url, exits=1).stderr
        assert "refused" in told and "error: 1 account refused: " in told and "push again" not in told
        assert len(list((tmp_path / "n" / "jwt").glob("*.jwt"))) == 2
    finally:
        server.stop()


def test_accounts_come_back_from_the_servers(chancery, cluster):
    chancery("push", "-A")
    before = tokens(chancery, "A", "B")
    chancery("delete", "account", "A")
    key = next(key for key, token in before.items() if decoded(token)["name"] == "A")
    chancery("pull", "-A", "--dry-run")
    chancery("describe", "account", "A", exits=1)
    assert {row["account"]: row["state"] for row in chancery.rows("pull", "--all")} == {
        "A": "added", "B": "unchanged", "SYS": "unchanged"}
    assert tokens(chancery, "A", "B") == before
    chancery("delete", "account", "A")
    assert [row["state"] for row in chancery.rows("pull", "-a", key)] == ["added"]
    chancery("add", "user", "u", "-a", "A")


def test_a_later_token_here_stays(chancery, cluster):
    chancery("push", "-A")
    before = tokens(chancery, "A")
    chancery("edit", "account", "A", "--tag", "t")
    after = tokens(chancery, "A")
    assert "later" in chancery("pull", "-a", "A", exits=1).stderr
    assert tokens(chancery, "A") == after
    chancery("pull", "-a", "A", "--overwrite-newer")
    assert tokens(chancery, "A") == before


def test_a_server_without_a_folder_hands_out_nothing(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    chancery("add", "account", "A")
    configuration = chancery("generate", "config", "--mem-resolver").stdout
    server = Server("nats-server", tmp_path / "n", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    try:
        assert "hand out no accounts" in chancery("pull", "-A", "-u", server.url, exits=1).stderr
        assert "no server has" in chancery("pull", "-a", "A", "-u", server.url, exits=1).stderr
        assert "do not tell" in chancery("push", "-D", "-u", server.url, exits=1).stderr
    finally:
        server.stop()


# Three servers, and what is known of them


@pytest.fixture
def three(chancery, tmp_path):
    cluster = started(chancery, tmp_path, ("n1", "n2", "n3"))
    yield cluster
    cluster.stop()


def deliveries(chancery):
    """What each server is known to have, by the name of the account."""
    records = chancery.rows("audit", "query", "--limit", "0", "--op", "account")
    state = {}
    for record in records:
        if record["kind"] == "distribute" and record["outcome"] == "changed":
            state.setdefault(record["object"]["name"], {})[record["conn"]["server"]] = record.get("after")
    return state


def version(token):
    return hashlib.sha256(token.encode()).hexdigest()


def test_every_answer_is_recorded_once(chancery, three):
    chancery("push", "-A")
    held = {decoded(token)["name"]: version(token) for token in three.held()[0].values()}
    assert deliveries(chancery) == {name: dict.fromkeys(("n1", "n2", "n3"), text) for name, text in held.items()}
    count = json.loads(chancery("audit", "verify", "--json").stdout)["records"]
    # Nothing new about the servers: what is recorded is the user that pushed.
    chancery("push", "-A")
    assert json.loads(chancery("audit", "verify", "--json").stdout)["records"] == count + 1
    chancery("push", "-R", "B")
    assert deliveries(chancery)["B"] == dict.fromkeys(("n1", "n2", "n3"))
    chancery("audit", "verify")


def test_an_edit_of_what_servers_have_is_found(chancery, cluster):
    chancery("push", "-A")
    with sqlite3.connect(chancery.home / "directory.sqlite") as database:
        database.execute("DELETE FROM deliveries WHERE server = 'n2'")
    assert "was forgotten without a record" in chancery("audit", "verify", exits=1).stderr


def test_a_server_that_is_gone_is_missed(chancery, three):
    """It is counted until its neighbours know: then its answer is missing, and that is said and recorded."""
    three.servers[2].process.send_signal(signal.SIGSTOP)
    try:
        told = chancery("push", "-a", "A", "--timeout", "1", exits=1).stderr
        assert "2 of 3 servers answered" in told and 'pushed "A" to n1' in told and 'pushed "A" to n2' in told
        errors = [record for record in chancery.rows("audit", "query", "--op", "account.push") if record["outcome"] == "error"]
        assert len(errors) == 1 and "conn" not in errors[0]
    finally:
        three.servers[2].process.send_signal(signal.SIGCONT)
    chancery("audit", "verify")


def test_the_latest_of_all_servers_counts(chancery, three):
    """One server alone has a later token: it is not replaced, and it is the one that comes back."""
    chancery("push", "-A")
    key = claims(chancery, "account", "A")["sub"]
    old = tokens(chancery, "A")[key]
    chancery("edit", "account", "A", "--tag", "t")
    new = tokens(chancery, "A")[key]
    chancery("describe", "account", "A", "-R", "-o", "new.jwt")
    # As if the last server alone had heard of it.
    (three.folders[2] / f"{key}.jwt").write_text(new)
    (chancery.folder / "old.jwt").write_text(old)
    chancery("import", "account", "-j", "old.jwt", "--overwrite", "--force")
    for words in (("-a", "A"), ("-A",)):
        assert "later token" in chancery("push", *words, exits=1).stderr
    assert (three.folders[2] / f"{key}.jwt").read_text() == new
    assert {row["account"]: row["state"] for row in chancery.rows("push", "-D")}["A"] == "older"
    chancery("pull", "-A")
    assert tokens(chancery, "A")[key] == new


def test_our_broker_takes_what_nats_servers_take(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    for name in ("A", "B"):
        chancery("add", "account", name)
    configuration = chancery("generate", "config", "--mem-resolver").stdout
    server = Server("chancery", tmp_path / "b", lambda port: f'server_name: b\nlisten: "127.0.0.1:{port}"\n{configuration}')
    try:
        chancery("edit", "operator", "--account-jwt-server-url", server.url)
        old = tokens(chancery, "A")
        chancery("describe", "account", "A", "-R", "-o", "old.jwt")
        chancery("edit", "account", "A", "--tag", "t")
        assert {row["account"]: row["state"] for row in chancery.rows("push", "-D")} == {
            "A": "newer", "B": "same", "SYS": "same"}
        assert {row["account"]: row["state"] for row in chancery.rows("push", "-A", "--dry-run")}["A"] == "newer"
        rows = chancery.rows("push", "-A")
        assert len(rows) == 3 and all(row["complete"] and row["expected"] == 1 for row in rows)
        new = tokens(chancery, "A")
        assert deliveries(chancery)["A"] == {rows[0]["answers"][0]["server"]: version(*new.values())}
        chancery("import", "account", "-j", "old.jwt", "--overwrite", "--force")
        for words in (("-a", "A"), ("-A",)):
            assert "later token" in chancery("push", *words, exits=1).stderr
        assert {row["account"]: row["state"] for row in chancery.rows("pull", "-A")}["A"] == "changed"
        assert tokens(chancery, "A") == new != old
    finally:
        server.stop()


def test_a_connection_that_breaks_leaves_no_account_unmentioned(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    chancery("add", "account", "A")
    told = chancery("push", "-A", "-u", "nats://127.0.0.1:9", exits=1).stderr
    assert told.startswith("error: ") and "127.0.0.1:9" in told
