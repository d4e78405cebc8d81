"""Which examples the probes are fitted on, and which are shown and scored."""

from typing import Literal

import numpy as np
from jaxtyping import Int

from descentlab.core import SpecError
from descentlab.data import Dataset
from descentlab.representations import Division


def held_out(dataset: Dataset) -> Literal["test", "validation", "train"]:
    """Name the part whose examples are shown and scored: test, else validation, else train."""
    return "test" if len(dataset.test) else "validation" if len(dataset.validation) else "train"


def divide(dataset: Dataset, examples: int) -> Division:
    """Divide the examples of the probes: a quarter held out to score, the others of the training part.

    Raises:
        SpecError: If there are too few.
    """
    is_held = held_out(dataset) != "train"
    fitted = len(dataset.train) if is_held else len(dataset.train) // 2
    rest = len(dataset.part(held_out(dataset))) - (0 if is_held else fitted)
    score = min(rest, examples // 4)
    rest = min(fitted, examples - score)
    division = Division(rest - rest // 5, rest // 5, score)
    if division.choose < 10 or division.score < 10:
        raise SpecError(
            f"--examples {examples} leaves {division.fit} to fit a probe, {division.choose} to choose its penalty and "
            f"{division.score} to score it; expected 10 or more of each, as by --examples 6000, and as much data"
        )
    return division


def probe_rows(dataset: Dataset, division: Division) -> Int[np.ndarray, " rows"]:
    """Take the examples of the probes: the first of the training part, then the first held out."""
    first = division.fit + division.choose
    part = held_out(dataset)
    scored = dataset.train[first : division.total] if part == "train" else dataset.part(part)[: division.score]
    return np.concatenate([dataset.train[:first], scored])
