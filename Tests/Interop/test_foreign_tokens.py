"""Tokens that somebody else made, as `describe jwt` and `validate --file` meet them."""

import json

import pytest

import issuer
from issuer import Key

OPERATOR, ACCOUNT, USER = (Key.new(kind) for kind in ("operator", "account", "user"))
LIMITS = {"subs": -1, "data": -1, "payload": -1}


@pytest.fixture
def file(tmp_path):
    def write(claims, signer, name="token.jwt"):
        path = tmp_path / name
        path.write_text(issuer.encode(claims, signer) + "\n")
        return path

    return write


def user(**claims):
    return {"sub": USER.public, "name": "u", "nats": {"type": "user", **LIMITS}} | claims


def settings(**members):
    return {"sub": ACCOUNT.public, "name": "s", "nats": {"type": "chancery-settings", **members}}


def findings(chancery, path, exits):
    return [json.loads(line) for line in chancery("validate", "--json", "--file", path, exits=exits).stdout.splitlines()]


def test_settings_and_other_types_are_shown(chancery, file):
    members = {"roles": {ACCOUNT.public: {"replies": "own"}}, "quotas": {"messages": 1000}, "unlogged": ["metrics.>"]}
    path = file(settings(**members), OPERATOR)
    table = chancery("describe", "jwt", path).stdout
    assert "Account Settings" in table and '"messages": 1000' in table and "metrics.>" in table
    shown = json.loads(chancery("describe", "jwt", path, "--json").stdout)
    assert shown["nats"] == members | {"type": "chancery-settings", "version": 2}
    assert chancery("describe", "jwt", path, "--field", "nats.quotas.messages").stdout == "1000\n"
    chancery("validate", "--file", path)
    path = file({"sub": "order-7", "nats": {"type": "receipt", "total": 12.5, "paid": True}}, ACCOUNT)
    table = chancery("describe", "jwt", path).stdout
    assert "receipt" in table and "12.5" in table and "order-7" in table
    chancery("validate", "--file", path)


def test_settings_that_are_not_understood_are_refused(chancery, file):
    # Only an operator may sign them.
    assert "iss" in chancery("describe", "jwt", file(settings(), ACCOUNT), exits=1).stderr
    (finding,) = findings(chancery, file(settings(quota={}), OPERATOR), 1)
    assert finding["claim"] == "nats.quota"


def test_characters_that_command_a_terminal_are_not_passed_on(chancery, file):
    nasty = "a\nroot | yes |\u001b[31m\u009b1A\u202eb\u2028c\r"
    path = file(user(name=nasty), ACCOUNT)
    table = chancery("describe", "jwt", path).stdout
    (row,) = [line for line in table.split("\n") if "root" in line]
    assert row.startswith("| Name ") and r"a\nroot | yes |" in row
    for shown in (table, chancery("describe", "jwt", path, "--json").stdout,
                  chancery("describe", "jwt", path, "--field", "name").stdout):
        assert not set(shown) & set("\u001b\u009b\u202e\u2028\r")
    assert json.loads(chancery("describe", "jwt", path, "--json").stdout)["name"] == nasty
    bad = file(user(name=nasty, sub=ACCOUNT.public), ACCOUNT)
    assert len(chancery("validate", "--file", bad, exits=1).stdout.splitlines()) == 5


@pytest.mark.parametrize("kind, signer", [("operator", OPERATOR), ("account", OPERATOR), ("user", ACCOUNT),
                                          ("activation", ACCOUNT), ("chancery-settings", OPERATOR)])
def test_a_subject_of_another_kind_is_not_valid(chancery, file, kind, signer):
    good = {"operator": OPERATOR, "user": USER}.get(kind, ACCOUNT)
    body = {"type": kind} | ({"subject": "a", "kind": "stream"} if kind == "activation" else {})
    assert findings(chancery, file({"sub": good.public, "nats": body}, signer), 0) == []
    for sub in ("", "x", good.seed, (OPERATOR if kind != "operator" else USER).public):
        found = findings(chancery, file({"sub": sub, "nats": body}, signer), 1)
        assert [finding["claim"] for finding in found] == ["sub"]
        assert good.seed not in json.dumps(found)


def test_no_message_repeats_a_seed(chancery, file):
    seed = ACCOUNT.seed
    body = {"type": "account", "limits": {"exports": -1, "wildcards": True}, "signing_keys": [
        seed, {"kind": "user_scope", "key": "k" + seed, "template": {}}], "exports": [
            {"subject": f"a..{seed}", "type": "stream"}, {"subject": seed.lower() + " x", "type": "stream"}],
        "mappings": {f"{seed[:9]}\n{seed[9:]}": [{"subject": ""}]}, "authorization": {"auth_users": [seed], "xkey": seed},
        "cluster_traffic": seed}
    path = file({"sub": seed, "name": seed, "nats": body}, OPERATOR)
    for words in (["--json"], []):
        done = chancery("validate", "--file", path, *words, exits=1)
        assert "[a seed, not shown]" in done.stdout
        assert seed[2:12] not in (done.stdout + done.stderr).upper() and seed[12:30] not in done.stdout.upper()
    assert len(findings(chancery, path, 1)) == 9
    path = file({"sub": OPERATOR.public, "nats": {"type": "operator", "operator_service_urls": ["nats://me:pass@h"]}}, OPERATOR)
    done = chancery("validate", "--file", path, exits=1)
    assert "credentials are not supported" in done.stdout.replace("\n", " ") and "pass@" not in done.stdout
    for damaged in ({"exports": [{"type": seed}]}, {"signing_keys": [{"kind": seed}]}, {"limits": {seed: 1, "subs": seed}}):
        path = file({"sub": ACCOUNT.public, "nats": {"type": "account"} | damaged}, OPERATOR)
        done = chancery("validate", "--file", path, exits=1)
        assert "nats." in done.stderr and seed[2:12] not in done.stderr


def test_a_line_break_makes_no_second_token(chancery, file, tmp_path):
    path = file(user(), ACCOUNT)
    version = [line for line in chancery("describe", "jwt", path).stdout.splitlines() if "Version" in line]
    # A file may be wrapped; the token is what remains.
    token = path.read_text().strip()
    (tmp_path / "wrapped").write_text("\r\n".join(token[i:i + 64] for i in range(0, len(token), 64)) + "\n")
    wrapped = chancery("describe", "jwt", "wrapped").stdout.splitlines()
    assert [line for line in wrapped if "Version" in line] == version
