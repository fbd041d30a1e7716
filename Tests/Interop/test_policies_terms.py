"""Users who are issued by hand under the roles of a file are held to what it says of their tags and their time, on a real
nats-server and on our broker.
"""

import json
import re

import test_policies_apply
from test_policies_apply import MANIFEST, may_publish, server  # noqa: F401
from test_service import service  # noqa: F401
from test_service_applying import apply

FILE = """
chancery: v1
account: A
roles:
  sensor:
    tags: { plant: [ berlin, munich ] }
    publish: [ "plant.{{tag(plant)}}.>" ]
    expires: { default: 30d, most: 90d }
  worker:
    tags: { line: [ paint, weld ] }
    publish: [ "done.{{tag(line)}}" ]
    subscribe: [ "line.{{tag(line)}}" ]
    queue: { "jobs.{{tag(line)}}": [ w ] }
  desk: { publish: [ "cmd.*" ] }
users: { anna: { role: desk, extra: { publish: [ audit ] } } }
"""
BERLIN = FILE.replace("[ berlin, munich ]", "[ berlin ]")


def write(folder, account):
    return test_policies_apply.write(folder, account, "chancery: v1\naccount: B\n")


def issue(chancery, folder, name, tag, role="sensor", *more, exits=0):
    path = folder / f"{name}.creds"
    told = chancery(
        "add", "user", name, "--account", "A", "--private-key", role, "--tag", tag, "--creds", path, *more, exits=exits)
    return path if exits == 0 else told.stderr


def is_admitted(chancery, server, credentials, subject):
    """Whether somebody comes in and may publish."""
    told = chancery("tool", "pub", "--nats", server.url, "--creds", credentials, subject, "x", exits=None)
    assert told.returncode == 0 or re.search("[Vv]iolation|[Rr]efused|revoked", told.stderr), told
    return told.returncode == 0


def test_a_value_that_the_file_does_not_declare_is_refused_at_issue(chancery, server, tmp_path):
    chancery("policy", "apply", write(tmp_path / "set", FILE))
    refused = issue(chancery, tmp_path, "spy", "plant:munch", exits=1)
    assert "plant:munch is none of the values that the role sensor declares: berlin, munich" in refused
    assert "did you mean plant:munich?" in refused and "insist with --unmanaged" in refused
    honest = issue(chancery, tmp_path, "honest", "plant:munich,team:red")
    assert may_publish(chancery, server, honest, "plant.munich.t")
    assert not may_publish(chancery, server, honest, "plant.berlin.t")
    refused = chancery("edit", "user", "honest", "--account", "A", "--tag", "plant:secret", exits=1).stderr
    assert "plant:secret is none of the values" in refused and "insist with --force" in refused
    # The keys of one value, and of one user.
    refused = issue(chancery, tmp_path, "spy", "line:weld", "worker:line=paint", exits=1)
    assert "the key worker:line=paint is for line:paint alone" in refused
    refused = issue(chancery, tmp_path, "spy", "team:red", "desk@anna", exits=1)
    assert "the key desk@anna is that of anna alone" in refused
    # Nothing of it left anything behind.
    assert "spy" not in chancery("list", "users", "--account", "A").stdout


def test_whoever_holds_a_value_that_goes_is_named_and_cut(chancery, server, tmp_path):
    folder = write(tmp_path / "set", FILE)
    chancery("policy", "apply", folder)
    stays, goes, deleted, moved = (
        issue(chancery, tmp_path, name, f"plant:{plant}")
        for name, plant in (("stays", "berlin"), ("goes", "munich"), ("deleted", "munich"), ("moved", "munich")))
    chancery("delete", "user", "deleted", "--account", "A")
    chancery("edit", "user", "moved", "--account", "A", "--rm-tag", "plant:munich", "--tag", "plant:berlin")
    chancery("push", "--all")
    new = tmp_path / "new.creds"
    chancery("generate", "creds", "--account", "A", "--name", "moved", "--output-file", new)
    for holder, subject in (
            (stays, "plant.berlin.t"), (goes, "plant.munich.t"), (deleted, "plant.munich.t"), (moved, "plant.munich.t"),
            (new, "plant.berlin.t")):
        assert is_admitted(chancery, server, holder, subject), holder

    write(folder, BERLIN)
    told = chancery("policy", "plan", folder).stdout
    assert "values of the tag plant: munich goes" in told
    why = "(plant:munich is none of the values that the role sensor declares: berlin)"
    for name in ("goes", "deleted"):
        assert f"A: the user {name} goes, and the credentials that are out are revoked: whoever has them is cut off {why}" in told
    assert "the user moved is of the role sensor" in told and "(earlier credentials alone: plant:munich is none" in told
    assert "the user stays" not in told and "roles and users (A)" in told
    planned = json.loads(chancery("policy", "plan", folder, "--json").stdout)["users"]
    assert [(user["name"], user["role"] if "role" in user else None, user["revoked"]) for user in planned] == [
        ("deleted", None, True), ("goes", None, True), ("moved", "sensor", True)]

    chancery("policy", "apply", folder)
    for holder in (goes, deleted, moved):
        assert not is_admitted(chancery, server, holder, "plant.munich.t"), holder
    assert is_admitted(chancery, server, stays, "plant.berlin.t")
    assert is_admitted(chancery, server, new, "plant.berlin.t")
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout
    assert "goes" not in chancery("list", "users", "--account", "A").stdout


