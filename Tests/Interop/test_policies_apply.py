"""Policies that come into force: a real nats-server and our broker, both with a full resolver, see each step."""

import json
import re
import shutil
from pathlib import Path

import pytest

from peers import Server
from test_service_cuts import Client

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


def test_push_brings_the_rules_for_replies(chancery, server, tmp_path):
    text = "chancery: v1\naccount: A\nroles: { ask: { call: [ q.x ] } }\nusers: { a: { role: ask } }\n"
    chancery("policy", "apply", write(tmp_path / "set", text, "chancery: v1\naccount: B\n"), "--directory-only")
    chancery("push", "--all")
    asks = ("tool", "pub", "--nats", server.url, "--creds", creds(chancery, tmp_path, "A", "a"), "q.x", "x", "--reply")
    refused = chancery(*asks, "victim.x", exits=None)
    # What nats-server has no rule for, `check --engine nats-server` tells.
    assert refused.returncode == (0 if server.name == "nats-server" else 1), refused
    assert chancery(*asks, "_INBOX.a.b", exits=None).returncode == 0


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


def test_who_leaves_is_gone_when_the_apply_ends(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder)
    server.nats = server.url
    clients = {user: Client(server, creds(chancery, tmp_path, "A", user).read_text()) for user in ("press-1", "anna")}
    assert not any(client.is_gone() for client in clients.values())
    write(folder, OLD.replace("press-1: { role: press }, ", ""))
    chancery("policy", "apply", folder)
    assert clients["press-1"].is_gone() and not clients["anna"].is_gone()
    without = OLD.replace('  desk: { publish: [ "cmd.*" ], subscribe: [ "t.>" ] }\n', "").replace("anna: { role: desk }", "")
    write(folder, without)
    chancery("policy", "apply", folder, "--delete-roles")
    assert clients["anna"].is_gone()


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
    told = chancery("policy", "plan", tmp_path / "out").stdout
    held = "governed: by no file becomes by its file, and edited by hand only with --force"
    assert held in told and "No token changes" in told and told.count("\n") == 4
    differs = chancery("policy", "diff", tmp_path / "out", "--in-force", exits=1).stdout
    assert held in differs and differs.count("\n") == 2
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
        told = chancery("policy", "plan", tmp_path / form).stdout
        assert "No token changes" in told and told.count("governed: by no file becomes") == 2 == told.count(", the account")


