"""The data of an experiment, loaded once, and split and prepared for each seed."""

import threading
from collections.abc import Callable

from descentlab import data
from descentlab.core import SpecError
from descentlab.spec import Experiment

KEPT_BYTES = 2**29
"""Memory for the prepared data of several seeds; data beyond it is prepared anew when needed."""


class Examples:
    """The examples of an experiment, by seed."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        arrays: data.Arrays | None = None,
        on_loading: Callable[[str, int, int], None] | None = None,
    ) -> None:
        """Read the data and check everything that does not depend on the seed.

        Raises:
            DataError: If the data cannot be read, or a network cannot learn from it.
        """
        if experiment.split.folds is not None and experiment.data_seed is not None:
            raise SpecError(
                f"data_seed={experiment.data_seed} gives all networks the same parts, but split.folds="
                f"{experiment.split.folds} gives each another fold; leave out one of them"
            )
        self._split = experiment.split
        self._data_seed = experiment.data_seed
        self._source = data.load(experiment.data, arrays=arrays, on_progress=on_loading)
        self._kept: dict[int, data.Dataset] = {}
        self._lock = threading.Lock()

    def of(self, seed: int) -> data.Dataset:
        """Return the examples as a seed splits and prepares them. Several threads may call this at once."""
        seed = seed if self._data_seed is None else self._data_seed
        kept = self._kept.get(seed)
        if kept is not None:
            return kept
        dataset = data.prepare(self._source, self._split, seed)
        with self._lock:
            held = sum(other.inputs.nbytes for other in self._kept.values())
            if self._kept and held + dataset.inputs.nbytes > KEPT_BYTES:
                self._kept.clear()
            return self._kept.setdefault(seed, dataset)
