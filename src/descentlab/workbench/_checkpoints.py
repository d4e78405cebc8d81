"""The checkpoint of a training: the state of all its blocks, in one file of the run."""

import threading
import time
from collections.abc import Mapping

import numpy as np

from descentlab.runs import RunFolder


class RunCheckpoints:
    """Keeps the blocks' states and writes them to the run every so many seconds."""

    def __init__(self, folder: RunFolder, every_s: float, stop: threading.Event) -> None:
        """Load the states that an earlier, interrupted training left in the run.

        Args:
            folder: Folder of the run.
            every_s: Seconds between writes; 0 writes after every slice.
            stop: Event that is set if a write fails, so that no block trains on in vain.
        """
        self._folder = folder
        self._every_s = every_s
        self._stop = stop
        self._lock = threading.Lock()
        self._written_at = time.monotonic()
        saved = folder.load_checkpoint()
        self._blocks: dict[str, dict[str, np.ndarray]] = {}
        for name, array in (saved.tensors if saved else {}).items():
            block, _, rest = name.partition("/")
            self._blocks.setdefault(block, {})[rest] = array

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return the state of a block, or None."""
        return self._blocks.get(name)

    @property
    def has_symptoms(self) -> bool | None:
        """Whether the training that is continued records symptoms; None if it has no state yet."""
        return any("symptoms/steps" in block for block in self._blocks.values()) if self._blocks else None

    def is_due(self) -> bool:
        """Return whether it is time to write again."""
        return time.monotonic() - self._written_at >= self._every_s

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Take a block's state, and write the states of all blocks if it is time."""
        with self._lock:
            self._blocks[name] = dict(arrays)
            if self.is_due():
                self._write()

    def flush(self) -> None:
        """Write all states."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        tensors = {f"{name}/{rest}": array for name, block in self._blocks.items() for rest, array in block.items()}
        done = [int(block["position"][0]) for block in self._blocks.values()]
        try:
            self._folder.save_checkpoint(tensors, {"epoch": min(done, default=0), "blocks": len(self._blocks)})
        except BaseException:
            self._stop.set()
            raise
        self._written_at = time.monotonic()
