"""The loads that both servers are put under."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    name: str
    # What is counted, in the plural.
    unit: str
    # The load generator's scenario and options.
    words: tuple[str, ...]
    # The users of the client that sends and of those that receive.
    sender: str
    receiver: str
    # How many messages are published, requests or sign-ins made in one measurement: a second or two on one core.
    count: int
    # The same with --quick.
    quick_count: int
    # The least that our speed may be of the peer's.
    floor: float = 0.7
    # Whether it is our broker with its decision log that is measured, beside our broker without.
    audited: bool = False


MANY = ("fan-out", "--subject=bench.many.####", "--subscription=bench.many.*")
IMPORTED = ("fan-out", "--delivered=streams.bench.one")
UNDER_RULES = ("fan-out", "--subject=bench.wide.###.#", "--subscription=bench.wide.>")

SCENARIOS = (
    Scenario("publish-only-16", "messages", ("publish", "--payload=16"), "publisher", "publisher", 8_000_000, 400_000),
    Scenario("publish-only", "messages", ("publish",), "publisher", "publisher", 5_000_000, 300_000),
    Scenario("one-to-one", "messages", ("fan-out",), "publisher", "subscriber", 2_000_000, 100_000),
    Scenario("many-subjects", "messages", MANY, "publisher", "subscriber", 1_500_000, 80_000),
    Scenario("one-to-eight", "deliveries", ("fan-out", "--subscribers=8"), "publisher", "subscriber", 600_000, 30_000),
    Scenario("stream-import", "messages", IMPORTED, "publisher", "importer", 1_500_000, 80_000),
    Scenario("many-rules", "messages", UNDER_RULES, "governed", "subscriber", 1_500_000, 80_000),
    Scenario("request-reply", "requests", ("request",), "requester", "responder", 15_000, 1_000),
    Scenario(
        "request-reply-64", "requests", ("request", "--outstanding=64"), "requester", "responder", 150_000, 8_000
    ),
    Scenario("service-import", "requests", ("service",), "importer", "responder", 15_000, 1_000),
    Scenario(
        "service-import-64", "requests", ("service", "--outstanding=64"), "importer", "responder", 100_000, 5_000
    ),
    Scenario("sign-in", "sign-ins", ("sign-in", "--outstanding=8"), "publisher", "publisher", 4_000, 300),
    Scenario(
        "one-to-one-audited", "messages", ("fan-out",), "publisher", "subscriber", 2_000_000, 100_000, floor=0.95,
        audited=True,
    ),
)


def named(names: list[str]) -> list[Scenario]:
    """The scenarios with these names, all of them when there are none."""
    return [scenario for scenario in SCENARIOS if not names or scenario.name in names]
