"""What the audit log keeps, and what is found when somebody else wrote to it."""

import json
import sqlite3

import pytest


def query(chancery, *words):
    """The records that a query finds."""
    return chancery.rows("audit", "query", "--limit", "0", *words)


def verified(chancery):
    """What verification says, which must be that all is well."""
    findings = json.loads(chancery("audit", "verify", "--json").stdout)
    assert findings["problems"] == [] and findings["verified"] == findings["records"]
    return findings


@pytest.fixture
def operator(chancery):
    """An operator O with an account A."""
    chancery("add", "operator", "O")
    chancery("add", "account", "A")
    return chancery


def test_every_change_is_recorded_with_who_and_why(operator):
    operator("add", "user", "u", "--tag", "a")
    operator("edit", "user", "u", "--tag", "b")
    operator("delete", "user", "u", "--revoke")
    records = query(operator, "--object", "u", "--op", "user")
    assert [record["op"] for record in records] == ["user.add", "user.edit", "user.delete"]
    assert records[0]["after"] == records[1]["before"] and records[1]["after"] == records[2]["before"]
    assert "before" not in records[0] and "after" not in records[2]
    assert [record["reason"] for record in records] == ["add user", "edit user", "delete user"]
    assert all(record["actor"]["type"] == "local" and record["boot"] and record["at"] > 0 for record in records)
    assert {"op": "add", "path": "/nats/tags/1", "value": "b"} in records[1]["patch"]
    # The account took the revocation in, at the request of the same command.
    account = query(operator, "--object", "A", "--op", "account.edit")[-1]
    assert account["actor"]["request"] == records[2]["actor"]["request"]
    verified(operator)


def test_credentials_that_leave_are_recorded(operator):
    operator("add", "user", "u", "--creds", "u.creds")
    operator("generate", "creds", "--name", "u", "--output-file", "v.creds")
    reasons = [record["reason"] for record in query(operator, "--op", "creds.export")]
    assert reasons == ["add user", "generate creds"]
    seed = next(line for line in (operator.folder / "u.creds").read_text().splitlines() if line.startswith("SU"))
    assert seed not in operator("audit", "query", "--limit", "0", "--json").stdout


def test_queries(operator):
    operator("add", "user", "u")
    shown = operator("audit", "query", "--op", "user.add").stdout
    assert "user.add" in shown and "| u " in shown
    assert len(query(operator, "--since", "1h")) == len(query(operator)) > 3
    assert query(operator, "--since", "2100-01-01") == []
    assert [record["op"] for record in operator.rows("audit", "query", "--limit", "1")] == ["user.add"]
    assert "left out" in operator("audit", "query", "--limit", "1").stderr
    assert "user.add" in operator("audit", "query", "--op", "nonsense", exits=2).stderr
    operator("audit", "query", "--limit", "-1", exits=2)


def test_verification_says_what_is_wrong_and_where(operator):
    operator("add", "user", "u")
    findings = verified(operator)
    operator("audit", "verify", "--key", findings["key"])
    operator("audit", "verify", "--key", "chancery/admin/X+00000000+AAAA", exits=1)
    database = sqlite3.connect(operator.home / "directory.sqlite")
    database.execute("DROP TRIGGER audit_records_are_never_changed")
    number, record = database.execute("SELECT i, record FROM audit_records ORDER BY i DESC").fetchone()
    changed = record.replace(b'"local"', b'"token"')
    database.execute("UPDATE audit_records SET record = ? WHERE i = ?", (changed, number))
    database.commit()
    done = operator("audit", "verify", exits=1)
    assert f"record {number}: " in done.stderr
    problems = json.loads(operator("audit", "verify", "--json", exits=1).stdout)["problems"]
    assert problems[0]["record"] == number and {problem.get("record") for problem in problems} <= {number, None}
    # The log is still there to be read.
    operator("audit", "query")


def test_an_edit_of_the_database_is_found(operator):
    operator("add", "account", "B")
    database = sqlite3.connect(operator.home / "directory.sqlite")
    database.execute("UPDATE accounts SET token = (SELECT token FROM accounts WHERE name = 'A') WHERE name = 'B'")
    database.commit()
    assert "altered by other means" in operator("audit", "verify", exits=1).stderr


def test_an_empty_directory_has_nothing_to_verify(operator, tmp_path):
    operator("audit", "verify", "--all-dirs", tmp_path / "none", exits=1)


def test_twenty_processes_keep_one_tree(operator):
    running = [operator.start("add", "user", f"u{number}", "--json") for number in range(20)]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0] * 20
    verified(operator)
    added = {record["object"]["name"] for record in query(operator, "--op", "user.add")}
    assert added == {f"u{number}" for number in range(20)}