def test_who_was_forced_in_is_listed_and_removed(chancery, server, tmp_path):
    folder = write(tmp_path / "set", FILE)
    chancery("policy", "apply", folder)
    forced = issue(chancery, tmp_path, "forced", "plant:secret", "sensor", "--unmanaged")
    assert is_admitted(chancery, server, forced, "plant.secret.t")
    operations = [json.loads(line)["op"] for line in chancery("audit", "query", "--json").stdout.splitlines()]
    assert operations.count("policy.override") == 1
    told = chancery("policy", "plan", folder).stdout
    assert "the user forced goes" in told and "plant:secret is none of the values" in told
    chancery("policy", "apply", folder)
    assert not is_admitted(chancery, server, forced, "plant.secret.t")


def test_time_by_hand_is_the_files(chancery, tmp_path):
    chancery("add", "operator", "O")
    folder = write(tmp_path / "set", FILE)
    chancery("policy", "apply", folder, "--directory-only")

    def lifetime(name):
        claims = json.loads(chancery("describe", "user", name, "--account", "A", "--json").stdout)
        return claims.get("exp", 0) - claims["iat"]

    issue(chancery, tmp_path, "usual", "plant:berlin")
    assert abs(lifetime("usual") - 30 * 86_400) < 60
    issue(chancery, tmp_path, "long", "plant:berlin", "sensor", "--expiry", "90d")
    assert abs(lifetime("long") - 90 * 86_400) < 60
    for expiry in ("91d", "0"):
        refused = issue(chancery, tmp_path, "longer", "plant:berlin", "sensor", "--expiry", expiry, exits=1)
        assert "credentials of the role sensor are good for 90d at most" in refused and "ask for 90d or less" in refused
    refused = chancery("edit", "user", "long", "--account", "A", "--expiry", "91d", exits=1).stderr
    assert "90d at most" in refused
    # Plans say times as files do, each holder once.
    write(folder, FILE.replace("default: 30d, most: 90d", "default: 36h, most: 60d").replace("cmd.*", "cmd.x"))
    told = chancery("policy", "plan", folder).stdout
    assert "new credentials are good for: 30d, at most 90d becomes 36h, at most 60d" in told
    headings = [line for line in told.splitlines() if re.match("  [^ ]", line)]
    assert len(headings) == len(set(headings)), told


def test_the_service_holds_whoever_issues_to_the_file(service):
    operator = "/v1/operators/operator"
    files = {"chancery.yaml": MANIFEST.replace("operator: O", "operator: operator").replace(", B: b.yaml", ""),
             "a.yaml": FILE}
    assert apply(service, {"files": files})["state"] == "done"
    users = f"{operator}/accounts/A/users"
    bad, good = {"tags": ["plant:secret"]}, {"tags": ["plant:berlin"]}
    status, told, _ = service.send("POST", users + "?role=sensor", {"name": "u"} | bad)
    assert status in (403, 409, 422) and "plant:secret is none of the values" in json.dumps(told), (status, told)
    status, told, _ = service.send("PUT", users + "/u", {"role": "sensor"} | bad)
    assert status in (403, 409, 422) and "plant:secret is none of the values" in json.dumps(told), (status, told)
    status, made, _ = service.send("PUT", users + "/u", {"role": "sensor"} | good)
    assert status == 201 and made["expires"] - made["issued_at"] == 30 * 86_400, made
    status, told, _ = service.send("POST", users + "/u:edit", {"tags": {"add": ["plant:secret"]}})
    assert status in (403, 409, 422), told
    status, told, _ = service.send("POST", users + "?role=sensor", {"name": "v", "unmanaged": True} | bad)
    assert status == 201 and any("plant:secret" in text for text in told["warnings"]), told
