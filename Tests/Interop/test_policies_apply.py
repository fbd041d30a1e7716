"""Policies that come into force: a real nats-server and our broker, both with a full resolver, see each step."""

import json
from pathlib import Path

import pytest

from peers import Server

PLANT = Path(__file__).resolve().parent.parent.parent / "policies" / "plant"

OLD = """
chancery: v1
account: A
roles:
  press: { publish: [ "t.{{name()}}.>" ], subscribe: [ "cmd.{{name()}}" ] }
  desk: { publish: [ "cmd.*" ], subscribe: [ "t.>" ] }
users: { press-1: { role: press }, anna: { role: desk } }
exports: [ { stream: "t.>", grant: [ B ] } ]
"""
NEW = OLD.replace('subscribe: [ "t.>" ] }', 'subscribe: { allow: [ "t.>" ], deny: [ "t.*.secret" ] } }')
OTHER = """
chancery: v1
account: B
imports: [ { stream: "t.>", from: A, as: "a.t.>" } ]
roles: { reader: { subscribe: [ "a.>" ] } }
users: { bob: { role: reader } }
"""
MANIFEST = "chancery: v1\noperator: O\naccounts: { A: a.yaml, B: b.yaml }\nceilings: { connections: 100, payload: 1MiB }\n"


def write(folder, account=OLD, other=OTHER):
    folder.mkdir(exist_ok=True)
    for name, text in (("chancery.yaml", MANIFEST), ("a.yaml", account), ("b.yaml", other)):
        (folder / name).write_text(text)
    return folder


@pytest.fixture(params=["nats-server", "chancery"])
def server(request, chancery, tmp_path):
    """A server that trusts the operator O and knows none of its accounts yet."""
    chancery("add", "operator", "O", "--sys")
    configuration = chancery("generate", "config", "--nats-resolver").stdout
    server = Server(
        request.param, tmp_path / "server", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    server.name = request.param
    chancery("edit", "operator", "--account-jwt-server-url", server.url)
    chancery("push", "--all")
    yield server
    server.stop()


def creds(chancery, folder, account, user):
    path = folder / f"{user}.creds"
    if not path.exists():
        chancery("generate", "creds", "--account", account, "--name", user, "--output-file", path)
    return path


def may_publish(chancery, server, credentials, subject):
    told = chancery("tool", "pub", "--nats", server.url, "--creds", credentials, subject, "x", exits=None)
    assert told.returncode == 0 or "Permissions Violation" in told.stderr, told
    return told.returncode == 0


def test_a_set_comes_into_force_and_back(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)
    assert planned["new_accounts"] == ["A", "B"]
    chancery("policy", "apply", folder)
    press, anna = (creds(chancery, tmp_path, "A", user) for user in ("press-1", "anna"))
    assert may_publish(chancery, server, press, "t.press-1.temp")
    assert not may_publish(chancery, server, press, "t.press-2.temp")
    assert may_publish(chancery, server, anna, "cmd.press-1")

    write(folder, NEW.replace("cmd.*", "cmd.press-1"))
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)
    assert {"account": "A", "role": "desk", "users": ["anna"]} in planned["cut_by_nats_server"]
    lost = [change for change in planned["changes"] if change["effect"] == "loses" and change["action"] == "publish"]
    assert lost[0]["lines"] == ["cmd.* except cmd.press-1"] and lost[0]["witness"] == "cmd.x1"
    chancery("policy", "apply", folder)
    assert not may_publish(chancery, server, anna, "cmd.press-2")
    assert may_publish(chancery, server, anna, "cmd.press-1")
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout

    chancery("policy", "undo")
    assert may_publish(chancery, server, anna, "cmd.press-2")
    assert chancery("audit", "verify").returncode == 0


def test_an_import_crosses_once_both_have_agreed(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder)
    press, bob = creds(chancery, tmp_path, "A", "press-1"), creds(chancery, tmp_path, "B", "bob")
    listening = chancery.start(
        "tool", "sub", "--nats", server.url, "--creds", bob, "--max-messages", "1", "a.t.>")
    while "listening" not in listening.stderr.readline():
        assert listening.poll() is None
    chancery("tool", "pub", "--nats", server.url, "--creds", press, "t.press-1.temp", "21")
    assert "a.t.press-1.temp" in listening.communicate(timeout=20)[0]


def test_cosmetic_edits_change_no_token(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder)
    before = [chancery("describe", "account", name, "-R").stdout for name in "AB"]
    edited = OLD.replace("roles:\n", "# comments\ndescription: words\nroles:\n").replace('"t.>" ] }', '"t.>", "t.x", "t.>" ] }')
    write(folder, edited)
    told = chancery("policy", "apply", folder)
    assert "No token changes" in told.stdout or "Nothing changes" in told.stdout
    assert [chancery("describe", "account", name, "-R").stdout for name in "AB"] == before


