"""The data of an experiment: loaded once, divided and prepared for each seed."""

import threading
from collections.abc import Callable

from descentlab import data
from descentlab.spec import Experiment

KEPT_BYTES = 2**29
"""Prepared data of several seeds is kept in memory up to this much; beyond, it is prepared anew when needed."""


class Examples:
    """The examples of an experiment, by seed."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        arrays: data.Arrays | None = None,
        on_loading: Callable[[str, int, int], None] | None = None,
    ) -> None:
        """Read the data and check all of it that does not depend on the seed.

        Raises:
            DataError: If it cannot be read, or cannot be learned from.
        """
        self._split = experiment.split
        self._data_seed = experiment.data_seed
        self._source = data.load(experiment.data, arrays=arrays, on_progress=on_loading)
        self._kept: dict[int, data.Dataset] = {}
        self._lock = threading.Lock()

    def of(self, seed: int) -> data.Dataset:
        """Return the examples as one seed divides and prepares them. Several threads may ask at once."""
        seed = seed if self._data_seed is None else self._data_seed
        found = self._kept.get(seed)
        if found is not None:
            return found
        dataset = data.prepare(self._source, self._split, seed)
        with self._lock:
            held = sum(kept.inputs.nbytes for kept in self._kept.values())
            if self._kept and held + dataset.inputs.nbytes > KEPT_BYTES:
                self._kept.clear()
            return self._kept.setdefault(seed, dataset)
