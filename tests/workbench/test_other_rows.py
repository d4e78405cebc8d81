"""Training, evaluating and predicting on another number of rows compiles nothing, from the file to the answer."""

from pathlib import Path

import numpy as np
import pytest

from descentlab import workbench


def _write(path: Path, num_rows: int, target: str) -> Path:
    rng = np.random.default_rng(num_rows)
    inputs = rng.normal(size=(num_rows, 3))
    sums = inputs.sum(axis=1)
    answers = np.where(sums > 0, "high", "low") if target == "kind" else sums
    rows = [",".join(map(str, [*row, answer])) for row, answer in zip(inputs, answers, strict=True)]
    path.write_text("\n".join([f"a,b,c,{target}", *rows]))
    return path


def _use(path: Path, root: Path, seeds: int | None, *, report: bool) -> None:
    run = workbench.train(path, epochs=3, seeds=seeds, root=root, report=report)
    workbench.evaluate(run)
    inputs = np.random.default_rng(0).normal(size=(len(path.read_text().splitlines()) // 3, 3))
    workbench.predict(run, inputs)


@pytest.mark.parametrize(
    ("target", "seeds", "sizes"),
    [
        ("kind", None, (150, 149, 120, 500)),
        ("number", None, (150, 120)),
        ("kind", 2, (150, 120)),
        ("kind", None, (45, 31, 20)),
    ],
    ids=["classes", "reals", "seeds", "few rows"],
)
def test_other_numbers_of_rows_compile_nothing(
    tmp_path: Path, compiled: list[str], target: str, seeds: int | None, sizes: tuple[int, ...]
) -> None:
    first, *others = (_write(tmp_path / f"{size}.csv", size, target) for size in sizes)
    _use(first, tmp_path / "runs", seeds, report=True)
    compiled.clear()
    for path in others:
        _use(path, tmp_path / "runs", seeds, report=path is others[0])
    assert compiled == []
