"""The policies that come with the project: checked and tested by the program, and what it says of wrong ones."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SETS = sorted(path.parent for path in (ROOT / "policies").glob("*/chancery.yaml"))


def policy(chancery, *words):
    return chancery("policy", *map(str, words), exits=None)


@pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)
def test_a_set_is_in_order_and_its_tests_hold(chancery, folder):
    checked = policy(chancery, "check", folder)
    assert (checked.returncode, checked.stdout) == (0, ""), checked
    tested = policy(chancery, "test", folder, "--coverage")
    assert tested.returncode == 0, tested.stdout
    assert "no test touches" not in tested.stdout


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
        (["check", "nowhere"], "nowhere/chancery.yaml cannot be read"),
        (["check", ROOT / "policies/plant", "--environment", "test"], "it has: prod, staging"),
        (["compile", ROOT / "policies/plant", "--account", "A", "--role", "r"], "choose one with --environment"),
    ],
)
def test_what_is_not_there_is_said(chancery, words, remedy):
    refused = policy(chancery, *words)
    assert refused.returncode in (1, 2)
    assert remedy in refused.stderr
