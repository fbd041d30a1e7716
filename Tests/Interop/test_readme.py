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


def session() -> list[tuple[str, list[str]]]:
    """The commands of the first session, each with the output that is shown for it."""
    text = (ROOT / "README.md").read_text().split("## A first session", 1)[1].split("\n## ", 1)[0]
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_first_session_goes_as_shown(tmp_path: pathlib.Path) -> None:
    steps = session()
    port = free_port()
    assert len(steps) > 15
    binary = pathlib.Path(os.environ.get("CHANCERY", ROOT / ".build" / "debug" / "chancery")).resolve()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "chancery").symlink_to(binary)

    script = ["exec 2>&1"]
    for command, _ in steps:
        command = command.replace("$PWD/.build/release", str(tmp_path / "bin")).replace("$(mktemp -d)", str(tmp_path))
        # Where a command of the README waits for something to have started, slow machines need longer.
        command = command.replace("24222", str(port)).replace("sleep 1", "sleep 2")
        script += [command, "echo '--- end of step ---'"]
    script += ["wait"]
    result = subprocess.run(
        ["bash", "-c", "\n".join(script)], capture_output=True, text=True, timeout=120, cwd=tmp_path, stdin=subprocess.DEVNULL
    )

    outputs = result.stdout.split("--- end of step ---\n")
    for (command, expected), output in zip(steps, outputs):
        shown = KEY.sub("KEY", "\n".join(expected)).strip()
        said = KEY.sub("KEY", output.replace(str(port), "24222")).strip()
        if not command.endswith("&"):
            assert said == shown, f"{command}\n{result.stdout}"
