"""Examples as the program reads them: their arrays, the order of the steps, and the rows that are measured."""

import functools
import math
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import PARTS, generator
from descentlab.data import Dataset
from descentlab.objectives import balanced_weights
from descentlab.training._plan import Plan
from descentlab.training._room import row_places

NO_PART = len(PARTS)
"""Part of a place that holds no example."""


def used_rows(plan: Plan, dataset: Dataset) -> Int[np.ndarray, " rows"]:
    """Return the rows of a data set that a training reads: the training part, then the other measured parts."""
    others = [dataset.part(part) for part in PARTS if part != "train" and part in plan.measured_parts]
    return np.concatenate([dataset.train, *others])


def lay_out(
    plan: Plan,
    datasets: Sequence[Dataset],
    *,
    num_rows: int = 0,
    known: MutableMapping[int, dict[str, np.ndarray]] | None = None,
) -> dict[str, np.ndarray]:
    """Lay out all that the program reads of examples besides their order.

    Args:
        plan: Plan of the training.
        datasets: One data set, which all lanes share, or one for each lane.
        num_rows: Number of rows that there is room for at least.
        known: Arrays of data sets that were laid out before for as many lanes and rows, by identity; it is added to.

    Returns:
        `inputs`, `targets` and the weights of the `used_rows`, with empty rows behind them, unless pictures are read
        from disk; `totals`, what the sums of each part are divided by; and the arrays of `measured_pieces`. Arrays of
        several data sets (`separate_names`) have lanes as their first axis.
    """
    pairs = [(plan.sized(dataset), dataset) for dataset in datasets]
    num_rows = max(num_rows, *(len(used_rows(*pair)) for pair in pairs))
    known = {} if known is None else known
    for sized, dataset in pairs:
        if id(dataset) not in known:
            known[id(dataset)] = _member_data(sized, dataset, num_rows=num_rows, lanes=len(pairs))
    data = _stacked([known[id(dataset)] for dataset in datasets])
    if plan.is_brief:
        return data
    have_equal_sizes = len({sized.measured_counts for sized, _ in pairs}) == 1
    pieces = [measured_pieces(sized, num_rows=num_rows) for sized, _ in (pairs[:1] if have_equal_sizes else pairs)]
    together = _stacked(pieces)
    return data | together | {"num_pieces": np.max(together["num_pieces"])}


