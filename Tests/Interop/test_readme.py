"""The README's first session: every command is run, and says what the README says it does."""

import os
import pathlib
import re
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = re.compile(r"\b[OAU][A-Z2-7]{55}\b")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def session(heading: str) -> list[tuple[str, list[str]]]:
    """The commands of a session, each with the output that is shown for it."""
    text = (ROOT / "README.md").read_text().split(heading, 1)[1].split("\n## ", 1)[0]
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


RECORD = re.compile(r"\b[A-Z2-7]{12}/\d+\b")


def goes_as_shown(heading: str, folder: pathlib.Path, before: str = "", after: str = "") -> str:
    """Runs a session, whose outputs must be the ones that are shown; what `after` prints in the end."""
    steps = session(heading)
    ports = {port: str(free_port()) for port in ("24222", "24223", "28420")}
    assert len(steps) > 15
    binary = pathlib.Path(os.environ.get("CHANCERY", ROOT / ".build" / "debug" / "chancery")).resolve()
    (folder / "bin").mkdir()
    (folder / "bin" / "chancery").symlink_to(binary)

    script = ["exec 2>&1", f"export PATH={folder / 'bin'}:$PATH", before]
    for command, _ in steps:
        command = command.replace("$PWD/.build/release", str(folder / "bin")).replace("$(mktemp -d)", str(folder))
        # Where a command of the README waits for something to have started, slow machines need longer.
        command = command.replace("sleep 1", "sleep 2")
        for port, free in ports.items():
            command = command.replace(port, free)
        script += [command, "echo '--- end of step ---'"]
    script += ["wait", after]
    result = subprocess.run(
        ["bash", "-c", "\n".join(script)], capture_output=True, text=True, timeout=240, cwd=folder, stdin=subprocess.DEVNULL
    )

    def plain(text: str) -> str:
        for port, free in ports.items():
            text = text.replace(free, port)
        return RECORD.sub("RECORD", KEY.sub("KEY", text)).strip()

    outputs = result.stdout.split("--- end of step ---\n")
    for (command, expected), output in zip(steps, outputs):
        if not command.endswith("&"):
            assert plain(output) == plain("\n".join(expected)), f"{command}\n{result.stdout}"
    return outputs[-1]


def test_the_first_session_goes_as_shown(tmp_path: pathlib.Path) -> None:
    goes_as_shown("## A first session", tmp_path)


def test_a_tenant_is_given_an_account_as_shown(tmp_path: pathlib.Path) -> None:
    said = goes_as_shown(
        "## Give a tenant an account of its own", tmp_path, after="chancery audit verify --all-dirs home >verified 2>&1 && echo whole")
    assert said.strip() == "whole"
