"""What every test file here can ask for."""

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

# The servers and what they are started with.
from peers import engine, maker, realised, world  # noqa: F401

CHANCERY = Path(os.environ.get("CHANCERY", ".build/debug/chancery")).absolute()


def kept(home):
    """Digests of everything that a home keeps: the content of the directory, and every other file."""
    files = {path.name: path.read_bytes() for path in home.glob("*") if not path.name.startswith("directory.sqlite")}
    if (home / "directory.sqlite").exists():
        with contextlib.closing(sqlite3.connect(home / "directory.sqlite")) as database:
            files["directory"] = "\n".join(database.iterdump()).encode()
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


class CommandLine:
    """Runs `chancery` in a home of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.environment = {
            "PATH": os.environ.get("PATH", ""), "HOME": str(folder), "CHANCERY_HOME": str(self.home)}

    def __call__(self, *words, exits=0, **environment):
        """The finished process of a command line; it must end with the exit code that is said."""
        done = self.start(*words, **environment)
        done.stdout, done.stderr = done.communicate(timeout=60)
        shown = f"chancery {' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
        assert exits is None or done.returncode == exits, f"exit code {done.returncode}: {shown}"
        return done

    def start(self, *words, **environment):
        """A process that is left running."""
        return subprocess.Popen(
            [CHANCERY, *map(str, words)], env=self.environment | environment, cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def rows(self, *words):
        """The JSON objects that a command prints, one a line."""
        return [json.loads(line) for line in self(*words, "--json").stdout.splitlines()]


@pytest.fixture
def chancery(tmp_path):
    """The command line under test, with an empty home."""
    return CommandLine(tmp_path)
