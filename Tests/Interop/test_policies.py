"""The policies that come with the project: checked and tested by the program, and what it says of wrong ones."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import CommandLine

ROOT = Path(__file__).resolve().parent.parent.parent
SETS = sorted(path.parent for path in (ROOT / "policies").glob("**/chancery.yaml"))
EXAMPLES = sorted(path.parent for path in (ROOT / "policies/examples").glob("*/chancery.yaml"))


def policy(chancery, *words):
    return chancery("policy", *map(str, words), exits=None)


@pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)
def test_a_set_is_in_order_and_its_tests_hold(chancery, folder):
    checked = policy(chancery, "check", folder)
    assert (checked.returncode, checked.stdout) == (0, ""), checked
    tested = policy(chancery, "test", folder, "--coverage")
    assert tested.returncode == 0, tested.stdout
    assert "no test touches" not in tested.stdout
    laid_out = policy(chancery, "fmt", folder, "--check")
    assert (laid_out.returncode, laid_out.stdout) == (0, ""), laid_out


def test_each_example_is_told_of():
    index = (ROOT / "policies/examples/README.md").read_text()
    assert len(EXAMPLES) == 10
    for folder in EXAMPLES:
        assert f"[{folder.name}]({folder.name}/README.md)" in index
        # What it says to try is tried.
        lines = re.findall(r"`(chancery policy [^`]*)`", (folder / "README.md").read_text())
        assert lines, folder


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_what_an_example_says_to_try_works(chancery, folder):
    for line in re.findall(r"`(chancery policy [^`]*)`", (folder / "README.md").read_text()):
        words = line.replace("policies/examples", str(ROOT / "policies/examples")).split()[2:]
        tried = policy(chancery, *words)
        assert tried.returncode == 0, (line, tried)


@pytest.mark.parametrize("words", [[], ["--account", "BANK-2"], ["--from-scratch", "--operator", "ACME", "--role", "tester"]])
def test_a_new_set_is_in_order_at_once(chancery, tmp_path, words):
    made = policy(chancery, "init", tmp_path / "new/set", *words)
    assert made.returncode == 0 and len(made.stdout.splitlines()) == 2, made
    for line in (["check"], ["test", "--coverage"], ["fmt", "--check"]):
        done = policy(chancery, line[0], tmp_path / "new/set", *line[1:])
        assert (done.returncode, done.stdout) == (0, ""), done
    again = policy(chancery, "init", tmp_path / "new/set", *words)
    assert again.returncode == 1 and "exists" in again.stderr


@pytest.mark.parametrize("words", [["--account", "a/b"], ["--account", "chancery"], ["--role", "r"], ["--account", "07"]])
def test_a_new_set_has_plain_names(chancery, tmp_path, words):
    refused = policy(chancery, "init", tmp_path / "new", *words)
    assert refused.returncode == 2 and not (tmp_path / "new").exists(), refused


def test_files_are_laid_out_in_place(chancery, tmp_path):
    (tmp_path / "chancery.yaml").write_text("accounts: { A: a.yaml, B: ../b.yaml }\nchancery: v1\n")
    wild = "account: A\nroles:\n   r:\n     subscribe:\n     - a\n     publish: [ 'b' ]  # why\n"
    for path in (tmp_path / "a.yaml", tmp_path.parent / "b.yaml"):
        path.write_text(wild)
    (tmp_path / "a.yaml").chmod(0o640)
    would = policy(chancery, "fmt", tmp_path, "--check")
    assert would.returncode == 1 and len(would.stdout.splitlines()) == 2
    done = policy(chancery, "fmt", tmp_path)
    assert done.returncode == 0, done
    assert (tmp_path / "a.yaml").read_text() == (
        'account: A\n\nroles:\n  r:\n    publish:   [ "b" ]  # why\n    subscribe: [ a ]\n')
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    # What a set names outside of its folder is somebody else's.
    assert (tmp_path.parent / "b.yaml").read_text() == wild
    (tmp_path / "a.yaml").write_text("account: A\nrols: {}\n")
    left = policy(chancery, "fmt", tmp_path / "a.yaml")
    assert left.returncode == 1 and "did you mean roles?" in left.stdout
    assert (tmp_path / "a.yaml").read_text() == "account: A\nrols: {}\n"


class Texts(yaml.SafeLoader):
    """YAML as policies have it: every scalar is a text, and what is left out is nothing."""


def text(loader, node):
    return None if node.value == "" and node.style is None else node.value


Texts.yaml_implicit_resolvers = {}
Texts.add_constructor("tag:yaml.org,2002:str", text)


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    schema = json.loads(CommandLine(tmp_path_factory.mktemp("schema"))("policy", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)
def test_the_schema_fits_what_is_right(validator, folder):
    for path in folder.rglob("*.yaml"):
        assert not [error.message for error in validator.iter_errors(yaml.load(path.read_text(), Texts))], path
        # Other readers take some texts for numbers; an editor is one of them.
        data = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))
        assert not [error.message for error in validator.iter_errors(data)], path


# What takes one key to be seen: an unknown one, one that is missing, a list in place of a mapping, a word that there is not.
TOLD = re.compile(r"^(unknown-key|wrong-kind) ", re.M)


def test_the_schema_finds_what_one_key_shows(validator):
    wrong = [path for path in (ROOT / "Tests/PolicyTests/Wrong/account").glob("*.yaml")
             if TOLD.search(path.with_suffix(".txt").read_text())]
    assert len(wrong) > 10
    for path in wrong:
        data = yaml.load(path.read_text(), Texts)
        if isinstance(data, dict) and "account" in data:
            assert list(validator.iter_errors(data)), path


@pytest.mark.parametrize("given, is_right", [
    ("claims: { tags: [ a ], limits: { wildcards: false, tiered_limits: { R1: { streams: 5 } } }, info_url: x }", True),
    ("claims: { limits: { tiered_limits: { R1: { stream: 5 } } } }", False),
    ("claims: { trace: { dest: a, sampling: many } }", False), ("claims: { cluster_traffic: nonsense }", False),
    ("roles: { r: { claims: { subs: <conns>, bearer_token: true, times: [ { start: '08:00:00', end: '09:00:00' } ] } } }",
     True),
    ("roles: { r: { claims: { src: 10.0.0.0/8, allowed_connection_types: [ mqtt, STANDARD ] } } }", True),
    ("roles: { r: { claims: { subs: many } } }", False), ("roles: { r: { claims: { bearer: true } } }", False),
    ("roles: { r: { claims: { allowed_connection_types: [ FOO ] } } }", False),
    ("users: { u: { role: r, claims: { data: -1, pub: { allow: [ a ] } } } }", True),
    ("users: { u: { role: r, claims: { pub: { allow: a } } } }", False),
    ("exports: [ { service: a, claims: { service_latency: { sampling: headers, results: b } } } ]", True),
    ("exports: [ { service: a, claims: { response_type: Foo } } ]", False),
    ("imports: [ { service: a, from: B, claims: { to: b, share: true } } ]", True),
    ("imports: [ { service: a, from: B, claims: { share: perhaps } } ]", False),
])
def test_the_schema_knows_the_fields_of_claims(validator, given, is_right):
    """Also for readers that take texts for numbers and truth values where they look so."""
    for loader in Texts, yaml.SafeLoader:
        data = yaml.load(f"account: A\n{given}\n", loader)
        assert (not list(validator.iter_errors(data))) == is_right, data


def test_problems_are_shown_with_their_lines(chancery, tmp_path):
    (tmp_path / "chancery.yaml").write_text("chancery: v1\naccounts: { A: a.yaml }\n")
    (tmp_path / "a.yaml").write_text("account: A\nroles:\n  r:\n    publish: [ > ]\n")
    checked = policy(chancery, "check", tmp_path)
    assert checked.returncode == 1
    assert "a.yaml:4:16: error: without quotes" in checked.stdout
    assert '+     publish: [ ">" ]' in checked.stdout
    listed = policy(chancery, "check", tmp_path, "--json")
    assert listed.returncode == 1
    assert json.loads(listed.stdout)["code"] == "unquoted-wildcard"


def test_a_sentence_that_does_not_hold_fails(chancery, tmp_path):
    (tmp_path / "chancery.yaml").write_text("chancery: v1\naccounts: { A: a.yaml }\n")
    (tmp_path / "a.yaml").write_text(
        "account: A\nroles: { r: { publish: [ a ] } }\ntests: [ { as: { role: r }, may: [ publish b ] } ]\n")
    tested = policy(chancery, "test", tmp_path)
    assert tested.returncode == 1
    assert "someone may not publish b: no rule of publish fits" in tested.stdout


def test_a_compiled_role_is_what_a_signing_key_takes(chancery):
    compiled = policy(
        chancery, "compile", ROOT / "policies/plant", "--environment", "prod", "--account", "FACTORY", "--role", "sensor")
    template = json.loads(compiled.stdout)
    assert template["pub"]["allow"] == ["plant.berlin.telemetry.{{tag(line)}}.{{name()}}.>"]


@pytest.mark.parametrize(
    "words, remedy",
    [
        (["check", "nowhere"], "there is no folder nowhere"),
        (["check", ROOT / "policies/plant", "--environment", "test"], "it has: prod, staging"),
        (["compile", ROOT / "policies/plant", "--account", "A", "--role", "r"], "choose one with --environment"),
    ],
)
def test_what_is_not_there_is_said(chancery, words, remedy):
    refused = policy(chancery, *words)
    assert refused.returncode in (1, 2)
    assert remedy in refused.stderr