def _stacked(trees: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return trees[0] if len(trees) == 1 else {name: np.stack([each[name] for each in trees]) for name in trees[0]}


def separate_names(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arrays of `lay_out` that each lane has its own of; lanes are their first axis."""
    of_data = ("inputs", "targets", "weights", "loss_weights", "totals") if data["totals"].ndim > 1 else ()
    of_rows = ("measured_rows", "measured_parts")
    return frozenset([*of_data, *(name for name in of_rows if name in data and data[name].ndim > 3)])


def _member_data(plan: Plan, dataset: Dataset, *, num_rows: int, lanes: int) -> dict[str, np.ndarray]:
    rows = used_rows(plan, dataset)
    weights = example_weights(plan, dataset, rows)
    data = {"totals": part_totals(plan, weights.get("weights"))}
    if plan.streams:
        return data
    kind = np.dtype(np.uint8 if dataset.inputs.dtype == np.uint8 else plan.precision)
    places = row_places(num_rows, math.prod(dataset.input_shape) * kind.itemsize, lanes)
    inputs = np.zeros((places, *dataset.input_shape), kind)
    inputs[: len(rows)] = dataset.inputs[rows]
    arrays = {"targets": read_targets(plan, dataset, rows), **weights}
    return data | {"inputs": inputs, **{name: _with_room(array, places) for name, array in arrays.items()}}


def _with_room(array: Shaped[np.ndarray, "rows ..."], places: int) -> Shaped[np.ndarray, "places ..."]:
    roomy = np.zeros((places, *array.shape[1:]), array.dtype)
    roomy[: len(array)] = array
    return roomy


def example_weights(
    plan: Plan, dataset: Dataset, rows: Int[np.ndarray, " rows"]
) -> dict[str, Float[np.ndarray, " rows"]]:
    """Return the weights of the `used_rows`, in the loss and in what is measured; in training their mean is 1."""
    if not (plan.has_weights or plan.has_class_weights):
        return {}
    weights = np.ones(len(rows)) if dataset.weights is None else dataset.weights[rows].astype(np.float64)
    weights = weights / weights[: plan.num_train].mean()
    in_loss = weights
    if plan.has_class_weights:
        classes = dataset.targets[rows]
        train = slice(plan.num_train)
        of_class = balanced_weights(classes[train], plan.objective.num_classes, weights[train])
        in_loss = weights * of_class[classes]
    named = {"loss_weights": in_loss, **({"weights": weights} if plan.has_weights else {})}
    return {name: array.astype(plan.precision) for name, array in named.items()}


def part_totals(plan: Plan, weights: Float[np.ndarray, " rows"] | None) -> Float[np.ndarray, " parts"]:
    """Return the sum of the weights of each part: the number of its examples where they have none."""
    totals = np.zeros(len(PARTS), plan.precision)
    for part, rows in _places_of_parts(plan).items():
        totals[PARTS.index(part)] = len(rows) if weights is None else weights[rows].sum(dtype=np.float64)
    return totals


def read_targets(plan: Plan, dataset: Dataset, rows: Int[np.ndarray, " rows"]) -> Shaped[np.ndarray, "rows ..."]:
    """Return the targets of some rows in the type that the program reads."""
    return dataset.targets[rows].astype(np.int32 if plan.is_classification else plan.precision)


def _places_of_parts(plan: Plan) -> Mapping[str, range]:
    """Return the places of each measured part among the `used_rows`."""
    counts, places, begin = plan.measured_parts, dict[str, range](), plan.num_train
    for part, count in counts.items():
        first = 0 if part == "train" else begin
        places[part] = range(first, first + count)
        begin += 0 if part == "train" else count
    return places


def measured_pieces(plan: Plan, *, num_rows: int = 0) -> dict[str, np.ndarray]:
    """Lay out the rows that are measured after an epoch, in pieces that pass the network one after the other.

    Args:
        plan: Plan of the training.
        num_rows: Number of rows that there is room for at least.

    Returns:
        `measured_rows`, places among the `used_rows` of shape `(groups, pieces, piece)`; `measured_parts`, the part of
        each by its position in `PARTS`, `NO_PART` in places without an example; and `num_pieces`, the number of pieces
        of a group that hold examples.
    """
    parts = _places_of_parts(plan)
    rows = np.concatenate([np.arange(each.start, each.stop) for each in parts.values()] or [np.zeros(0, np.int64)])
    ids = np.repeat([PARTS.index(part) for part in parts], [len(each) for each in parts.values()])
    groups, piece = max(1, plan.groups), plan.piece
    num_pieces = math.ceil(len(rows) / (groups * piece))
    per_group = math.ceil(row_places(max(num_rows, len(rows)), 8) / (groups * piece)) + 1

    def in_pieces(values: np.ndarray, nothing: int) -> Int[np.ndarray, "groups pieces piece"]:
        flat = np.full(groups * num_pieces * piece, nothing, np.int32)
        flat[: len(values)] = values
        pieces = np.full((groups, per_group, piece), nothing, np.int32)
        pieces[:, :num_pieces] = flat.reshape(groups, num_pieces, piece)
        return pieces

    return {
        "measured_rows": in_pieces(rows, 0),
        "measured_parts": in_pieces(ids, NO_PART),
        "num_pieces": np.asarray(num_pieces, np.int32),
    }


def call_orders(
    plan: Plan, seed: int, epoch: int, step: int, num_steps: int, *, shuffle: bool
) -> Int[np.ndarray, "steps places"]:
    """Return the rows of the steps that one call of the program makes, from a step of an epoch on.

    Returns:
        Rows of the training part by step and place in the batch; -1 marks empty places. Steps after the last wanted
        one hold nothing of meaning.
    """
    num_epochs = math.ceil((step + num_steps) / plan.steps_per_epoch)
    drawn = example_orders(plan, seed, epoch, num_epochs, shuffle=shuffle).reshape(-1, plan.batch_size)
    orders = np.zeros((plan.steps_per_call, plan.batch_places), np.int32)
    orders[:num_steps, : plan.batch_size] = drawn[step : step + num_steps]
    orders[:num_steps, plan.batch_size :] = -1
    return orders


def example_orders(
    plan: Plan, seed: int, first_epoch: int, num_epochs: int, *, shuffle: bool
) -> Int[np.ndarray, "epochs steps batch"]:
    """Draw the order in which training takes the examples.

    The order of an epoch is a function of seed and epoch alone, so that a resumed run takes the same order as an
    uninterrupted one, and members of one seed take the same order.

    Args:
        plan: Plan of the training, for its sizes.
        seed: The member's seed.
        first_epoch: Number of the first epoch to draw.
        num_epochs: Number of epochs to draw.
        shuffle: Whether to draw an order, rather than keep that of the data.

    Returns:
        Rows of the training part, by epoch, step and place in the batch; -1 marks empty places of the last batch.
    """
    orders = np.full((num_epochs, plan.steps_per_epoch * plan.batch_size), -1, np.int32)
    for index, order in enumerate(_draw_orders(plan.num_train, seed, first_epoch, num_epochs, shuffle=shuffle)):
        orders[index, : plan.num_train] = order
    return orders.reshape(num_epochs, plan.steps_per_epoch, plan.batch_size)


DRAWN_TOGETHER = 8_192
"""Places that are drawn at once: making a random generator takes as long as shuffling a thousand places."""


def _draw_orders(
    num_train: int, seed: int, first_epoch: int, num_epochs: int, *, shuffle: bool
) -> Iterator[Int[np.ndarray, " train"]]:
    plain = np.arange(num_train, dtype=np.int32)
    if not shuffle:
        yield from (plain for _ in range(num_epochs))
        return
    together = max(1, DRAWN_TOGETHER // num_train)
    draw = _draw_group if together > 1 else _draw_long
    last = first_epoch + num_epochs
    for group in range(first_epoch // together, math.ceil(last / together)):
        begin = group * together
        yield from draw(num_train, seed, group, together)[max(first_epoch - begin, 0) : last - begin]


def _draw(num_train: int, seed: int, group: int, together: int) -> Int[np.ndarray, "epochs train"]:
    plain = np.tile(np.arange(num_train, dtype=np.int32), (together, 1))
    return generator(seed, "order", group).permuted(plain, axis=1)


_draw_group = functools.lru_cache(maxsize=64)(_draw)
"""Kept for all lanes of the blocks that run at a time, whose calls take them one after the other."""
_draw_long = functools.lru_cache(maxsize=4)(_draw)
"""An order of many examples is large, and only few networks of so many train at a time."""
