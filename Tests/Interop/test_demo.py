"""The demo: it passes as it is, and fails when a rule in its input is broken."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUP = ROOT / "demo" / "setup"


def run_demo(setup: pathlib.Path, *policies: pathlib.Path) -> subprocess.CompletedProcess:
    binary = os.environ.get("CHANCERY", str(ROOT / ".build" / "debug" / "chancery"))
    return subprocess.run(
        [str(ROOT / "demo" / "run"), str(setup), *map(str, policies)],
        env={**os.environ, "CHANCERY": binary, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_everything_comes_out_as_it_should() -> None:
    result = run_demo(SETUP)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WRONG" not in result.stdout
    assert result.stdout.count("as it should ") == 17
    # The refusal leads to the line of its role, through the number of its record.
    line = (ROOT / "policies/plant/factory.yaml").read_text().splitlines().index("  sensor:") + 1
    place = re.search(r"policy explain ([A-Z2-7]{12}/\d+): factory\.yaml:(\d+):\d+", result.stdout)
    assert place and line < int(place[2]) < line + 6
    assert f"user press-07: record {place[1]}\n" in result.stdout
    assert "in order are admin broker-chancery" in result.stdout
    assert "sensor gains publish plant.berlin.telemetry." in result.stdout


# Each breaks one rule: what has to be noticed, and the change of the setup.
BROKEN = {
    "device may publish everywhere": ("--allow-pub telemetry.device.>,price.quote", "--allow-pub telemetry.>,price.quote"),
    "device may not publish at all": ("--allow-pub telemetry.device.>,price.quote", "--allow-pub price.quote"),
    "watcher is not denied secrets": (" --deny-sub telemetry.*.secret", ""),
    "everything is exported": (
        "--remote-subject telemetry.*.temperature --local-subject acme.telemetry.*.temperature",
        "--remote-subject telemetry.> --local-subject telemetry.>",
    ),
    "pricing may not answer": (" --allow-pub-response", " --deny-pub >"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_seen(name: str, tmp_path: pathlib.Path) -> None:
    old, new = BROKEN[name]
    text = SETUP.read_text()
    assert old in text
    changed = text.replace(old, new)
    if name == "everything is exported":
        changed = changed.replace("--subject telemetry.*.temperature", "--subject telemetry.>")
    setup = tmp_path / "setup"
    setup.write_text(changed)
    result = run_demo(setup)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "WRONG" in result.stdout


def test_a_policy_that_allows_more_is_seen(tmp_path: pathlib.Path) -> None:
    policies = tmp_path / "plant"
    shutil.copytree(ROOT / "policies" / "plant", policies)
    file = policies / "factory.yaml"
    text = file.read_text()
    narrow, wide = 'telemetry.{{tag(line)}}.{{name()}}.>"', 'telemetry.{{tag(line)}}.>"'
    assert narrow in text
    # Without its own tests, which would refuse it at once.
    file.write_text(text.replace(narrow, wide).partition("\ntests:")[0] + "\n")
    result = run_demo(SETUP, policies)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "WRONG          press-07 published for press-08" in result.stdout
