"""What the blocks of one training share: data sets laid out on a device once, and the time that a step takes."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import jax

from descentlab.data import Dataset
from descentlab.training._examples import lay_out
from descentlab.training._plan import Plan

KEPT = 4
"""Data sets in use at a time: blocks of one seed follow each other, and there is one thread a core."""


class Materials:
    """Data sets as the program reads them. Several threads may ask at once.

    Attributes:
        step_seconds: Time of one step of a block when last measured, in seconds; 0 before.
    """

    def __init__(self, plan: Plan) -> None:
        self.step_seconds = 0.0
        self._plan = plan
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, tuple[list[Dataset], dict[str, Any]]] = OrderedDict()

    def data(self, datasets: Sequence[Dataset], placement: Any) -> dict[str, Any]:
        """Return the arrays of some data sets on a device.

        Args:
            datasets: One data set, which all lanes share, or one for each lane.
            placement: A device or sharding.

        Returns:
            The arrays of `lay_out`.
        """
        key = (*map(id, datasets), str(placement))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        arrays = jax.device_put(lay_out(self._plan, datasets), placement)
        with self._lock:
            # The data sets are kept too, so that their identity cannot be another's.
            self._kept[key] = (list(datasets), arrays)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return arrays
