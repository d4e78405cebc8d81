"""Measure the given claims (all of them by default), print one table, and keep the numbers in `bench/out/`."""

import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    atlas,
    backprop,
    convolution,
    curvature,
    folds,
    growth,
    iris,
    mnist,
    mnist_cnn,
    playground,
    population,
    reading,
    start,
    studio,
    symptoms,
    tables,
    vision,
    warm,
)
from bench._claim import Bench, MeasuredLimit, judge, measure
from bench._measure import FailedError

BENCHES = {
    bench.name: bench
    for bench in (
        module.BENCH
        for module in (
            iris,
            population,
            growth,
            atlas,
            curvature,
            folds,
            backprop,
            convolution,
            playground,
            mnist,
            mnist_cnn,
            vision,
            reading,
            start,
            warm,
            studio,
            symptoms,
            tables,
        )
    )
}
OUT = Path(__file__).parent / "out"
HEAD = ("claim", "figure", "descentlab", "measured", "peer", "measured", "ratio", "limit", "")


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def _cells(row: MeasuredLimit) -> tuple[str, ...]:
    beside = "" if row.peer_measured is None else _number(row.peer_measured, row.unit)
    limit = "" if row.at_most is None else f"{row.at_most:g}" + (f" {row.unit}" if row.peer is None else "")
    ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
    return (
        row.bench,
        row.figure,
        row.ours,
        _number(row.measured, row.unit),
        row.peer or "",
        beside,
        ratio,
        limit,
        row.verdict,
    )


def _print_table(lines: list[tuple[str, ...]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _run(bench: Bench) -> list[MeasuredLimit]:
    print(f"{bench.name}: {bench.claim} ({bench.sizes}; median of {bench.repeats})", file=sys.stderr, flush=True)
    for side in bench.sides:
        if side.unavailable:
            print(f"  left out: {side.name}: {side.unavailable}", file=sys.stderr)
    numbers = measure(bench)
    OUT.mkdir(exist_ok=True)
    rows = judge(bench, numbers)
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
        "claim": bench.claim,
        "rows": [asdict(row) for row in rows],
        "runs": numbers,
    }
    (OUT / f"{bench.name}.json").write_text(json.dumps(kept, indent=2) + "\n")
    return rows


def main(names: list[str]) -> int:
    """Measure some claims.

    Args:
        names: Names of the claims; none for all.

    Returns:
        0 if every limit holds, 1 if a limit is missed or a process fails, 2 for an unknown name.
    """
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"unknown claim '{unknown[0]}'; choices: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    try:
        rows = [row for name in names or BENCHES for row in _run(BENCHES[name])]
    except FailedError as error:
        print(error, file=sys.stderr)
        return 1
    _print_table([HEAD, *map(_cells, rows)])
    return int(any(row.verdict == "MISS" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
