"""A server under test: started on a free port of the loopback interface, ended by its process id."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 15
STOP_SECONDS = 5


class ServerFailed(Exception):
    """The server did not start, or ended early: the last lines it wrote."""


@dataclass(frozen=True)
class RunningServer:
    label: str
    port: int
    process: subprocess.Popen
    log: Path

    def wait_until_ready(self) -> None:
        """A server is ready when it greets a client."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            self.check_alive()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                    if client.recv(5) == b"INFO ":
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise ServerFailed(f"{self.label} does not answer on port {self.port} after {START_SECONDS} s\n{self.tail()}")

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise ServerFailed(f"{self.label} ended with status {self.process.returncode}\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Server:
    label: str
    # Starts the server when `-c FILE` is put behind it.
    command: list[str]
    # The part of its configuration that names the operator and the accounts.
    resolver: str
    # For its configuration and its log.
    folder: Path

    @contextmanager
    def running(self) -> Iterator[RunningServer]:
        """A fresh process, for as long as the context lasts."""
        self.folder.mkdir(exist_ok=True)
        configuration, log = self.folder / "server.conf", self.folder / "log"
        port = free_port()
        configuration.write_text(f"listen: 127.0.0.1:{port}\n{self.resolver}")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*self.command, "-c", str(configuration)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        server = RunningServer(self.label, port, process, log)
        try:
            server.wait_until_ready()
            yield server
            server.check_alive()
        finally:
            server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