def test_questions_are_answered_from_what_is_in_force(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")
    told = chancery("policy", "explain", "--as", "press-1", "publish t.press-1.temp").stdout
    assert "press-1 may publish t.press-1.temp: allowed by t.{{name()}}.> (a.yaml:5:23)" in told
    assert "B imports the stream t.> of A" in told and "heard by reader of B" in told
    assert "denied" not in told
    told = chancery("policy", "explain", "--as", "A/press-1", "publish t.press-2.temp", exits=1).stdout
    assert "no rule of publish fits" in told
    routes = [json.loads(line) for line in chancery(
        "policy", "who-can", "t.x.secret", "receive", "--account", "A", "--json").stdout.splitlines()]
    assert [(route["account"], route["role"], route["how"]) for route in routes] == [
        ("A", "desk", ["direct"]), ("B", "reader", ["import"])]
    assert routes[1]["steps"][1]["place"] == "b.yaml:4:12"
    reach = chancery("policy", "reach", "A", "--chain").stdout
    assert "t.> leaves to B by import (reader)" in reach

    # A free account, and a user without a role, are named by their claims.
    chancery("add", "account", "FREE")
    chancery("add", "user", "eve", "--account", "FREE", "--allow-pub", "x.>")
    told = chancery("policy", "explain", "--as", "eve", "publish x.y").stdout
    assert "allowed by x.> (FREE/eve:/nats/pub/allow/0)" in told
    # What was edited by hand is not what the file says.
    chancery("add", "export", "--account", "A", "--subject", "by.hand", "--force")
    reach = json.loads(chancery("policy", "reach", "A", "--json").stdout.splitlines()[0])
    assert reach["steps"][0]["place"] == "b.yaml:4:12"
    assert "no user" in chancery("policy", "explain", "--as", "nobody", "publish x", exits=1).stderr
    assert "is for --policies" in chancery(
        "policy", "explain", "--as", "eve", "publish x", "--environment", "prod", exits=2).stderr


def test_a_plan_names_the_rules_and_those_whom_they_cut(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")
    creds(chancery, tmp_path, "A", "anna")
    write(folder, NEW.replace('"cmd.*" ]', '"cmd.press-1", new ]'))
    told = chancery("policy", "plan", folder).stdout
    block = told.partition("  A, role desk\n")[2]
    assert "gains publish new, such as new (a.yaml:6:37)" in block
    assert "loses publish cmd.* except cmd.press-1, such as cmd.x1 (before: a.yaml:6:22)" in block
    assert "(a.yaml:6:83)" in block, block
    assert "on nats-server 1 are cut off: anna" in block
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)
    gained = [change for change in planned["changes"] if change["effect"] == "gains"]
    assert gained[0]["sources"] == ["a.yaml:6:37"] and gained[0]["former_sources"] == []


TAGGED = """
chancery: v1
account: A
values: { plant: { type: token } }
leave: [ "user old-*" ]
roles:
  press:
    description: writes
    tags: { line: [ paint, weld ] }
    publish: [ "<plant>.{{tag(line)}}.{{name()}}" ]
    queue: { "jobs.{{tag(line)}}": [ w ] }
    expires: { default: 30d, most: 90d }
  desk: { publish: [ "cmd.*" ], claims: { data: 5 } }
users:
  p1: { role: press, tags: { line: paint } }
  anna: { role: [ desk, press ], tags: { line: weld } }
  bot: { role: desk, claims: { bearer_token: true } }
tests: [ { as: p1, may: [ publish berlin.paint.p1 ] } ]
"""


def tagged(folder, account=TAGGED):
    folder.mkdir(exist_ok=True)
    (folder / "chancery.yaml").write_text(
        "chancery: v1\noperator: O\naccounts: { A: a.yaml }\nenvironments: { prod: prod.yaml }\n"
        "ceilings: { connections: 100, payload: 1MiB, expires: 120d }\n")
    (folder / "prod.yaml").write_text("chancery: v1\nvalues: { plant: berlin }\n")
    (folder / "a.yaml").write_text(account)
    return folder


def test_what_files_say_and_claims_do_not_is_exported_again(chancery, tmp_path):
    chancery("add", "operator", "O")
    chancery("policy", "apply", tagged(tmp_path / "set"), "--directory-only")
    described = chancery("describe", "account", "A", "--json").stdout
    chancery("policy", "export", tmp_path / "out")
    written = (tmp_path / "out" / "a-1.yaml").read_text()
    assert "line: [ paint, weld ]" in written and "expires: { default: 30d, most: 90d }" in written
    assert "bearer_token: true" in written and "<plant>" not in written
    assert chancery("policy", "test", tmp_path / "out").returncode == 0
    assert "Nothing changes" in chancery("policy", "plan", tmp_path / "out").stdout
    chancery("policy", "apply", tmp_path / "out", "--directory-only")
    assert chancery("describe", "account", "A", "--json").stdout == described

    # Of an account that was edited by hand the claims are written out, with what the file says beside them.
    plain = TAGGED.replace("anna: { role: [ desk, press ], tags: { line: weld } }", "anna: { role: desk }")
    plain = plain.replace('    queue: { "jobs.{{tag(line)}}": [ w ] }\n', "").replace(", claims: { bearer_token: true }", "")
    chancery("policy", "apply", tagged(tmp_path / "set", plain), "--directory-only", "--delete-roles")
    chancery("add", "export", "--account", "A", "--subject", "by.hand", "--force")
    chancery("policy", "export", tmp_path / "edited")
    written = (tmp_path / "edited" / "a-1.yaml").read_text()
    assert "line: [ paint, weld ]" in written and "by.hand" in written and "user old-*" in written
    assert "default: 30d" in written
    planned = chancery("policy", "plan", tmp_path / "edited").stdout
    assert "Steps" not in planned


def sentences(chancery, *words):
    """How many sentences of a set there are, and that they hold."""
    return next(line for line in chancery("policy", "test", *words).stderr.splitlines() if "sentence" in line)


def sets_of_the_repository():
    for manifest in sorted(PLANT.parent.glob("**/chancery.yaml")):
        environments = re.findall(r"^  (\w+): environments/", manifest.read_text(), re.M)
        for environment in environments or [None]:
            yield pytest.param(manifest.parent, environment, id=f"{manifest.parent.name}-{environment or 'all'}")


def test_sets_of_the_repository_are_all_found():
    assert len(list(sets_of_the_repository())) == 14


@pytest.mark.parametrize("folder, environment", sets_of_the_repository())
def test_what_was_applied_is_exported_with_all_of_its_tests(chancery, tmp_path, folder, environment):
    chancery("add", "operator", "PLANT", "--sys")
    chosen = ["--environment", environment] if environment else []
    chancery("policy", "apply", folder, *chosen, "--directory-only")
    chancery("policy", "export", tmp_path / "out")
    assert "Nothing changes" in chancery("policy", "plan", tmp_path / "out").stdout
    said = sentences(chancery, folder, *chosen)
    assert sentences(chancery, tmp_path / "out") == said and not said.startswith("0 ")
    for file in (tmp_path / "out").glob("*-*.yaml"):
        assert "tests:" in file.read_text() and "claims:" not in file.read_text()


def test_an_account_is_exported_as_its_file_without_its_partners(chancery, tmp_path):
    """Whom it grants something, or imports from, is managed elsewhere then, whether it is there or not."""
    chancery("add", "operator", "O", "--sys")
    folder = write(
        tmp_path / "set", OLD.replace("[ B ]", "[ B, STRANGER ]") + "tests: [ { as: press-1, may: [ publish t.press-1.x ] } ]\n",
        OTHER + "tests: [ { as: bob, may: [ receive a.t.x ] } ]\n")
    (folder / "chancery.yaml").write_text(MANIFEST.replace("B: b.yaml", "B: b.yaml, STRANGER: managed elsewhere"))
    chancery("policy", "apply", folder, "--directory-only")
    for account, partners in (("A", ["B", "STRANGER"]), ("B", ["A"])):
        out = tmp_path / account
        chancery("policy", "export", out, "--account", account)
        assert [line for line in (out / "chancery.yaml").read_text().splitlines() if "elsewhere" in line] == [
            f'  {partner}: "managed elsewhere"' for partner in partners]
        assert sentences(chancery, out).startswith("1 sentence")
    chancery("policy", "export", tmp_path / "both")
    assert "Nothing changes" in chancery("policy", "plan", tmp_path / "both").stdout


VALUED = """
chancery: v1
account: A
values: { a: { type: token }, b: { type: token }, most: { type: count } }
limits: { connections: <most>, jetstream: { disk: 1GiB } }
claims: { limits: { subs: 7 }, info_url: "https://<a>.example" }
exports: [ { stream: "<a>.out.>", claims: { info_url: "https://<a>.example" } } ]
mappings: { "<a>.old": { "<a>.new": 10%, stay: 90% } }
streams: { "S_<a>": { subjects: [ "<a>.s.>" ], consumers: { "c-<a>": { filter: "<a>.s.x" } } } }
roles:
  claims:
    tags: { "t<a>": [ <a>, <b> ] }
    publish: [ "<a>.{{tag(tx)}}.>" ]
    queue: { "<a>.q": [ g ], "<b>.q": [ h ], "<a>.{{tag(tx)}}": [ i ] }
    deny_queue: { "<a>.q": [ d ] }
    work: [ "S_<a>/c-<a>" ]
    inbox: role
    kv: { "K_<a>": { get: [ "k.>" ] }, "K_<b>": { get: [ l ], put: [ "<a>.p" ] } }
    objects: { "O_<a>": [ read ], "O_<b>": [ put ] }
    expires: { default: 1d }
  "r-<a>":
    description: "shows \\u202e nothing"
    serve: { "<a>.ask": { queue: "<a>", answers: 1, within: 2s } }
    call:
    claims: { data: 5 }
    expires: { most: 2d }
  both: { includes: [ claims, "r-<a>" ], inbox: role, publish: [ "<a>.w.>" ] }
users:
  claims: { role: claims, tags: { "t<a>": <a> }, extra: { queue: { "<a>.e": [ j ] } } }
  "u-<a>": { role: "r-<a>" }
tests:
  - as: claims
    may: [ "publish <a>.x.1", "subscribe <a>.q queue g", "subscribe <b>.q queue h", "subscribe <a>.e queue j", get K_<a> k.1, get K_<b> l ]
    may not: [ "subscribe <a>.q queue d" ]
  - { as: { role: claims, name: someone, tags: { "t<a>": <a> } }, may: [ "next S_<a>/c-<a>" ] }
  - { as: "u-<a>", may: [ "subscribe <a>.ask queue <a>" ], may not: }
leave:
"""


def test_values_in_keys_are_filled_in_where_a_file_is_exported(chancery, tmp_path):
    chancery("add", "operator", "O", "--sys")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "chancery.yaml").write_text(
        "chancery: v1\noperator: O\naccounts: { A: a.yaml }\nenvironments: { e: e.yaml }\n"
        "ceilings: { connections: 100, subscriptions: 50, payload: 1MiB, expires: 90d }\n")
    (folder / "e.yaml").write_text("chancery: v1\nvalues: { a: x, b: x, most: 20 }\n")
    # A role of long rules stands on more than one line.
    many = ",\n      ".join(f'"<a>.w.{number}.{"x" * 100}"' for number in range(200))
    (folder / "a.yaml").write_text(VALUED.replace('publish: [ "<a>.w.>" ]', f"publish: [ {many} ]"))
    chancery("policy", "apply", folder, "--directory-only")
    chancery("policy", "export", tmp_path / "out")
    plan = json.loads(chancery("policy", "plan", tmp_path / "out", "--json").stdout)
    assert not plan["changes"] and not plan["steps"], plan
    written = (tmp_path / "out" / "a-1.yaml").read_text()
    assert written.count("https://<a>.example") == 2 == written.count("<a>") and "<b>" not in written
    assert sentences(chancery, tmp_path / "out") == sentences(chancery, folder) == "9 sentences, all of which hold"


