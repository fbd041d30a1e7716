"""The result as a table for people and as JSON for programs."""

import os
import statistics

from harness.measurement import Comparison, Sample

HEADER = ("scenario", "ours/s", "peer/s", "ratio", "min..max", "ours ns", "peer ns", "ratio")


def table(comparisons: list[Comparison]) -> str:
    """One line per scenario: medians, the ratio of the rounds, and the server's processor time for each message."""
    rows = [HEADER] + [row(comparison) for comparison in comparisons]
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])])
        for line in rows
    )


def row(comparison: Comparison) -> tuple[str, ...]:
    ratios = comparison.ratios
    return (
        f"{comparison.scenario.name} ({comparison.scenario.unit})",
        speed(comparison.ours),
        speed(comparison.peer),
        f"{statistics.median(ratios):.2f}",
        f"{min(ratios):.2f}..{max(ratios):.2f}",
        f"{median_cpu(comparison.ours):,.0f}",
        f"{median_cpu(comparison.peer):,.0f}",
        f"{comparison.cpu_ratio:.2f}",
    )


def speed(samples: list[Sample]) -> str:
    """The median per second, with a star when the server might have done more."""
    star = "*" if any(sample.generator_was_the_limit for sample in samples) else ""
    return f"{median_per_second(samples):,.0f}{star}"


def below_the_floor(comparisons: list[Comparison]) -> list[str]:
    """A sentence for each scenario in which we are slower than we may be."""
    return [
        f"{comparison.scenario.name} is below the floor: {ratio:.2f} of the peer's speed, where {comparison.scenario.floor} is the least"
        for comparison in comparisons
        if (ratio := statistics.median(comparison.ratios)) < comparison.scenario.floor
    ]


def document(comparisons: list[Comparison], ours: list[str], peer: list[str], load_average: float) -> dict:
    return {
        "cores": os.cpu_count(),
        "load_average_before": load_average,
        "ours": {"command": ours},
        "peer": {"command": peer},
        "scenarios": [
            {
                "name": comparison.scenario.name,
                "unit": comparison.scenario.unit,
                "ratio": {
                    "median": statistics.median(comparison.ratios),
                    "min": min(comparison.ratios),
                    "max": max(comparison.ratios),
                },
                "cpu_ratio": comparison.cpu_ratio,
                "ours": side(comparison.ours),
                "peer": side(comparison.peer),
            }
            for comparison in comparisons
        ],
    }


def side(samples: list[Sample]) -> dict:
    return {
        "per_second": median_per_second(samples),
        "server_cpu_ns_each": median_cpu(samples),
        "rounds": [vars(sample) for sample in samples],
    }


def median_per_second(samples: list[Sample]) -> float:
    return statistics.median(sample.per_second for sample in samples)


def median_cpu(samples: list[Sample]) -> float:
    return statistics.median(sample.cpu_ns_each for sample in samples)
