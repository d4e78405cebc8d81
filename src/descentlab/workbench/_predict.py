"""Predictions of a trained network for new examples, as `predict` gives them."""

import os
from typing import Any

from descentlab.workbench._predictions import Predictions
from descentlab.workbench._run import Run, need_run


def predict(run: str | os.PathLike[str] | Run, source: Any, *, member: int | None = None) -> Predictions:
    """Predict new examples with a run's network; the same as `run.predict`.

    Args:
        run: The run, its folder, or its name.
        source: A DataFrame, a path, or an array; it is prepared as the training part was.
        member: Number of the network, if the run has several seeds; by default the first.

    Returns:
        Classes or labels with probabilities, or numbers in the targets' units.

    Raises:
        DataError: If the examples lack a column, or cannot be read.
        RunError: If the run has no such member or is damaged.
    """
    return need_run(run).predict(source, member=member)
