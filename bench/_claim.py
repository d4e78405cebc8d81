"""A claim, its measurement, and whether it holds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench._measure import Side

Unit = Literal["s", "ms", "MB", "share", "times"]
SCALES: dict[Unit, float] = {"s": 1.0, "ms": 1e3, "MB": 1.0, "share": 1.0, "times": 1.0}


@dataclass(frozen=True)
class Limit:
    """The limit of one number of one side, relative to a peer or absolute.

    Attributes:
        figure: Name of the number: `wall`, `peak` or one of the side's `figures`.
        ours: Name of the side that is measured.
        peer: Name of the side that it is compared with, or `None` to compare the number itself with `at_most`.
        at_most: Largest ratio to the peer (or largest number, in `unit`) that passes; `None` only states the number.
        unit: Unit in which the number is written.
    """

    figure: str
    ours: str
    peer: str | None = None
    at_most: float | None = None
    unit: Unit = "s"


@dataclass(frozen=True)
class Bench:
    """One claim: its sides run in turn, and its limits apply to the medians.

    Attributes:
        name: Name of the claim, as in `ONLY=`.
        claim: Claim in a sentence.
        sizes: Network, data and epochs that are run.
        sides: Sides that are compared.
        limits: Limits, each a row of the table.
        repeats: Number of runs of each side.
        warms_up: Whether each side runs once before, uncounted; not needed if nothing is timed.
    """

    name: str
    claim: str
    sizes: str
    sides: Sequence[Side]
    limits: Sequence[Limit]
    repeats: int = 5
    warms_up: bool = True


@dataclass(frozen=True)
class MeasuredLimit:
    """A limit with the measured numbers, in its unit; `peer` is None if the limit is absolute."""

    bench: str
    sizes: str
    figure: str
    ours: str
    measured: float
    unit: Unit
    peer: str | None
    peer_measured: float | None
    ratio: float | None
    at_most: float | None
    verdict: Literal["pass", "MISS", "stated"]


def measure(bench: Bench) -> dict[str, dict[str, list[float]]]:
    """Run the sides of a claim in turn and return their numbers by side and figure, one number a run."""
    sides = [side for side in bench.sides if not side.unavailable]
    numbers: dict[str, dict[str, list[float]]] = {side.name: {} for side in sides}
    for turn in range(bench.repeats + bench.warms_up):
        for side in sides:
            figures = side.measure()
            # The first turn fills the caches of the disk and of the compiler.
            for name, value in figures.items() if turn >= bench.warms_up else ():
                numbers[side.name].setdefault(name, []).append(value)
    return numbers


def judge(bench: Bench, numbers: dict[str, dict[str, list[float]]]) -> list[MeasuredLimit]:
    """Compare the medians of a claim with its limits, without those whose sides are unavailable."""
    present = [
        limit for limit in bench.limits if limit.ours in numbers and (limit.peer is None or limit.peer in numbers)
    ]
    return [_judge(bench, limit, numbers) for limit in present]


def _judge(bench: Bench, limit: Limit, numbers: dict[str, dict[str, list[float]]]) -> MeasuredLimit:
    scale = SCALES[limit.unit]
    measured = statistics.median(numbers[limit.ours][limit.figure]) * scale
    beside = statistics.median(numbers[limit.peer][limit.figure]) * scale if limit.peer else None
    ratio = measured / beside if beside else None
    held = measured if ratio is None else ratio
    verdict = "stated" if limit.at_most is None else "pass" if held <= limit.at_most else "MISS"
    return MeasuredLimit(
        bench=bench.name,
        sizes=bench.sizes,
        figure=limit.figure,
        ours=limit.ours,
        measured=measured,
        unit=limit.unit,
        peer=limit.peer,
        peer_measured=beside,
        ratio=ratio,
        at_most=limit.at_most,
        verdict=verdict,
    )
