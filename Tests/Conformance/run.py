"""Runs the scenarios on nats-server and on Chancery's broker, compares them, and prints a table by area.

It fails if a scenario is not true of nats-server, if the broker does something else without a row of
docs/differences.md, or if a scenario that awaits a feature starts to pass.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Interop"))

import certificates  # noqa: E402
import differences  # noqa: E402
import scenario as scenarios  # noqa: E402
from player import Fault, Player  # noqa: E402
from world import ENGINES, DidNotStart, World  # noqa: E402

# Why scenarios do not pass on the broker yet, and which: this list only gets shorter.
AWAITING = Path(__file__).resolve().parent / "awaiting.json"
PASSES = "it passes now: take it out of awaiting.json (--shrink does)"
UNTRUE = "not true of nats-server"


@dataclass
class Outcome:
    """What a scenario did on one engine: what the connections saw, and what was not as it says."""

    record: dict = field(default_factory=dict)
    fault: str | None = None
    seconds: float = 0
    # What the server said, where that helps.
    log: str = ""


class Runner:
    def __init__(self, folder):
        self.folder = folder
        self.pins = certificates.make(folder / "tls")
        self.outcomes = defaultdict(dict)
        self._lock = threading.Lock()
        self._count = 0

    def run(self, chosen, engines, workers):
        groups = defaultdict(list)
        for each in chosen:
            groups[each.group].append(each)
        # The long ones first, so that they do not stand alone at the end.
        order = sorted(groups.values(), key=len, reverse=True)
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(self._run_group, engine, group) for group in order for engine in engines]:
                done.result()

    def world(self, engine, each):
        with self._lock:
            self._count += 1
            folder = self.folder / f"{self._count:04}-{engine}"
        return World(engine, each.server, folder, self.folder / "tls", self.pins)

    def _run_group(self, engine, group):
        world = None
        for each in group:
            began = time.monotonic()
            outcome = Outcome()
            try:
                if each.start:
                    self._run_start(self.world(engine, each), each.start, outcome)
                else:
                    if world is None or world.process.poll() is not None:
                        if world:
                            world.stop()
                        world = None
                        fresh = self.world(engine, each)
                        fresh.start()
                        world = fresh
                    player = Player(world, each.steps)
                    outcome.record = player.record
                    player.play()
            except (Fault, DidNotStart) as fault:
                outcome.fault = str(fault)
            except Exception:
                outcome.fault = traceback.format_exc()
            if world:
                outcome.log = world.said[-6000:]
            outcome.seconds = time.monotonic() - began
            self.outcomes[each.key][engine] = outcome
        if world:
            world.stop()

    def _run_start(self, world, start, outcome):
        """A start-up that ends by itself: with which code, naming which line, and saying what."""
        start = {
            name: value[world.engine] if isinstance(value, dict) and world.engine in value else value
            for name, value in start.items()}
        try:
            code, said = world.run(start.get("arguments", ("-c", "server.conf")))
        finally:
            world.stop()
        outcome.log = said
        if code != start.get("exit", 1):
            raise Fault(f"exit code {code}; it said:\n{said[-1000:]}")
        wanted = [str(text) for text in start.get("says", ())]
        if "line" in start and not re.search(
                rf"{re.escape(start.get('file', 'server.conf'))}:{start['line']}\b|\bline {start['line']}\b", said):
            raise Fault(f"it does not name line {start['line']}:\n{said[-1000:]}")
        for text in wanted:
            if world.filled(text).lower() not in said.lower():
                raise Fault(f"it does not say {text!r}:\n{said[-1000:]}")


@dataclass
class Verdict:
    scenario: scenarios.Scenario
    # "same", "different" by a rule, "awaiting", or "failed".
    kind: str
    text: str = ""


def judge(each, outcomes, awaiting):
    reference, ours = outcomes.get("nats-server"), outcomes.get("chancery")
    if reference and reference.fault:
        return Verdict(each, "failed", f"{UNTRUE}: {reference.fault}")
    fault = ours.fault if ours else None
    if reference and ours and not fault and reference.record != ours.record:
        fault = "the same steps, but other bytes:\n" + difference(reference.record, ours.record)
    if ours and each.key in awaiting:
        if fault:
            return Verdict(each, "awaiting", fault)
        return Verdict(each, "failed", PASSES)
    if fault:
        return Verdict(each, "failed", fault)
    return Verdict(each, "different" if each.rule else "same")


def difference(reference, ours):
    lines = []
    for name in dict.fromkeys((*reference, *ours)):
        theirs, mine = reference.get(name, []), ours.get(name, [])
        for index in range(max(len(theirs), len(mine))):
            pair = [side[index] if index < len(side) else "(nothing)" for side in (theirs, mine)]
            if pair[0] != pair[1]:
                lines.append(f"  {name}, line {index + 1}:\n    nats-server {pair[0]!r}\n    chancery    {pair[1]!r}")
                break
    return "\n".join(lines)


def print_table(verdicts):
    areas = defaultdict(Counter)
    rules = defaultdict(Counter)
    for verdict in verdicts:
        areas[verdict.scenario.area][verdict.kind] += 1
        if verdict.kind == "different":
            rules[verdict.scenario.area][verdict.scenario.rule] += 1
    print(f"\n{'area':32} {'scenarios':>9} {'same':>6} {'by a rule':>9} {'awaiting':>9} {'failed':>7}  rules")
    for area, counts in [*sorted(areas.items()), ("all", sum(areas.values(), Counter()))]:
        chosen = rules[area] if area != "all" else sum(rules.values(), Counter())
        named = ", ".join(f"{rule} {count}" for rule, count in sorted(chosen.items()))
        print(f"{area:32} {counts.total():9} {counts['same']:6} {counts['different']:9} "
              f"{counts['awaiting']:9} {counts['failed']:7}  {named}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", metavar="TEXT", action="append", help="only scenarios whose area/name has this text")
    parser.add_argument("--engine", choices=ENGINES, help="only on this server, without comparing")
    parser.add_argument("--show", action="store_true", help="print what the connections saw")
    parser.add_argument("--slow", action="store_true", help="print the scenarios that took longest")
    parser.add_argument("--reasons", action="store_true", help="print why those that wait do not pass yet")
    parser.add_argument("--shrink", action="store_true", help="take what passes now out of awaiting.json")
    parser.add_argument("--admit", metavar="WHY", help="put what fails on the broker alone into awaiting.json")
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    # Whatever bytes a server sent can be shown.
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        listed = json.loads(AWAITING.read_text())
        awaiting = {name for names in listed.values() for name in names}
        chosen = scenarios.load()
        # A rule that the broker does not follow yet stands in no document yet.
        differences.check_rules((each.rule, each.key) for each in chosen if each.rule and each.key not in awaiting)
    except (scenarios.BadFile, differences.UnknownRule) as fault:
        sys.exit(f"error: {fault}")
    if unknown := awaiting - {each.key for each in chosen}:
        sys.exit(f"error: awaiting.json names scenarios that do not exist: {sorted(unknown)}")
    if options.k:
        chosen = [each for each in chosen if any(text.lower() in each.key.lower() for text in options.k)]
    folder = Path(tempfile.mkdtemp(prefix="conformance-"))
    runner = Runner(folder)
    began = time.monotonic()
    engines = [options.engine] if options.engine else ENGINES
    try:
        runner.run(chosen, engines, options.workers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.engine:
        awaiting = set()
    verdicts = [judge(each, runner.outcomes[each.key], awaiting) for each in chosen]
    report(verdicts, runner, options, engines)
    if options.shrink or options.admit:
        sort(listed, verdicts, options)
    counts = Counter(verdict.kind for verdict in verdicts)
    print(f"\n{counts['awaiting']} scenarios await a feature of the broker; {time.monotonic() - began:.0f} seconds")
    print(f"conformance: {counts['same'] + counts['different']} passed, {counts['failed']} failed, "
          f"{counts['awaiting']} skipped")
    sys.exit(1 if counts["failed"] else 0)


def sort(listed, verdicts, options):
    """Writes awaiting.json anew: reasons, and the scenarios that wait for each."""
    passing = {each.scenario.key for each in verdicts if each.text == PASSES} if options.shrink else ()
    left = {why: [name for name in names if name not in passing] for why, names in listed.items()}
    if options.admit:
        left.setdefault(options.admit, []).extend(
            each.scenario.key for each in verdicts
            if each.kind == "failed" and each.text != PASSES and not each.text.startswith(UNTRUE))
    AWAITING.write_text(json.dumps({why: names for why, names in left.items() if names}, indent=2) + "\n")


def report(verdicts, runner, options, engines):
    for verdict in verdicts:
        outcomes = runner.outcomes[verdict.scenario.key]
        if verdict.kind == "failed" or options.reasons and verdict.kind == "awaiting":
            print(f"{verdict.kind.upper()} {verdict.scenario.key}\n  {verdict.text}")
        if options.show:
            for engine in engines:
                print(f"--- {verdict.scenario.key} on {engine}: {outcomes[engine].fault or 'as it says'}")
                for name, lines in outcomes[engine].record.items():
                    for line in lines:
                        print(f"    {name} < {line[:400]}")
                if outcomes[engine].fault and outcomes[engine].log:
                    print("    " + outcomes[engine].log[-1500:].replace("\n", "\n    "))
    if options.slow:
        timed = [(outcome.seconds, key, engine) for key, each in runner.outcomes.items()
                 for engine, outcome in each.items()]
        for seconds, key, engine in sorted(timed, reverse=True)[:25]:
            print(f"{seconds:6.1f} s  {engine:12} {key}")
    print_table(verdicts)


if __name__ == "__main__":
    main()