def test_an_apply_that_a_server_does_not_confirm_is_resumed(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    url = server.url
    server.stop()
    told = chancery("policy", "apply", folder, exits=1)
    assert "error" in told.stderr
    assert "policy apply --resume" in chancery("policy", "apply", folder, exits=1).stderr
    chancery("policy", "apply", "--resume", "--directory-only")
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout
    assert url


def test_what_is_governed_is_not_edited_by_hand(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")
    refused = chancery("add", "export", "--account", "A", "--subject", "x", exits=1)
    assert "governed by its policy file" in refused.stderr and "--force" in refused.stderr
    assert "users have roles" in chancery("add", "user", "eve", "--account", "A", exits=1).stderr
    chancery("add", "export", "--account", "A", "--subject", "x", "--force")
    assert "Done by hand" in chancery("policy", "plan", folder).stdout
    operations = [json.loads(line)["op"] for line in chancery("audit", "query", "--json").stdout.splitlines()]
    assert {"policy.apply", "policy.override"} <= set(operations)


def test_differences_between_environments(chancery):
    differs = chancery("policy", "diff", PLANT, "--env", "staging", "--env", "prod", exits=1)
    assert "gains publish plant.berlin.command.*.*, such as plant.berlin.command.x1.x2" in differs.stdout
    assert chancery("policy", "diff", PLANT, PLANT, "--env", "prod").returncode == 0


def test_accounts_become_files_and_change_nothing(chancery, tmp_path):
    chancery("add", "operator", "O")
    chancery("add", "account", "A")
    chancery("add", "export", "--account", "A", "--subject", "s.>", "--private")
    chancery("edit", "signing-key", "--account", "A", "--sk", "generate", "--role", "r", "--allow-pub", "a.>", "--bearer")
    before = chancery("describe", "account", "A", "--json").stdout
    written = chancery("policy", "export", tmp_path / "out").stdout.split()
    assert len(written) == 2
    chancery("policy", "check", tmp_path / "out")
    assert "Nothing changes" in chancery("policy", "plan", tmp_path / "out").stdout
    assert "File exists" in chancery("policy", "export", tmp_path / "out", exits=1).stderr
    chancery("policy", "apply", tmp_path / "out", "--directory-only")
    assert chancery("describe", "account", "A", "--json").stdout == before


def test_accounts_come_out_alike_as_jwts_and_of_an_nsc_store(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    for name in "AB":
        chancery("add", "account", name)
        chancery("edit", "account", name, "--conns", "50")
        chancery(
            "edit", "signing-key", "--account", name, "--sk", "generate", "--role", f"r-{name}", "--allow-pub", "a.>",
            "--deny-sub", "x")
    chancery("add", "export", "--account", "A", "--subject", "s.>", "--private")
    chancery("add", "export", "--account", "A", "--subject", "ask", "--service", "--response-type", "Stream")
    chancery(
        "generate", "activation", "--account", "A", "--subject", "s.one", "--target-account", "B", "--output-file",
        tmp_path / "activation")
    chancery("add", "import", "--account", "B", "--token", tmp_path / "activation", "--local-subject", "t.one")
    chancery(
        "add", "import", "--account", "B", "--src-account", "A", "--remote-subject", "ask", "--service",
        "--local-subject", "questions")
    chancery("add", "mapping", "--account", "B", "--from", "m", "--to", "k", "--weight", "10")
    for name in "AB":
        chancery("describe", "account", name, "-R", "-o", tmp_path / f"{name}.jwt")
    chancery("export", "nsc", tmp_path / "store")
    chancery("policy", "export", tmp_path / "directory")
    chancery("policy", "export", tmp_path / "tokens", "--jwt", tmp_path / "A.jwt", "--jwt", tmp_path / "B.jwt")
    chancery("policy", "export", tmp_path / "stored", "--store", tmp_path / "store")
    found = [{file.name: file.read_text() for file in (tmp_path / form).iterdir()}
             for form in ("directory", "tokens", "stored")]
    # JWTs do not say whose accounts they are.
    assert found[0].pop("chancery.yaml") == found[2].pop("chancery.yaml")
    assert "operator" not in found[1].pop("chancery.yaml")
    assert found[0] == found[1] == found[2] and len(found[0]) == 2
    for form in ("directory", "tokens", "stored"):
        chancery("policy", "check", tmp_path / form)
        assert "Nothing changes" in chancery("policy", "plan", tmp_path / form).stdout