def test_claims_of_users_and_roles_are_applied_and_undone(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = tagged(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")

    def template(role):
        keys = json.loads(chancery("describe", "account", "A", "--json").stdout)["nats"]["signing_keys"]
        return next((key["template"] for key in keys if key["role"] == role), None)

    assert template("desk")["data"] == 5 and template("desk@bot")["bearer_token"]
    chancery("generate", "creds", "--account", "A", "--name", "bot", "--output-file", tmp_path / "bot.creds")
    tagged(folder, TAGGED.replace("bearer_token: true", "proxy_required: true").replace("data: 5", "data: 6"))
    told = chancery("policy", "plan", folder).stdout
    assert "bearer tokens: allowed goes" in told and "on nats-server 1 are cut off: bot" in told
    chancery("policy", "apply", folder, "--directory-only")
    assert template("desk")["data"] == 6 and template("desk@bot")["proxy_required"]
    chancery("policy", "undo", "--directory-only")
    assert template("desk")["data"] == 5 and template("desk@bot")["bearer_token"]


def test_users_that_are_left_alone_stay(chancery, tmp_path):
    chancery("add", "operator", "O")
    old = TAGGED.replace("users:\n", "users:\n  old-1: { role: desk }\n  new-1: { role: desk }\n")
    folder = tagged(tmp_path / "set", old)
    chancery("policy", "apply", folder, "--directory-only")
    for user in ("old-1", "new-1"):
        chancery("generate", "creds", "--account", "A", "--name", user, "--output-file", tmp_path / f"{user}.creds")
    tagged(folder)
    told = chancery("policy", "plan", folder).stdout
    assert "the user new-1 goes, and the credentials that are out are revoked" in told and "old-1 goes" not in told
    chancery("policy", "apply", folder, "--directory-only")
    users = chancery("list", "users", "--account", "A").stdout
    assert "old-1" in users and "new-1" not in users
    assert "old-1 may publish cmd.x" in chancery("policy", "explain", "--as", "old-1", "publish cmd.x").stdout
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout
    chancery("policy", "undo", "--directory-only")
    assert "is of the role desk" not in chancery("policy", "plan", tagged(folder, old)).stdout


def test_insisting_reaches_what_is_governed(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")
    token = tmp_path / "A.jwt"
    chancery("describe", "account", "A", "-R", "-o", token)
    write(folder, NEW)
    chancery("policy", "apply", folder, "--directory-only")

    def overrides():
        lines = chancery("audit", "query", "--json").stdout.splitlines()
        return [json.loads(line)["op"] for line in lines].count("policy.override")

    assert "--force" in chancery("import", "account", "--file", token, "--overwrite", exits=1).stderr
    assert overrides() == 0
    chancery("import", "account", "--file", token, "--overwrite", "--force")
    assert overrides() == 1
    assert "Done by hand" in chancery("policy", "plan", folder).stdout
    assert "governed" in chancery("rename", "account", "A", "Z", exits=1).stderr
    creds(chancery, tmp_path, "A", "anna")
    chancery("edit", "account", "A", "--sk", "generate", "--force")
    plain = json.loads(chancery("describe", "account", "A", "--json").stdout)["nats"]["signing_keys"]
    plain = next(key for key in plain if isinstance(key, str))
    assert "have roles" in chancery("edit", "user", "anna", "--account", "A", "-K", plain, exits=1).stderr
    chancery("edit", "user", "anna", "--account", "A", "-K", plain, "--force")
    assert overrides() == 3
    told = chancery("policy", "plan", folder, "--json")
    assert "A has" not in told.stdout and "signed users without a role: eve" not in told.stdout


@pytest.mark.parametrize("kind", ["stream", "service"])
def test_an_export_becomes_narrower_and_wider_under_its_importers(chancery, server, tmp_path, kind):
    def pair(subject):
        grant = "grant: [ B ]"
        return write(
            tmp_path / "set",
            "chancery: v1\naccount: A\nroles: { r: { publish: [ \"o.>\" ], subscribe: [ \"o.>\" ] } }\n"
            f"users: {{ anna: {{ role: r }} }}\nlimits: {{ exports: 1 }}\nexports: [ {{ {kind}: \"{subject}\", {grant} }} ]\n",
            "chancery: v1\naccount: B\nroles: { r: { publish: [ \"o.>\" ], subscribe: [ \"o.>\" ] } }\n"
            f"users: {{ bob: {{ role: r }} }}\nimports: [ {{ {kind}: \"o.eu.e.>\", from: A }} ]\n")

    chancery("policy", "apply", pair("o.*.e.>"))
    anna, bob = creds(chancery, tmp_path, "A", "anna"), creds(chancery, tmp_path, "B", "bob")
    sender, listener = (anna, bob) if kind == "stream" else (bob, anna)
    listening = chancery.start(
        "tool", "sub", "--nats", server.url, "--creds", listener, "--max-messages", "4", "o.eu.e.>")
    while "listening" not in listening.stderr.readline():
        assert listening.poll() is None

    def send(text):
        chancery("tool", "pub", "--nats", server.url, "--creds", sender, "o.eu.e.x", text)

    send("first")
    for text, change in (
        ("narrower", lambda: chancery("policy", "apply", pair("o.eu.e.>"))),
        ("wider", lambda: chancery("policy", "apply", pair("o.*.e.>"))),
        ("undone", lambda: chancery("policy", "undo")),
    ):
        change()
        send(text)
    heard = listening.communicate(timeout=20)[0]
    assert all(text in heard for text in ("first", "narrower", "wider", "undone")), heard


def test_who_leaves_the_file_is_cut_off(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder)
    anna = creds(chancery, tmp_path, "A", "anna")
    refused = chancery("delete", "user", "anna", "--account", "A", exits=1)
    assert "declares the user" in refused.stderr and "--force" in refused.stderr
    chancery("delete", "user", "anna", "--account", "A", "--force")
    taken = chancery("generate", "creds", "--account", "A", "--name", "anna", exits=1)
    assert "is taken" in taken.stderr and "revocations add-user" in taken.stderr
    assert may_publish(chancery, server, anna, "cmd.press-1")
    write(folder, OLD.replace(", anna: { role: desk }", ""))
    told = chancery("policy", "plan", folder).stdout
    assert "the user anna goes, and the credentials that are out are revoked: whoever has them is cut off" in told
    assert "switch: imports, mappings, limits, settings, roles and users (A)" in told
    chancery("policy", "apply", folder)
    refused = chancery("tool", "pub", "--nats", server.url, "--creds", anna, "cmd.press-1", "x", exits=None)
    assert refused.returncode != 0
    # The name is free again, for another key.
    write(folder, OLD)
    chancery("policy", "apply", folder)
    anna.unlink()
    assert may_publish(chancery, server, creds(chancery, tmp_path, "A", "anna"), "cmd.press-1")


def test_an_account_that_leaves_the_set_is_let_go(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder, "--directory-only")
    alone = write(tmp_path / "alone")
    (alone / "chancery.yaml").write_text(MANIFEST.replace(", B: b.yaml", ""))
    (alone / "b.yaml").unlink()
    said = "governed: by its file becomes by no file, since the set does not have it any more; it stays as it is"
    for question in (["plan", alone], ["diff", alone, "--in-force"], ["diff", folder, alone]):
        assert said in chancery("policy", *question, exits=None).stdout
    before = chancery("describe", "account", "B", "-R").stdout
    assert said in chancery("policy", "apply", alone, "--directory-only").stdout
    assert chancery("describe", "account", "B", "-R").stdout == before
    chancery("add", "export", "--account", "B", "--subject", "by.hand")
    records = [json.loads(line) for line in chancery("audit", "query", "--json").stdout.splitlines()]
    assert [record["object"]["name"] for record in records if record["op"] == "policy.release"] == ["B"]
    undone = chancery("policy", "undo", "--directory-only")
    assert "is in force again" in undone.stderr + undone.stdout
    assert "governed by its policy file" in chancery(
        "add", "export", "--account", "B", "--subject", "again", exits=1).stderr
    told = chancery("policy", "undo", "--directory-only")
    assert "the last undo is taken back" in told.stderr + told.stdout
    missing = chancery("policy", "diff", tmp_path / "NOPE", folder, exits=1).stderr
    assert "there is no folder" in missing and "NOPE" in missing


LISTENER = """
chancery: v1
account: NAME
roles: { reader: { subscribe: [ "t.>" ], publish: [ t.end ] } }
users: { USER: { role: reader } }
"""


def heard(chancery, server, listener, speaker, subject):
    """Whether one user gets what another has published, before what it publishes itself."""
    listening = chancery.start(
        "tool", "sub", "--nats", server.url, "--creds", listener, "--max-messages", "1", "t.>")
    while "listening" not in listening.stderr.readline():
        assert listening.poll() is None
    chancery("tool", "pub", "--nats", server.url, "--creds", speaker, subject, "x")
    chancery("tool", "pub", "--nats", server.url, "--creds", listener, "t.end", "x")
    told = listening.communicate(timeout=20)[0]
    assert (subject in told) != ("t.end" in told), told
    return subject in told


def test_who_is_let_go_without_a_grant_is_shut_out(chancery, server, tmp_path):
    def put(exporter, *importers):
        folder = tmp_path / "set"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        names = ["A", *importers]
        (folder / "chancery.yaml").write_text(
            "chancery: v1\noperator: O\naccounts: { " + ", ".join(f"{name}: {name.lower()}.yaml" for name in names) + " }\n")
        (folder / "a.yaml").write_text(
            "chancery: v1\naccount: A\nroles: { r: { publish: [ \"t.>\" ] } }\nusers: { anna: { role: r } }\n"
            f"exports: [ {{ stream: \"t.>\", {exporter} }} ]\n")
        for name in importers:
            (folder / f"{name.lower()}.yaml").write_text(
                LISTENER.replace("NAME", name).replace("USER", f"user-{name}")
                + "imports: [ { stream: \"t.>\", from: A } ]\n")
        return folder

    chancery("policy", "apply", put("grant: [ B, CC ]", "B", "CC"))
    anna, bob = creds(chancery, tmp_path, "A", "anna"), creds(chancery, tmp_path, "B", "user-B")
    cecil = creds(chancery, tmp_path, "CC", "user-CC")
    assert heard(chancery, server, bob, anna, "t.a")
    token = tmp_path / "activation"
    told = chancery("describe", "account", "B", "--field", "nats.imports[0].token").stdout
    token.write_text(told.strip().strip('"'))

    folder = put("grant: [ CC ]", "CC")
    told = chancery("policy", "plan", folder).stdout
    assert "A, grant of B\n    loses import the stream t.>, such as t.x1" in told
    assert "activations for the stream t.>: in force becomes revoked" in told and "narrow" in told
    assert "A, grant of B" in chancery("policy", "diff", folder, "--in-force", exits=1).stdout
    chancery("policy", "apply", folder)
    assert not heard(chancery, server, bob, anna, "t.b")
    assert heard(chancery, server, cecil, anna, "t.c")
    assert "B/reader" not in chancery("policy", "who-can", "t.a", "receive", "--account", "A").stdout
    # B is let go, and nobody keeps it from importing what it once had.
    chancery("delete", "import", "--account", "B", "--subject", "t.>")
    chancery("add", "import", "--account", "B", "--token", token)
    chancery("push", "--account", "B")
    assert not heard(chancery, server, bob, anna, "t.d")

    chancery("policy", "undo")
    assert heard(chancery, server, bob, anna, "t.e") and heard(chancery, server, cecil, anna, "t.f")
    assert "Nothing changes" in chancery("policy", "plan", put("grant: [ B, CC ]", "B", "CC")).stdout


RING = """
chancery: v1
account: {name}
exports: [ {{ {kind}: "t.>" }} ]
imports: [ {imports} ]
roles: {{ all: {{ publish: [ {publish} ], subscribe: [ "t.>" ] }} }}
users: {{ u{name}: {{ role: all }} }}
"""


@pytest.mark.parametrize("kind", ["stream", "service"])
def test_the_import_that_a_plan_says_is_left_out_is_left_out(chancery, server, tmp_path, kind):
    def ring(closed):
        imported = f'{{ {kind}: "t.>", from: %s }}'
        last = imported % "A" if closed else ""
        # The other one changes in the same apply, and comes before or after it.
        publish = '"t.>", x' if closed else '"t.>"'
        return write(
            tmp_path / "set", RING.format(name="A", kind=kind, imports=imported % "B", publish=publish),
            RING.format(name="B", kind=kind, imports=last, publish=publish))

    chancery("policy", "apply", ring(False))
    folder = ring(True)
    circles = json.loads(chancery("policy", "plan", folder, "--json").stdout)["circles"]
    assert [(circle["importer"], circle["left_out"]) for circle in circles] == [("B", True)]
    told = chancery("policy", "plan", folder).stderr
    assert f"nats-server leaves out what B imports from A, the {kind} t.>" in told, told
    chancery("policy", "apply", folder)
    users = {name: creds(chancery, tmp_path, name, f"u{name}") for name in "AB"}
    # Streams lead from the exporter to the importer, and requests the other way.
    from_a, from_b = (heard(chancery, server, users[to], users[by], f"t.{by.lower()}") for by, to in ("AB", "BA"))
    closing, first = (from_a, from_b) if kind == "stream" else (from_b, from_a)
    assert first
    assert closing == (server.name == "chancery")


def test_who_holds_a_role_goes_on_under_its_new_name(chancery, server, tmp_path):
    folder = write(tmp_path / "set")
    chancery("policy", "apply", folder)
    press, anna = (creds(chancery, tmp_path, "A", user) for user in ("press-1", "anna"))
    renamed = OLD.replace("desk: {", "bureau: { was: desk,").replace("role: desk", "role: bureau")
    # The old name is another role's at once.
    write(folder, renamed.replace("roles:", 'roles:\n  desk: { publish: [ "z" ] }'))
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)
    assert planned["users"] == []
    for words in (("apply", folder), ("undo",), ("undo",)):
        chancery("policy", *words)
        assert may_publish(chancery, server, anna, "cmd.press-1") and not may_publish(chancery, server, anna, "z")
        assert may_publish(chancery, server, press, "t.press-1.temp")
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout


def test_a_name_that_was_there_before_the_file_is_of_the_declared_role(chancery, server, tmp_path):
    write(tmp_path / "set", OLD.replace(", anna: { role: desk }", ""))
    chancery("policy", "apply", tmp_path / "set")
    chancery("add", "user", "anna", "--account", "A", "--private-key", "press")
    chancery("add", "user", "ben", "--account", "A", "--unmanaged", "--allow-pub", ">")
    chancery("push", "--account", "A")
    old, free = (tmp_path / f"old-{user}.creds" for user in ("anna", "ben"))
    for path, user in ((old, "anna"), (free, "ben")):
        chancery("generate", "creds", "--account", "A", "--name", user, "--output-file", path)
    assert may_publish(chancery, server, old, "t.anna.temp") and may_publish(chancery, server, free, "zzz")

    folder = write(tmp_path / "set", OLD.replace("role: desk }", "role: desk }, ben: { role: desk }"))
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)
    assert [(user["name"], user["role"], user["revoked"]) for user in planned["users"]] == [
        ("anna", "desk", True), ("ben", "desk", True)]
    chancery("policy", "apply", folder)
    for path in (old, free):
        told = chancery("tool", "pub", "--nats", server.url, "--creds", path, "cmd.press-1", "x", exits=None)
        assert told.returncode != 0 and "Authorization Violation" in told.stderr, told
    for user in ("anna", "ben"):
        new = creds(chancery, tmp_path, "A", user)
        assert may_publish(chancery, server, new, "cmd.press-1") and not may_publish(chancery, server, new, "zzz")
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout
