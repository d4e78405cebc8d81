"""The record of a study in training: measured networks are written every few seconds, and then leave the memory."""

import threading
import time
from collections.abc import Iterator, Mapping

import numpy as np

from descentlab.core import RunError
from descentlab.runs import StudyFolder
from descentlab.studies import MeasuredBlock

EVERY_S = 5.0
"""Seconds of finished work that a killed study may lose."""


class StudyRecord:
    """Takes finished networks, and returns those of an earlier, interrupted training."""

    def __init__(self, folder: StudyFolder, stop: threading.Event) -> None:
        """Read the networks that an earlier training finished.

        Args:
            folder: Folder of the study.
            stop: Event that is set if a write fails, so that no block trains on in vain.
        """
        self._folder = folder
        self._stop = stop
        self._lock = threading.Lock()
        self._written_at = time.monotonic()
        self._done = {place for part in self._written() for place in part.places.tolist()}
        self._fresh: list[MeasuredBlock] = []

    @property
    def done(self) -> frozenset[int]:
        """Positions of the networks that have been trained."""
        return frozenset(self._done)

    def measured(self) -> Iterator[MeasuredBlock]:
        """Return the measurements of all finished networks, those on disk read part by part."""
        yield from self._written()
        yield from self._fresh

    def _written(self) -> Iterator[MeasuredBlock]:
        return (_unpack(arrays, self._folder) for arrays in self._folder.parts())

    def take(self, measured: MeasuredBlock) -> None:
        """Keep the measurements of some networks, and write the new ones if it is time."""
        with self._lock:
            self._fresh.append(measured)
            if time.monotonic() - self._written_at >= EVERY_S:
                self._flush()

    def flush(self) -> None:
        """Write the measurements that are not written yet."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        # Blocks of variants with another number of epochs have curves of another length, and go to another part.
        while self._fresh:
            like = self._fresh[0]
            together = [part for part in self._fresh if np.array_equal(part.epochs, like.epochs)]
            merged = _merge(together)
            try:
                self._folder.save_part(_pack(merged), {"epochs": merged.epochs.astype(np.int64)})
            except BaseException:
                self._stop.set()
                raise
            self._done.update(merged.places.tolist())
            self._fresh = [part for part in self._fresh if part not in together]
        self._written_at = time.monotonic()

    def checkpoints(self, variant: int) -> "BlockCheckpoints":
        """Return the checkpoints to which the blocks of a variant are saved while they train."""
        return BlockCheckpoints(self._folder, f"v{variant:03d}", self._stop)


class BlockCheckpoints:
    """One file for each block in training. Files of blocks that have ended are removed with the next write."""

    def __init__(self, folder: StudyFolder, prefix: str, stop: threading.Event) -> None:
        self._folder = folder
        self._prefix = prefix
        self._stop = stop
        self._written_at: dict[int, float] = {}

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return the state of a block, or None."""
        self._written_at[threading.get_ident()] = time.monotonic()
        block = self._folder.load_block(f"{self._prefix}-{name}")
        return None if block is None else block.tensors

    def is_due(self) -> bool:
        """Return whether it is time to write the block of this thread."""
        return time.monotonic() - self._written_at.get(threading.get_ident(), 0.0) >= 2.0 * EVERY_S

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write a block's state."""
        try:
            self._folder.save_block(f"{self._prefix}-{name}", arrays)
        except BaseException:
            self._stop.set()
            raise
        self._written_at[threading.get_ident()] = time.monotonic()


def _merge(parts: list[MeasuredBlock]) -> MeasuredBlock:
    first = parts[0]
    return MeasuredBlock(
        places=np.concatenate([part.places for part in parts]),
        epochs=first.epochs,
        curves={name: np.concatenate([part.curves[name] for part in parts]) for name in first.curves},
        finals={name: np.concatenate([part.finals[name] for part in parts]) for name in first.finals},
    )


def _pack(part: MeasuredBlock) -> dict[str, np.ndarray]:
    return {
        "places": part.places.astype(np.int64),
        **{f"curves/{name}": values for name, values in part.curves.items()},
        **{f"finals/{name}": values for name, values in part.finals.items()},
    }


def _unpack(arrays: Mapping[str, np.ndarray], folder: StudyFolder) -> MeasuredBlock:
    def below(prefix: str) -> dict[str, np.ndarray]:
        return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}

    places, epochs = arrays.get("places"), arrays.get("epochs")
    if places is None or epochs is None or places.ndim != 1 or epochs.ndim != 1:
        raise RunError(f"{folder.path} is damaged: a part does not say which networks it holds; run the study anew")
    wanted = {"curves/": (len(places), len(epochs)), "finals/": (len(places),)}
    for prefix, shape in wanted.items():
        for name, array in below(prefix).items():
            if array.shape != shape:
                raise RunError(
                    f"{folder.path} is damaged: '{name}' of a part has shape {array.shape} instead of {shape}; run the "
                    "study anew"
                )
    return MeasuredBlock(places, epochs, below("curves/"), below("finals/"))
