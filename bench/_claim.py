"""What is claimed, how it is measured, and whether it holds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench._measure import Side

Unit = Literal["s", "ms", "MB", "share", "times"]
SCALES: dict[Unit, float] = {"s": 1.0, "ms": 1e3, "MB": 1.0, "share": 1.0, "times": 1.0}


@dataclass(frozen=True)
class Limit:
    """One number of one side, held against a peer's or against a figure.

    Attributes:
        figure: The number, as `wall`, `peak` or one of the side's own.
        ours: The side it is taken from.
        peer: The side it is compared with, or `None` to hold it against `at_most` itself.
        at_most: The largest ratio to the peer (or the largest figure, in `unit`) that passes; `None` states it only.
        unit: How the number is written.
    """

    figure: str
    ours: str
    peer: str | None = None
    at_most: float | None = None
    unit: Unit = "s"


@dataclass(frozen=True)
class Bench:
    """One claim: its sides run by turns, and its limits hold between their medians.

    Attributes:
        name: What `ONLY=` calls it.
        claim: The claim in a sentence.
        sizes: What was run: network, data, epochs.
        sides: Those compared.
        limits: The rows of the table.
        repeats: Runs of each side.
        warms_up: Whether a run before them is not counted; needless where nothing is timed.
    """

    name: str
    claim: str
    sizes: str
    sides: Sequence[Side]
    limits: Sequence[Limit]
    repeats: int = 5
    warms_up: bool = True


@dataclass(frozen=True)
class Row:
    """A limit and what was measured of it, in the limit's unit; `peer` is missing where nothing stands beside it."""

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
    """Run every side of a claim by turns and return its numbers: side, figure, one number a run."""
    sides = [side for side in bench.sides if not side.unavailable]
    numbers: dict[str, dict[str, list[float]]] = {side.name: {} for side in sides}
    for turn in range(bench.repeats + bench.warms_up):
        for side in sides:
            figures = side.measure()
            # The first turn fills the disk's and the compiler's caches.
            for name, value in figures.items() if turn >= bench.warms_up else ():
                numbers[side.name].setdefault(name, []).append(value)
    return numbers


def judge(bench: Bench, numbers: dict[str, dict[str, list[float]]]) -> list[Row]:
    """Hold the medians of a claim against its limits; a limit whose side is unavailable has no row."""
    present = [
        limit for limit in bench.limits if limit.ours in numbers and (limit.peer is None or limit.peer in numbers)
    ]
    return [_judge(bench, limit, numbers) for limit in present]


def _judge(bench: Bench, limit: Limit, numbers: dict[str, dict[str, list[float]]]) -> Row:
    scale = SCALES[limit.unit]
    measured = statistics.median(numbers[limit.ours][limit.figure]) * scale
    beside = statistics.median(numbers[limit.peer][limit.figure]) * scale if limit.peer else None
    ratio = measured / beside if beside else None
    held = measured if ratio is None else ratio
    verdict = "stated" if limit.at_most is None else "pass" if held <= limit.at_most else "MISS"
    return Row(
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
