"""The servers that scenarios run against, and the fixtures that start them.

Every scenario gets a server of its own: nats-server once, Chancery's broker once, started with what a realm holds.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import differences
from realm import Administered, Issued
from wire import Connection

CHANCERY = Path(os.environ.get("CHANCERY", ".build/debug/chancery")).absolute()
NATS_SERVER = Path(sys.executable).parent / "nats-server"
ENGINES = ("nats-server", "chancery")
MAKERS = ("issuer", "chancery")
# Long enough for the slowest machine to start a process in a debug build.
START_DEADLINE = 20.0


class Server:
    """A server's process, listening on a port of its own."""

    def __init__(self, engine, folder, configure, port=-1, arguments=()):
        self.engine = engine
        folder.mkdir(parents=True, exist_ok=True)
        self._ports = folder / "ports"
        self._ports.mkdir(exist_ok=True)
        file = folder / "server.conf"
        file.write_text(f"{configure(port)}\nports_file_dir: '{self._ports}'\n")
        command = [CHANCERY, "broker"] if engine == "chancery" else [NATS_SERVER]
        self.log = folder / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-c", file, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        try:
            self.url = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.address = ("127.0.0.1", int(self.url.rpartition(":")[2]))

    def _wait_until_ready(self):
        """Waits until the server listens and returns its URL, which it writes to a file named after its process."""
        end = time.monotonic() + START_DEADLINE
        while True:
            for file in self._ports.glob(f"*_{self.process.pid}.ports"):
                try:
                    return json.loads(file.read_text())["nats"][0]
                except ValueError:
                    # Not written to its end yet.
                    pass
            if self.process.poll() is not None or time.monotonic() > end:
                said = self.log.read_text(errors="replace")[-4000:]
                raise AssertionError(f"{self.engine} did not start; it said:\n{said}")
            time.sleep(0.005)

    @property
    def running(self):
        return self.process.poll() is None

    def stop(self):
        if self.running:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class World:
    """A running server together with the realm it was started with."""

    def __init__(self, engine, realm, folder, extra="", resolver="MEMORY", arguments=()):
        self.engine = engine
        self.realm = realm
        self.server = Server(
            engine, folder, lambda port: realm.configuration(port, extra, resolver), arguments=arguments)
        self._connections = []

    def close(self):
        for connection in self._connections:
            connection.close()
        self.server.stop()

    def intended(self, scenario):
        """What this server does where Chancery is different on purpose."""
        return differences.expected(scenario, self.engine)

    def open(self):
        """A connection that has not signed in."""
        connection = Connection(self.server.address)
        self._connections.append(connection)
        return connection

    def credentials(self, user):
        """Credentials by `ACCOUNT.user`; others are passed through."""
        return self.realm.credentials[user] if isinstance(user, str) else user

    def client(self, user, /, **options):
        """A connection that has signed in."""
        return self.open().sign_in(self.credentials(user), **options)

    def refusal(self, user, /, **options):
        """What the server says to somebody it does not let in, before it closes; None if it lets them in."""
        connection = self.open()
        connection.connect(self.credentials(user), **options)
        connection.send("PING\r\n")
        try:
            while True:
                frame = connection.frame()
                if type(frame).__name__ == "Pong":
                    return None
        except Exception as closed:
            return getattr(closed, "errors", None) or [f"{type(closed).__name__}: {closed}"]


_realised = {}


@pytest.fixture(params=ENGINES)
def engine(request):
    """Which server: nats-server, or Chancery's broker."""
    wanted = os.environ.get("INTEROP_ENGINES", ",".join(ENGINES)).split(",")
    if request.param not in wanted:
        pytest.skip("not in INTEROP_ENGINES")
    return request.param


@pytest.fixture(params=MAKERS)
def maker(request):
    """Who makes the credentials: the test's issuer, or Chancery's command line."""
    wanted = os.environ.get("INTEROP_MAKERS", ",".join(MAKERS)).split(",")
    if request.param not in wanted:
        pytest.skip("not in INTEROP_MAKERS")
    return request.param


@pytest.fixture
def realised(request, maker, tmp_path_factory):
    """The module's REALM, made once for all of its scenarios."""
    key = (request.module.__name__, maker)
    if key not in _realised:
        try:
            _realised[key] = realise(request.module.REALM, maker, tmp_path_factory.mktemp("home"))
        except AssertionError as failure:
            _realised[key] = failure
    if isinstance(_realised[key], AssertionError):
        raise _realised[key]
    return _realised[key]


def realise(realm, maker, home):
    return Issued(realm) if maker == "issuer" else Administered(realm, command_line(home))


@pytest.fixture
def world(request, engine, realised, tmp_path):
    """A server of its own for every scenario, started with the module's REALM and EXTRA configuration."""
    world = World(engine, realised, tmp_path, getattr(request.module, "EXTRA", ""))
    yield world
    world.close()


only_issuer = pytest.mark.parametrize("maker", ["issuer"], indirect=True)


def command_line(home):
    """A function that runs `chancery` in a home of its own and returns what it prints."""
    environment = {"PATH": os.environ.get("PATH", ""), "CHANCERY_HOME": str(home), "HOME": str(home)}

    def run(*words):
        done = subprocess.run(
            [CHANCERY, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"chancery {' '.join(map(str, words))} failed: {done.stderr or done.stdout}")
        return done.stdout

    run.home = home
    return run
