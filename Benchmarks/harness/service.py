"""`chancery serve` under load, and what it is measured against: signatures and durable commits by themselves."""

import ctypes
import ctypes.util
import hashlib
import itertools
import json
import os
import re
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import keys

START_SECONDS = 20
STOP_SECONDS = 10
# Requests outstanding at a time, each on a connection of its own that stays open.
CONNECTIONS = 16

# Prints what came of a run as the last line. An answer that is not as expected ends the run.
SCRIPT = """
local numbers = tonumber(os.getenv("BENCH_FIRST"))
local keys = nil
if os.getenv("BENCH_KEYS") ~= "" then
  keys = {}
  for line in io.lines(os.getenv("BENCH_KEYS")) do keys[#keys + 1] = line end
end
local prefix = os.getenv("BENCH_USERS")
if prefix ~= "" then
  request = function()
    numbers = numbers + 1
    local body = "{}"
    if keys then body = '{"public_key":"' .. keys[numbers] .. '"}' end
    return wrk.format("PUT", wrk.path .. "/u" .. prefix .. "x" .. numbers, nil, body)
  end
end
done = function(summary, latency)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  print(string.format('{"requests": %d, "microseconds": %d, "median": %f, "p99": %f, "wrong": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), wrong))
end
"""


class ServiceFailed(Exception):
    """The service did not start, or answered otherwise than expected."""


@dataclass(frozen=True)
class Load:
    """What a run of requests gave; seconds."""

    requests: int
    rate: float
    median: float
    p99: float

    @property
    def tail(self) -> float:
        return self.p99 / self.median

    @staticmethod
    def signing(seconds: float = 1) -> float:
        """Ed25519 signatures of a user's token by libsodium, in a second."""
        sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
        sodium.sodium_init()
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        sodium.crypto_sign_keypair(public, secret)
        message, signature = os.urandom(600), ctypes.create_string_buffer(64)
        count, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            for _ in range(100):
                sodium.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), secret)
            count += 100
        return count / passed


class DurableCommits:
    """Commits of SQLite that survive a power cut: each one stores what a group of users comes to in the directory's tables,
    their tokens and their records, and nothing else is done for them. Their keys come in no order, as keys do, so that each is
    on another page of every index by keys; and the connection has the settings of the service's own."""

    SETTINGS = ["journal_mode = WAL", "synchronous = FULL", "cache_size = -16384", "wal_autocheckpoint = 4096"]

    STATEMENTS = [
        "INSERT INTO tokens (kind, subject, scope, version, issuer, issued_at, text, recorded_at, actor, reason)"
        " VALUES ('user', ?1, 'scope', randomblob(32), 'issuer', 0, ?2, 0, 'actor', 'reason')",
        "INSERT INTO keys (public_key, kind, purpose, owner, created_at) VALUES (?1, 'user', 'identity', 'scope', 0)",
        "INSERT INTO users (account, public_key, name, token, created_at)"
        " VALUES ('scope', ?1, ?3, (SELECT max(id) FROM tokens), 0)",
        "INSERT INTO audit_records (leaf, record) VALUES (randomblob(32), CAST(?1 || ?2 AS BLOB))",
        "INSERT INTO audit_objects (type, id, account, scope, version) VALUES ('user', ?1, 'scope', 'scope', randomblob(32))",
    ]

    def __init__(self, file: Path, directory: Path, users: int):
        """The tables are those of a directory."""
        self.users, self.names = users, itertools.count()
        with sqlite3.connect(directory) as known:
            tables = known.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite%'").fetchall()
        self.database = sqlite3.connect(file, isolation_level=None)
        for setting in self.SETTINGS:
            self.database.execute(f"PRAGMA {setting}")
        for (sql,) in sorted(tables, key=lambda row: not row[0].startswith("CREATE TABLE")):
            self.database.execute(sql)

    def rate(self, seconds: float) -> float:
        """Groups in a second."""
        text = "x" * 700
        count, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            self.database.execute("BEGIN IMMEDIATE")
            for number in itertools.islice(self.names, self.users):
                values = ("U" + hashlib.sha256(b"%d" % number).hexdigest()[:55], text, f"u{number}")
                for statement in self.STATEMENTS:
                    self.database.execute(statement, values[:3 if "?3" in statement else 2 if "?2" in statement else 1])
            self.database.execute("COMMIT")
            count += 1
        return count / passed


class Service:
    def __init__(self, chancery: Path, folder: Path):
        self.chancery, self.folder = chancery, folder
        self.token = ""
        # How many of the keys that clients bring are those of users.
        self.used = 0
        folder.mkdir()
        (folder / "wrk.lua").write_text(SCRIPT)

    @contextmanager
    def running(self) -> Iterator["Service"]:
        log = self.folder / "log"
        with log.open("ab") as errors, (self.folder / "token").open("ab") as output:
            self.process = subprocess.Popen(
                [self.chancery, "serve", "--all-dirs", self.folder / "home", "--listen", "127.0.0.1:0", "--nats",
                 "127.0.0.1:0", "--rate", "0"], stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        try:
            self.wait(log)
            yield self
        finally:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def wait(self, log: Path) -> None:
        known = len(re.findall(r"the API listens on", log.read_text())) if self.token else 0
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            found = re.findall(r"the API listens on (\S+)", log.read_text())
            if len(found) > known:
                self.base = found[-1]
                self.token = (self.folder / "token").read_text().strip()
                return
            time.sleep(0.05)
        raise ServiceFailed(f"the service does not listen\n{log.read_text()[-2000:]}")

    def put(self, path: str, body: dict) -> None:
        request = urllib.request.Request(
            self.base + path, json.dumps(body).encode(), method="PUT",
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    @property
    def memory(self) -> int:
        """Bytes that are resident."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def load(self, path: str, seconds: int, users: str = "", own_keys: bool = False) -> Load:
        """Requests one after the other on each connection; users makes each a PUT of another user."""
        known = self.folder / "keys" if own_keys else None
        if known and not known.exists():
            known.write_text("\n".join(keys.user_key(number) for number in range(200_000)))
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", self.folder / "wrk.lua",
             "-H", f"Authorization: Bearer {self.token}", "-H", "Content-Type: application/json", self.base + path],
            env=os.environ | {"BENCH_USERS": users, "BENCH_KEYS": str(known or ""), "BENCH_FIRST": str(self.used)}, capture_output=True, text=True,
            timeout=seconds + 30)
        if done.returncode != 0 or not done.stdout.strip().endswith("}"):
            raise ServiceFailed(f"{path}: {done.stdout}{done.stderr}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if found["wrong"] or not found["requests"]:
            raise ServiceFailed(f"{path}: {found['wrong']} of {found['requests']} answers are not as expected")
        # Those whose answers did not come in time are used, too.
        if users:
            self.used += found["requests"] + CONNECTIONS
        return Load(found["requests"], found["requests"] * 1e6 / found["microseconds"], found["median"] / 1e6, found["p99"] / 1e6)

    def requests(self, path: str, count: int) -> None:
        while count > 0:
            count -= self.load(path, 2).requests
