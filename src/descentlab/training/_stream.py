"""Pictures that are read from disk while a network trains on them, in the order of its steps, a few windows ahead."""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import numpy as np
from jaxtyping import Int, Shaped

from descentlab.data import Dataset
from descentlab.training._measure import cut_windows, keep_best, measure_windows
from descentlab.training._plan import Plan, State
from descentlab.training._state import example_orders, read_targets

WINDOW_BYTES = 2**23
"""Bytes of pictures that are handed to the program at once, unless a batch is larger."""
AHEAD = 2
"""Windows that are read before they are asked for."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Reader:
    """Reads in advance what will be asked for next, on a separate thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="descentlab-reader")

    def read(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Call `work` for each item, in order, for a few items in advance of the results that are taken."""
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(self._pool.submit(work, item))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the thread after its current read."""
        self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Window:
    """The examples of some steps that follow each other.

    Attributes:
        epoch: Epoch of the steps.
        first: First of the steps.
        inputs: Pictures of the examples, step by step.
        targets: Targets of the examples, step by step.
    """

    epoch: int
    first: int
    inputs: Shaped[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, "examples ..."]


class Stream:
    """The data of one member, of which the program gets a window of some steps at a time.

    A window holds its pictures in the order of its steps, so that the program takes them one after the other. The
    results are those of a program that holds all pictures, bit for bit.
    """

    def __init__(self, plan: Plan, dataset: Dataset, seed: int, *, num_epochs: int, shuffle: bool) -> None:
        """Prepare to read; nothing is read yet.

        Args:
            plan: Plan of the training, for its sizes.
            dataset: The member's data.
            seed: Draws the order of the examples.
            num_epochs: Number of epochs of the whole training.
            shuffle: Whether each epoch draws a new order of the examples.
        """
        self._plan = plan
        self._dataset = dataset
        self._num_epochs = num_epochs
        self._order = functools.partial(example_orders, plan, seed, num_epochs=1, shuffle=shuffle)
        picture = max(1, dataset.inputs.nbytes // len(dataset.inputs))
        self._most = max(1, WINDOW_BYTES // picture)
        self.steps = min(plan.steps_per_epoch, max(1, self._most // plan.batch_size))
        self._reader = Reader()
        self._windows: Iterator[Window] = iter(())
        self._held: tuple[Window | None, dict[str, Any]] = (None, {})
        self._places = self._lay_out_places()

    def _lay_out_places(self) -> Int[np.ndarray, "epochs steps batch"]:
        """Return the place of each step's examples in their window, which is the same in every epoch."""
        steps, batch = self._plan.steps_per_epoch, self._plan.batch_size
        places = (np.arange(steps)[:, None] % self.steps) * batch + np.arange(batch)
        is_there = np.arange(steps * batch).reshape(steps, batch) < self._plan.num_train
        return np.where(is_there, places, -1).astype(np.int32)[None]

    def end_of_window(self, step: int) -> int:
        """Return the step after the last one of the window that a step is in."""
        return min(self._plan.steps_per_epoch, (step // self.steps + 1) * self.steps)

    def data(self, epoch: int, step: int, place: Callable[[Any], Any]) -> dict[str, Any]:
        """Return the arrays that the program reads at a step.

        Args:
            epoch: The epoch.
            step: The step.
            place: Lays arrays out on the devices.

        Returns:
            Inputs and targets of the step's window, and the rows in it that its steps take.

        Raises:
            DataError: If a picture can no longer be read.
        """
        first = step - step % self.steps
        window, arrays = self._held
        if window is None or (window.epoch, window.first) != (epoch, first):
            window = self._next(epoch, first)
            orders = arrays.get("orders")
            self._held = (None, {})  # frees the memory of the old window before the next is laid out
            arrays = place({"train_inputs": window.inputs, "train_targets": window.targets})
            arrays["orders"] = place(self._places) if orders is None else orders
            self._held = (window, arrays)
        return arrays

    def _next(self, epoch: int, first: int) -> Window:
        window = next(self._windows, None)
        if window is None or (window.epoch, window.first) != (epoch, first):
            self._windows = self._reader.read(self._read_steps, self._following(epoch, first))
            window = next(self._windows)
        return window

    def _following(self, epoch: int, first: int) -> Iterator[tuple[int, int]]:
        for later in range(epoch, self._num_epochs):
            for begin in range(first if later == epoch else 0, self._plan.steps_per_epoch, self.steps):
                yield later, begin

    def _read_steps(self, where: tuple[int, int]) -> Window:
        epoch, first = where
        rows = np.full((self.steps, self._plan.batch_size), -1, np.int32)
        order = self._order(first_epoch=epoch)[0, first : first + self.steps]
        rows[: len(order)] = order
        return Window(epoch, first, *self._read(self._dataset.train, rows.ravel()))

    def _read(
        self, part: Int[np.ndarray, " part"], places: Int[np.ndarray, " places"]
    ) -> tuple[Shaped[np.ndarray, "places ..."], Shaped[np.ndarray, " places"]]:
        """Read examples of a part; the pictures of place -1 stay black."""
        is_there = places >= 0
        rows = part[np.maximum(places, 0)]
        inputs = np.zeros((len(places), *self._dataset.input_shape), self._dataset.inputs.dtype)
        inputs[is_there] = self._dataset.inputs[rows[is_there]]
        return inputs, read_targets(self._plan, self._dataset, rows)

    def measure(self, state: State, place: Callable[[Any], Any]) -> tuple[State, dict[str, Any]]:
        """Measure a network after an epoch, as the program does if it holds all pictures.

        Args:
            state: The network's state.
            place: Lays arrays out on the devices.

        Returns:
            The state, with the best weights so far if training stops early; and the measurements by name.
        """
        values: dict[str, Any] = {}
        for part, count in self._plan.measured_parts.items():
            rows = self._dataset.part(part)  # pyright: ignore[reportArgumentType] - the parts of a plan are those of a dataset
            cuts = cut_windows(self._plan, count, self._most)
            read = self._reader.read(functools.partial(self._read_places, rows), cuts)
            values |= measure_windows(self._plan, state, part, (place(window) for window in read))
        if self._plan.patience:
            state = _keep_best(self._plan, state, values)
        return state, values

    def _read_places(self, part: Int[np.ndarray, " part"], places: Int[np.ndarray, "..."]) -> tuple[Any, Any, Any]:
        inputs, targets = self._read(part, places.ravel())
        local = np.where(places >= 0, np.arange(places.size).reshape(places.shape), -1).astype(np.int32)
        return inputs, targets, local

    def close(self) -> None:
        """Stop reading; the stream cannot be used any more."""
        self._windows = iter(())
        self._reader.close()


_keep_best = jax.jit(keep_best, static_argnums=0)
