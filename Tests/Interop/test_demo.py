"""The demo: it passes as it is, and fails when a rule in its input is broken."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUP = ROOT / "demo" / "setup"


def run_demo(setup: pathlib.Path) -> subprocess.CompletedProcess:
    binary = os.environ.get("CHANCERY", str(ROOT / ".build" / "debug" / "chancery"))
    return subprocess.run(
        [str(ROOT / "demo" / "run"), str(setup)],
        env={**os.environ, "CHANCERY": binary, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_everything_comes_out_as_it_should() -> None:
    result = run_demo(SETUP)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WRONG" not in result.stdout
    assert result.stdout.count("as it should ") == 13


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
