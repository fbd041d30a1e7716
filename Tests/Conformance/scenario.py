"""The scenarios, as the files say them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent / "scenarios"
# Steps after which a server is no longer as others expect it.
_CHANGES = re.compile(r"^((nats-server|chancery): )?(push|reload|signal|run|stopped)\b", re.MULTILINE)
_KNOWN = {"name", "shows", "of", "advisory", "server", "rule", "alone", "steps", "start"}
_KNOWN_OF_SERVER = {
    "realm", "configuration", "configurations", "files", "arguments", "trust", "serves", "answers", "bare"}
# The advisories about who may come in and who may do what, less those about MQTT, leaf nodes and JetStream.
STARRED = (
    "2020-02", "2020-03", "2021-01", "2021-02", "2022-01", "2022-03", "2022-04", "2022-06", "2023-01", "2023-02",
    "2026-09", "2026-13", "2026-15", "2026-16", "2026-17", "2026-18", "2026-23", "2026-24")
# Which scenarios are about which advisory, as people read it.
ADVISORIES = Path(__file__).resolve().parents[2] / "docs" / "advisories.md"


class BadFile(Exception):
    """A scenario file says something that means nothing."""


@dataclass
class Scenario:
    area: str
    name: str
    # Where the rule that is shown comes from: rows and sections of the reference, advisories.
    of: str
    advisory: str | None
    # What the server is started with, and a name for all scenarios that share it.
    server: dict
    group: str
    # The row of docs/differences.md under which our broker does something else.
    rule: str | None
    steps: list = field(default_factory=list)
    # A start-up that ends by itself, instead of steps.
    start: dict | None = None

    @property
    def key(self):
        return f"{self.area}/{self.name}"


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Mappings in which nothing is said twice."""


def _mapping(loader, node):
    names = [loader.construct_object(key, deep=True) for key, _ in node.value]
    if len(names) != len(set(names)):
        raise BadFile(f"line {node.start_mark.line + 1}: something is said twice")
    return dict(zip(names, (loader.construct_object(value, deep=True) for _, value in node.value)))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load():
    """All scenarios, area by area."""
    scenarios = [scenario for file in sorted(FOLDER.glob("*.yaml")) for scenario in _load(file)]
    told = {(str(scenario.advisory), scenario.key) for scenario in scenarios if scenario.advisory}
    if missing := set(STARRED) - {advisory for advisory, _ in told}:
        raise BadFile(f"no scenario is about the advisories {', '.join(sorted(missing))}")
    listed = _advisories()
    if missing := sorted(listed - told) + sorted(told - listed):
        raise BadFile(f"{ADVISORIES.name} and the scenarios do not say the same: {missing}")
    return scenarios


def _advisories():
    """Pairs of an advisory and the key of a scenario about it; every row has one at least."""
    rows = re.findall(r"^\| (\d{4}-\d\d)[^|]*\|[^|]*\|[^|]*\|(.*)\|$", ADVISORIES.read_text(), re.MULTILINE)
    pairs = {advisory: re.findall(r"`([^`]+)`", scenarios) for advisory, scenarios in rows}
    if empty := [advisory for advisory, keys in pairs.items() if not keys]:
        raise BadFile(f"{ADVISORIES.name}: no scenario is about {', '.join(empty)}")
    return {(advisory, key) for advisory, keys in pairs.items() for key in keys}


def _load(file):
    document = yaml.load(file.read_text(), _Loader)
    area = file.stem
    servers = document.get("servers") or {}
    names = set()
    for described in document["scenarios"]:
        name = described.get("name")
        where = f"{file.name}: {name!r}"
        if not name or name in names:
            raise BadFile(f"{where}: a scenario has a name of its own")
        names.add(name)
        if unknown := set(described) - _KNOWN:
            raise BadFile(f"{where}: unknown {unknown}")
        server = described.get("server") or {}
        shared = isinstance(server, str)
        if shared and server not in servers:
            raise BadFile(f"{where}: no server {server!r}")
        definition = servers[server] if shared else server
        if unknown := set(definition) - _KNOWN_OF_SERVER:
            raise BadFile(f"{where}: unknown in its server: {unknown}")
        text = described.get("steps") or ""
        start = described.get("start")
        if bool(text) == bool(start):
            raise BadFile(f"{where}: either steps or a start-up that ends by itself")
        steps = [
            (number, line.lstrip()) for number, line in enumerate(text.split("\n"), 1)
            if line.strip() and not line.lstrip().startswith("#")]
        alone = not shared or described.get("alone") or start or _CHANGES.search(text)
        rule = described.get("rule")
        if bool(rule) != bool(re.search(r"^(nats-server|chancery): ", text, re.MULTILINE)) and not start:
            raise BadFile(f"{where}: a rule and steps for one server alone go together")
        yield Scenario(
            area, name, str(described.get("of", "")), described.get("advisory"), definition,
            f"{area}/{name}" if alone else f"{area}//{server}", rule, steps, start)
