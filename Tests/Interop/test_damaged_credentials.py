"""Credentials that were damaged on their way: nothing is taken by half, and nothing of a seed is shown."""

import json

import pytest

import issuer
from issuer import Key

DAMAGES = {
    "a wrong character": lambda seed: seed[:20] + "1" + seed[21:],
    "small letters": str.lower,
    "cut": lambda seed: seed[:-5],
    "a blank in front": lambda seed: " " + seed,
    "a blank inside": lambda seed: seed[:20] + " " + seed[20:],
    "another first letter": lambda seed: "X" + seed[1:],
    "another user's": lambda _: Key.new("user").seed,
    "an account's": lambda _: Key.new("account").seed,
}


@pytest.fixture
def written(chancery):
    """The text of a user's credentials file, and the user's seed."""
    chancery("add", "operator", "OP")
    chancery("add", "account", "A")
    chancery("add", "user", "u", "--account", "A")
    text = chancery("generate", "creds", "--account", "A", "--name", "u").stdout
    return text, next(line for line in text.splitlines() if line.startswith("SU"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_seed_is_told(chancery, written, tmp_path, damage):
    text, seed = written
    damaged = DAMAGES[damage](seed)
    file = tmp_path / "u.creds"
    file.write_text(text.replace(seed, damaged))
    for words in (("import", "user", "--overwrite", "--file", file), ("validate", "--file", file)):
        done = chancery(*words, exits=1)
        assert "seed" in done.stdout + done.stderr
        assert seed[10:30] not in done.stdout + done.stderr and damaged.strip() not in done.stdout + done.stderr
    file.write_text(text)
    assert chancery("validate", "--file", file).returncode == 0


def test_a_file_with_a_damaged_seed_is_named_by_fix(chancery, written, tmp_path):
    text, seed = written
    loose = tmp_path / "loose"
    loose.mkdir()
    (loose / "u.creds").write_text(text.replace(seed, seed[:-5]))
    done = chancery("fix", "--in", loose, "--out", tmp_path / "mended", exits=1)
    assert "the seed in the file cannot be used" in done.stderr and seed[10:30] not in done.stderr


@pytest.mark.parametrize("form", [
    lambda seed: seed[:30] + "0" + seed[31:], lambda seed: seed[1:], lambda seed: seed[:25] + " " + seed[25:],
    lambda seed: seed[:25] + "-" + seed[25:], lambda seed: "X" + seed[1:],
    lambda seed: " ".join(seed[place:place + 4] for place in range(0, 58, 4))])
def test_a_mistyped_seed_is_not_shown(chancery, written, form):
    _, seed = written
    for words in (("describe", "user", form(seed), "--account", "A"), ("describe", "account", form(seed)),
                  ("revocations", "add-user", "--account", "A", form(seed)), ("add", "user", form(seed))):
        done = chancery(*words, exits=None)
        if done.returncode != 0:
            assert not any(seed[place:place + 12] in done.stderr for place in range(46)), done.stderr


def test_a_payload_is_shown_as_it_is(chancery, tmp_path):
    operator, account = Key.new("operator"), Key.new("account")
    claims = {"sub": account.public, "name": "A", "nats": {
        "exports": [{"subject": "z", "type": "stream"}, None,
                    {"subject": "a", "type": "service", "service_latency": {"sampling": 101, "results": "r"}}],
        "mappings": {"a.b": [{"subject": "x"}], "c": None}, "limits": {"subs": 1}, "type": "account"}}
    file = tmp_path / "a.jwt"
    file.write_text(issuer.encode(claims, operator))
    shown = json.loads(chancery("describe", "jwt", "--file", file, "--json").stdout)
    assert [export and export["subject"] for export in shown["nats"]["exports"]] == ["z", None, "a"]
    for field, value in (("nats.exports[1]", None), ("nats.exports[2].service_latency.sampling", 101),
                         ('nats.mappings."a.b"[0].subject', "x"), ("nats.mappings.c", None)):
        assert json.loads(chancery("describe", "jwt", "--file", file, "--field", field).stdout) == value
    assert "nats.exports[2].service_latency" in chancery("validate", "--file", file, exits=1).stdout


def test_a_type_in_capitals_is_told(chancery, tmp_path):
    file = tmp_path / "a.jwt"
    file.write_text(issuer.encode({"sub": Key.new("account").public, "nats": {"type": "Account"}}, Key.new("operator")))
    assert "no server takes" in chancery("validate", "--file", file, exits=1).stdout
