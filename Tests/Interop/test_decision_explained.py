"""A decision in a broker's log leads to the line of the policy file that made it; the logs of a directory and of the broker
beside it hold each other."""

import json
import shutil

import pytest

import issuer
from peers import Server
from test_decision_log import records_of, wait_for
from test_policies_apply import NEW, creds, write
from wire import Connection

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def broker(chancery, tmp_path):
    """A broker beside a directory whose accounts come from policies."""
    chancery("add", "operator", "O", "--sys")
    folder = write(tmp_path / "set", NEW)
    chancery("policy", "apply", folder, "--directory-only")
    configuration = chancery("generate", "config", "--mem-resolver").stdout
    server = Server(
        "chancery", tmp_path / "server",
        lambda port: f'listen: "127.0.0.1:{port}"\nserver_name: n1\n{configuration}',
        arguments=("--audit", str(chancery.home / "audit")))
    yield server
    server.stop()


def client(chancery, broker, folder, user):
    connection = Connection(broker.address)
    return connection.sign_in(issuer.Credentials.parse(creds(chancery, folder, "A", user).read_text()))


def records(chancery):
    return records_of((chancery.home / "audit" / "broker-n1" / "000.seg").read_bytes())


def test_a_recorded_refusal_is_explained_down_to_its_line(broker, chancery, tmp_path):
    anna, press = (client(chancery, broker, tmp_path, user) for user in ("anna", "press-1"))
    assert anna.subscribe("t.>") is None
    press.publish("t.press-1.secret", "x")
    press.publish("t.press-2.temp", "x")
    anna.flush()
    wait_for(lambda: {"deliver", "publish"} <= {record["kind"] for record in records(chancery)})
    found = {record["kind"]: record for record in records(chancery)}
    assert found["deliver"]["who"]["role"] == "desk" and found["deliver"]["who"]["name"] == "anna"

    def explained(record, *words):
        return chancery("policy", "explain", f'{record["log"]}/{record["i"]}', *words, exits=1).stdout

    lines = (tmp_path / "set" / "a.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "t.*.secret" in text)
    shown = explained(found["deliver"])
    assert 'denied by "t.*.secret"' in shown and f"a.yaml:{line}:" in shown and "anna of A, role desk" in shown
    answer = json.loads(explained(found["publish"], "--json"))
    line = next(number for number, text in enumerate(lines, 1) if "press:" in text)
    assert answer["reason"] == "not_allowed_by_any_rule" and answer["places"][0].startswith(f"a.yaml:{line}:")
    assert not answer["allowed"] and answer["role"] == "press" and answer["subject"] == "t.press-2.temp"
    # An edit of the files afterwards does not move what was in force then.
    write(tmp_path / "set", "# a comment\n# another\n" + NEW.replace("t.*.secret", "t.*.hidden"))
    chancery("policy", "apply", tmp_path / "set", "--directory-only")
    assert explained(found["deliver"]) == shown
    admitted = next(record for record in records(chancery) if record["kind"] == "connect")
    shown = chancery("policy", "explain", f'{admitted["log"]}/{admitted["i"]}').stdout
    assert shown.startswith("connect allowed")
    assert "no record" in chancery("policy", "explain", f'{admitted["log"]}/99999', exits=1).stderr
    assert "no log of a broker" in chancery("policy", "explain", "AAAAAAAAAAAA/1", exits=1).stderr


def test_the_logs_of_a_directory_and_of_its_broker_hold_each_other(broker, chancery, tmp_path):
    client(chancery, broker, tmp_path, "anna").close()
    # The change mentions the broker's log, and lays its checkpoint where the broker sees it.
    shutil.copytree(chancery.home, tmp_path / "before", ignore=shutil.ignore_patterns("audit"))
    chancery("select", "operator", "O")
    chancery("add", "operator", "P")
    admin = (chancery.home / "audit" / "admin" / "checkpoint").read_text().splitlines()
    assert any(line.startswith("log chancery/broker-n1/") for line in admin)
    client(chancery, broker, tmp_path, "anna").close()
    size = admin[1]

    def mentions():
        text = (chancery.home / "audit" / "broker-n1" / "checkpoint").read_text()
        return any(line.startswith("log chancery/admin/") and f" {size} " in line for line in text.splitlines())

    wait_for(mentions)
    broker.stop()
    shown = chancery("audit", "verify").stdout
    assert "broker-n1" in shown and "admin" in shown
    rows = [json.loads(line) for line in chancery("audit", "query", "--limit", "0", "--json").stdout.splitlines()]
    assert {record["kind"] for record in rows} >= {"admin", "key", "connect", "disconnect"}
    assert [record["time"] for record in rows] == sorted(record["time"] for record in rows)
    # Somebody brings back the directory of before.
    for file in (tmp_path / "before").glob("directory.sqlite*"):
        shutil.copy(file, chancery.home / file.name)
    for file in chancery.home.glob("directory.sqlite-*"):
        if not (tmp_path / "before" / file.name).exists():
            file.unlink()
    assert "another log's checkpoint" in chancery("audit", "verify", exits=1).stderr
