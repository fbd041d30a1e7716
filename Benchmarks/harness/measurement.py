"""One load on one server, and both servers in turn."""

import json
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.credentials import Credentials
from harness.scenarios import Scenario
from harness.server import RunningServer, Server


class MeasurementFailed(Exception):
    """The generator saw something that was not as expected, or the deadline passed."""


@dataclass(frozen=True)
class Sample:
    """What one measurement gave."""

    count: int
    wall_ns: int
    server_cpu_ns: int
    generator_cpu_ns: int

    @property
    def per_second(self) -> float:
        return self.count * 1e9 / self.wall_ns

    @property
    def cpu_ns_each(self) -> float:
        return self.server_cpu_ns / self.count

    @property
    def generator_was_the_limit(self) -> bool:
        return self.generator_cpu_ns > 0.9 * self.wall_ns


@dataclass(frozen=True)
class Comparison:
    """A scenario's rounds: in each, ours and then the peer's."""

    scenario: Scenario
    ours: list[Sample]
    peer: list[Sample]

    @property
    def ratios(self) -> list[float]:
        """Ours to the peer's speed, per round: whatever slows a whole round down cancels out."""
        return [ours.per_second / peer.per_second for ours, peer in zip(self.ours, self.peer)]

    @property
    def cpu_ratio(self) -> float:
        return statistics.median(ours.cpu_ns_each / peer.cpu_ns_each for ours, peer in zip(self.ours, self.peer))


@dataclass(frozen=True)
class Bench:
    load: Path
    credentials: Credentials
    ours: Server
    peer: Server
    # Our broker with its decision log.
    audited: Server
    rounds: int
    quick: bool
    # For one measurement.
    deadline_seconds: int

    def compare(self, scenario: Scenario, progress: Callable[[str], None]) -> Comparison:
        """Puts the load on both servers in turn."""
        comparison = Comparison(scenario, [], [])
        ours, peer = (self.audited, self.ours) if scenario.audited else (self.ours, self.peer)
        for number in range(1, self.rounds + 1):
            for server, samples in ((ours, comparison.ours), (peer, comparison.peer)):
                progress(f"{scenario.name}: {server.label}, round {number} of {self.rounds}")
                samples.append(self.measure(server, scenario))
        return comparison

    def measure(self, server: Server, scenario: Scenario) -> Sample:
        # A fresh process every time: where its memory happens to lie makes one process a few percent faster or slower
        # than the next, for as long as it lives.
        with server.running() as process:
            if self.quick:
                return self.put_load(process, scenario, scenario.quick_count)
            # The first messages grow buffers and tables and are not typical.
            self.put_load(process, scenario, scenario.quick_count)
            return self.put_load(process, scenario, scenario.count)

    def put_load(self, server: RunningServer, scenario: Scenario, count: int) -> Sample:
        command = [
            self.load,
            *scenario.words,
            f"--count={count}",
            f"--port={server.port}",
            f"--pid={server.process.pid}",
            f"--creds={self.credentials.files[scenario.sender]}",
            f"--receiving-creds={self.credentials.files[scenario.receiver]}",
            f"--deadline={self.deadline_seconds}",
        ]
        # The generator ends itself at its deadline; the timeout is for a generator that does not.
        done = subprocess.run(command, capture_output=True, text=True, timeout=self.deadline_seconds + 10)
        if done.returncode != 0:
            raise MeasurementFailed(f"{scenario.name} on {server.label}: {done.stderr.strip()}\n{server.tail()}")
        return Sample(**json.loads(done.stdout))
