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
from descentlab.training._devices import ONE_CORE_EACH
from descentlab.training._examples import (
    NO_PART,
    example_orders,
    example_weights,
    measured_pieces,
    part_totals,
    read_targets,
    used_rows,
)
from descentlab.training._measure import keep_best, means, sum_parts
from descentlab.training._plan import Form, Plan, State

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
        arrays: Pictures, targets and weights of the examples, step by step.
    """

    epoch: int
    first: int
    arrays: dict[str, np.ndarray]


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
        self._rows = used_rows(plan, dataset)
        self._targets = read_targets(plan, dataset, self._rows)
        self._weights = example_weights(plan, dataset, self._rows)
        self._totals = part_totals(plan, self._weights.get("weights"))
        self._num_epochs = num_epochs
        self._order = functools.partial(example_orders, plan, seed, num_epochs=1, shuffle=shuffle)
        picture = max(1, dataset.inputs.nbytes // len(dataset.inputs))
        self._most = max(1, WINDOW_BYTES // picture)
        self.steps = min(plan.steps_per_call, max(1, self._most // plan.batch_places))
        self._reader = Reader()
        self._windows: Iterator[Window] = iter(())
        self._held: tuple[Window | None, dict[str, Any]] = (None, {})

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
            self._held = (None, {})  # frees the memory of the old window before the next is laid out
            arrays = place(window.arrays)
            self._held = (window, arrays)
        return {**arrays, "orders": place(self._orders(step))}

    def _orders(self, step: int) -> Int[np.ndarray, "steps places"]:
        """Return the places in their window of the examples of a step and of those after it."""
        plan, first = self._plan, step - step % self.steps
        steps = np.arange(step, self.end_of_window(step))
        places = (steps - first)[:, None] * plan.batch_places + np.arange(plan.batch_places)
        is_there = (np.arange(plan.batch_places) < plan.batch_size) & (
            steps[:, None] * plan.batch_size + np.arange(plan.batch_places) < plan.num_train
        )
        orders = np.zeros((plan.steps_per_call, plan.batch_places), np.int32)
        orders[: len(steps)] = np.where(is_there, places, -1)
        return orders

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
        places = np.full((self.steps, self._plan.batch_places), -1, np.int32)
        order = self._order(first_epoch=epoch)[0, first : first + self.steps]
        places[: len(order), : self._plan.batch_size] = order
        return Window(epoch, first, self._read(places.ravel()))

    def _read(self, places: Int[np.ndarray, " places"]) -> dict[str, Shaped[np.ndarray, "places ..."]]:
        """Read examples by their places among the `used_rows`; the pictures of place -1 stay black."""
        is_there = places >= 0
        inputs = np.zeros((len(places), *self._dataset.input_shape), self._dataset.inputs.dtype)
        inputs[is_there] = self._dataset.inputs[self._rows[places[is_there]]]
        others = {"targets": self._targets, **self._weights}
        return {"inputs": inputs, **{name: array[np.maximum(places, 0)] for name, array in others.items()}}

    def measure(self, state: State, place: Callable[[Any], Any]) -> tuple[State, dict[str, Any]]:
        """Measure a network after an epoch, with the bits of a program that holds all pictures.

        Args:
            state: The network's state.
            place: Lays arrays out on the devices.

        Returns:
            The state, with the best weights so far if training stops early; and the measurements by name.
        """
        form = self._plan.form
        kept = {name: state[name] for name in ("params", "statistics")}
        sums, run = None, _sum_window(form)
        for arrays, pieces, num_pieces in self._reader.read(self._read_pieces, list(self._cut_pieces())):
            # Waited for, or all windows would be laid out before the first is measured.
            sums = jax.block_until_ready(run(kept, place(arrays), place(pieces), num_pieces, sums))
        return _finish(form, state, sums, self._totals)

    def _cut_pieces(self) -> Iterator[tuple[Int[np.ndarray, "groups pieces piece"], Int[np.ndarray, "..."]]]:
        """Cut what is measured into windows of rows and their parts, all of one shape."""
        laid = measured_pieces(self._plan)
        rows, parts = laid["measured_rows"], laid["measured_parts"]
        groups, _, piece = rows.shape
        at_once = max(1, self._most // (groups * piece))
        for begin in range(0, int(laid["num_pieces"]), at_once):
            cut = [values[:, begin : begin + at_once] for values in (rows, parts)]
            missing = ((0, 0), (0, at_once - cut[0].shape[1]), (0, 0))
            yield np.pad(cut[0], missing), np.pad(cut[1], missing, constant_values=NO_PART)

    def _read_pieces(self, window: tuple[np.ndarray, np.ndarray]) -> tuple[dict[str, np.ndarray], Any, np.int32]:
        rows, parts = window
        has_part = parts != NO_PART
        arrays = self._read(np.where(has_part, rows, -1).ravel())
        local = np.where(has_part, np.arange(rows.size).reshape(rows.shape), 0).astype(np.int32)
        return arrays, (local, parts), np.int32(np.count_nonzero(has_part.any(axis=(0, 2))))

    def close(self) -> None:
        """Stop reading; the stream cannot be used any more."""
        self._windows = iter(())
        self._reader.close()


@functools.lru_cache(maxsize=64)
def _sum_window(form: Form) -> Callable[..., Any]:
    return jax.jit(functools.partial(sum_parts, form), compiler_options=ONE_CORE_EACH if form.groups else None)


@functools.partial(jax.jit, static_argnums=0)
def _finish(form: Form, state: State, sums: Any, totals: Any) -> tuple[State, dict[str, Any]]:
    values = means(form, sums, totals)
    return (keep_best(form, state, values) if form.patience else state), values
