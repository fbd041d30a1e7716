"""Where Chancery's broker is different from nats-server on purpose, scenario by scenario, and under which rule.

Nothing else may differ: a scenario that is not in this table expects the same of both servers. The rules themselves
stand in docs/differences.md and nowhere else; the scenarios of Tests/Conformance name them too.
"""

from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/differences.md"


class UnknownRule(Exception):
    """A scenario names a rule that the document does not have."""


def _rules():
    """The first column of the document's tables."""
    rows = [line.split("|")[1].strip() for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]
    return frozenset(rows) - {"rule", "what"}


RULES = _rules()


def check_rules(named):
    """Raises UnknownRule unless every rule of the pairs (rule, scenario) is one of the document."""
    for rule, scenario in named:
        if rule not in RULES:
            raise UnknownRule(f"{scenario!r} differs by {rule!r}, which docs/differences.md does not have")


@dataclass(frozen=True)
class Difference:
    """What each server does. The rule is the first column of its row in docs/differences.md."""

    rule: str
    scenario: str
    nats_server: object
    chancery: object


TABLE = [
    # True is: allowed.
    Difference("S1", "SUB foo.> with allow foo.*", True, False),
    Difference("S1", "SUB > with allow *", True, False),
    Difference("S1", "SUB foo.> with allow *.*", True, False),
    Difference("S1", "SUB foo.> with deny foo.*", False, True),
    Difference("S1", "SUB > with deny *", False, True),
    # None is: now this, now that.
    Difference("S5", "a public and a private export overlap: an import without activation works", None, False),
    Difference("S6", "a template's value with a dot", True, False),
    Difference("S6", "a template's value with a star", True, False),
    Difference("S7", "a template in an entry with a queue group", False, True),
    Difference("S11", "answers to two requests with the same reply subject, one each", 0, 2),
    Difference("S15", "a user whose role changed is cut", True, False),
    Difference("S8", "an update that no trusted key signed: the code of the answer", 200, 500),
    Difference("S14", "an update older than what is in force: the code of the answer", 200, 500),
    Difference("S14", "an update two hours ahead of the clock: the code of the answer", 200, 500),
    Difference(
        "expired account JWTs", "an account's token that had expired when it came cuts those who are connected", False,
        True),
    Difference("S10", "the token of who asks, in what a service learns", True, False),
    Difference(
        "`Nats-Request-Info`", "headers named as the one that tells who asks, in other letters: what arrives", 2, 1),
    Difference(
        "imports and UNSUB with a number", "4 messages through an import, after UNSUB with 2: how many arrive", 4, 2),
    Difference("queue groups", "60 messages to queue groups of the same name in three accounts: how many arrive", 60, 180),
]
check_rules((row.rule, row.scenario) for row in TABLE)


def expected(scenario, engine):
    row = next(row for row in TABLE if row.scenario == scenario)
    return row.nats_server if engine == "nats-server" else row.chancery
