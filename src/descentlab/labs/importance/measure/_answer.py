"""The programs behind every measurement: the answers of a network whose layer has another output or other weights."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Bool, Float, Int, Shaped

from descentlab.core import generator
from descentlab.labs.importance.measure._estimate import Answers
from descentlab.labs.importance.measure._subject import Place, Sample, Subject
from descentlab.networks import Context, Network, Tape
from descentlab.objectives import Objective

CHUNK = 500
CHUNK_VALUES = 2**25
"""Numbers that all layers together may give for the examples that pass at once: 128 MiB."""


@dataclass(frozen=True, eq=False)
class OutputEdit:
    """Some channels of a layer's output replaced.

    Attributes:
        place: The layer.
        mask: The channels that are replaced.
        stand_in: The values in their place, the same for every example; None for the layer's output of another example.
    """

    place: Place
    mask: Bool[np.ndarray, " channels"]
    stand_in: Float[np.ndarray, "..."] | None


@dataclass(frozen=True, eq=False)
class WeightEdit:
    """Other weights from a layer on.

    Attributes:
        place: The first layer whose weights differ.
        params: All weights.
        statistics: All running statistics.
    """

    place: Place
    params: Any
    statistics: Any


Edit = OutputEdit | WeightEdit


def answer(
    subject: Subject, sample: Sample, edits: Sequence[Edit], *, on_step: Callable[[], None] = lambda: None
) -> Answers:
    """Compute the answers of a network to the same examples under many changes.

    The layers before a change are computed once for all changes. A program computes the layers behind it, and takes
    the change's numbers as arguments, so that all changes at the same layer share it.

    Args:
        subject: The network.
        sample: The examples.
        edits: The changes.
        on_step: Called after every chunk of examples.

    Returns:
        The answers, with a change in the place of a draw.
    """
    partners = generator(subject.seed, "importance", "partners").permutation(len(sample.inputs))
    needs_partners = any(isinstance(edit, OutputEdit) and edit.stand_in is None for edit in edits)
    losses, right = [], []
    for rows, count in chunks(len(sample.inputs), chunk_size(subject.network)):
        given, other = _record(subject, sample, rows), None
        if needs_partners:
            other = _record(subject, sample, partners[rows])
        targets = jax.device_put(sample.targets[rows])
        answers = [_apply(subject, edit, given, other, targets) for edit in edits]
        losses.append(np.stack([np.asarray(loss)[:count] for loss, _ in answers]))
        right.append(np.stack([np.asarray(is_right)[:count] for _, is_right in answers]))
        on_step()
    is_classes = subject.objective.num_classes > 0
    return Answers(np.concatenate(losses, axis=1), np.concatenate(right, axis=1) if is_classes else None)


Outputs = dict[str | None, Array]
"""The output of every layer for a chunk of examples, by its name; under None the examples themselves."""


def _record(subject: Subject, sample: Sample, rows: Int[np.ndarray, " rows"]) -> Outputs:
    inputs = jax.device_put(sample.inputs[rows])
    return {None: inputs, **recorder(subject.network)(*subject.arrays, inputs)}


def _apply(subject: Subject, edit: Edit, given: Outputs, other: Outputs | None, targets: Array) -> tuple[Array, Array]:
    network, place = subject.network, edit.place
    before = given[network.layers[place.index - 1].name if place.index else None]
    if isinstance(edit, WeightEdit):
        run = program(network, subject.objective, place.index, None)
        return run(edit.params, edit.statistics, before, targets, *_nothing(before))
    tap = f"{place.name}/activation" if place.is_inner else None
    start = place.index if place.is_inner else place.index + 1
    run = program(network, subject.objective, start, tap)
    if edit.stand_in is not None:
        inputs = before if place.is_inner else given[place.name]
        return run(*subject.arrays, inputs, targets, edit.mask, edit.stand_in[None])
    assert other is not None
    stand_in = other[place.name]
    if place.is_inner:
        return run(*subject.arrays, before, targets, edit.mask, stand_in)
    mixed = jnp.where(edit.mask.reshape(*[1] * (stand_in.ndim - 1), -1), stand_in, given[place.name])
    return run(*subject.arrays, mixed, targets, *_nothing(mixed))


def _nothing(inputs: Array) -> tuple[Bool[np.ndarray, " channels"], Float[np.ndarray, "1 ..."]]:
    """Return a mask and a stand-in that replace nothing."""
    return np.zeros(inputs.shape[-1], bool), np.zeros((1, *inputs.shape[1:]), inputs.dtype)


@functools.lru_cache(maxsize=64)
def recorder(network: Network) -> Callable[..., dict[str, Array]]:
    """Compile what records the output of every layer by its name, of weights, statistics and inputs."""
    ending = "/activation"

    def run(params: Any, statistics: Any, inputs: Array) -> dict[str, Array]:
        tape = Tape()
        network.forward(params, statistics, inputs, Context(tape=tape))
        return {name.removesuffix(ending): value for name, value in tape.values.items() if name.endswith(ending)}

    return jax.jit(run)


@functools.lru_cache(maxsize=256)
def program(network: Network, objective: Objective, start: int, tap: str | None) -> Callable[..., tuple[Array, Array]]:
    """Compile the layers from a place on, with channels replaced at a tap, or in their inputs.

    Args:
        network: The layers.
        objective: What the logits mean.
        start: Place of the first of them in the network's row.
        tap: As `block/conv1/activation`; None replaces channels of the inputs.

    Returns:
        A function of weights, statistics, inputs, targets, mask and stand-in that gives each example's loss, and
        whether its class is predicted correctly.
    """
    rest = Network(network.layers[start:])
    is_classes = objective.num_classes > 0

    def run(
        params: Any,
        statistics: Any,
        inputs: Array,
        targets: Shaped[Array, "batch ..."],
        mask: Bool[Array, " channels"],
        stand_in: Array,
    ) -> tuple[Float[Array, " batch"], Bool[Array, " batch"]]:
        def replace(value: Array) -> Array:
            return jnp.where(mask.reshape(*[1] * (value.ndim - 1), -1), stand_in, value)

        tape = None if tap is None else Tape({tap: replace})
        logits, _ = rest.forward(params, statistics, replace(inputs) if tap is None else inputs, Context(tape=tape))
        right = objective.are_right(logits, targets) if is_classes else jnp.zeros(len(inputs), bool)
        return objective.losses(logits, targets), right

    return jax.jit(run)


def mean_outputs(subject: Subject, inputs: Float[np.ndarray, "examples ..."]) -> dict[str, Float[np.ndarray, "..."]]:
    """Return the mean output of every layer over examples, number by number."""
    totals: dict[str, Any] = {}
    for rows, count in chunks(len(inputs), chunk_size(subject.network)):
        for name, value in recorder(subject.network)(*subject.arrays, inputs[rows]).items():
            totals[name] = totals.get(name, 0.0) + np.asarray(value)[:count].sum(axis=0, dtype=np.float64)
    return {name: (total / len(inputs)).astype(np.float32) for name, total in totals.items()}


def chunk_size(network: Network) -> int:
    """Return how many examples pass at once, so that the outputs of all layers fit into little memory."""
    values = sum(int(np.prod(layer.output_shape)) for layer in network.layers)
    return max(1, min(CHUNK, CHUNK_VALUES // values))


def chunks(num: int, size: int) -> Iterator[tuple[Int[np.ndarray, " rows"], int]]:
    """Divide examples into chunks of one size, so that one program serves all; the last is filled up with copies."""
    size = min(size, num)
    for start in range(0, num, size or 1):
        yield np.minimum(np.arange(start, start + size), num - 1), min(size, num - start)
