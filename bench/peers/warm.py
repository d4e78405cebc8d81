"""Print the processor seconds of fits in one process: the first, later ones, and those of tables with other rows."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import descentlab as dl

REPEATS = 20


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _iris(*, durable: bool = False) -> float:
    return _seconds(lambda: dl.train("iris", epochs=20, report=False, durable=durable))


def _write_table(num_rows: int) -> Path:
    rng = np.random.default_rng(num_rows)
    inputs = rng.normal(size=(num_rows, 4)).round(3)
    rows = [",".join(map(str, [*row, "high" if sum(row) > 0 else "low"])) for row in inputs.tolist()]
    path = Path(f"{num_rows}.csv")
    path.write_text("\n".join(["a,b,c,d,kind", *rows]))
    return path


def _table(path: Path) -> float:
    return _seconds(lambda: dl.train(path, epochs=20, report=False))


def main() -> None:
    """Measure and print."""
    cold = _iris()
    _iris()
    warm = statistics.median(_iris() for _ in range(REPEATS))
    durable = statistics.median(_iris(durable=True) for _ in range(REPEATS))
    # Other rows are measured around the same ones, so that on average all have as many.
    usual = _write_table(180)
    others = [_write_table(180 + change) for step in range(1, REPEATS // 2 + 1) for change in (12 * step, -12 * step)]
    _table(usual)
    same, other = zip(*((_table(usual), _table(path)) for path in others), strict=True)
    figures = {"cold": cold, "warm": warm, "durable": durable}
    figures |= {"same rows": statistics.median(same), "other rows": statistics.median(other)}
    print(json.dumps({**figures, "ratio": figures["other rows"] / figures["same rows"]}))


main()
