"""The state of a block before its first step, made on the host; and states as named arrays, for the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Int

from gradlab.core import RunError, generator
from gradlab.data import Dataset
from gradlab.optimizers import start
from gradlab.training._plan import Plan
from gradlab.training._program import State


@dataclass(frozen=True)
class Member:
    """One network of a population.

    Attributes:
        seed: Draws its initial weights, its split of the data and the order of its examples.
        hyper: Its own numbers where they differ from the experiment's, by field of the optimizer's spec.
    """

    seed: int
    hyper: tuple[tuple[str, float], ...] = ()


def first_state(plan: Plan, seed: int) -> State:
    """Make the state of one member before its first step.

    Args:
        plan: The static part.
        seed: The member's seed.

    Returns:
        NumPy arrays by name.
    """
    params = _cast(plan.network.draw(seed), plan.precision)
    statistics = _cast(plan.network.start_statistics(), plan.precision)
    zero = np.zeros((), plan.precision)
    state: State = {
        "params": params,
        "statistics": statistics,
        "opt_state": start(plan.optimizer, params),
        "seed": np.uint32(generator(seed, "dropout").integers(2**32)),
        "step": np.int32(0),
        "epoch": np.int32(0),
        "loss_sum": zero,
        "square_sum": zero,
        "diverged_at": np.int32(-1),
    }
    if plan.patience:
        state |= {
            "best": {"params": params, "statistics": statistics},
            "best_value": np.asarray(np.inf, plan.precision),
            "best_epoch": np.int32(0),
            "has_stopped": np.zeros((), np.bool_),
        }
    return state


def stack(values: Sequence[Any], lanes: int) -> Any:
    """Put one tree of arrays per member side by side on a new last axis; with one lane, add no axis."""
    if lanes == 1:
        return values[0]
    return jax.tree.map(lambda *leaves: np.stack(leaves, axis=-1), *values)


def lane(tree: Any, index: int, lanes: int) -> Any:
    """Take one member's arrays out of a block's, as NumPy arrays."""
    return jax.tree.map(lambda leaf: np.asarray(leaf) if lanes == 1 else np.asarray(leaf)[..., index].copy(), tree)


def member_hyper(plan: Plan, member: Member) -> dict[str, np.ndarray]:
    """Return a member's numbers: the experiment's, where it has none of its own."""
    own = dict(member.hyper)
    return {name: np.asarray(own.get(name, getattr(plan.optimizer, name)), plan.precision) for name in plan.hyper_names}


def member_data(plan: Plan, dataset: Dataset) -> dict[str, np.ndarray]:
    """Lay out the training and validation parts of a member's data."""

    def inputs(rows: Int[np.ndarray, " rows"]) -> np.ndarray:
        chosen = dataset.inputs[rows]
        return chosen if chosen.dtype == np.uint8 else chosen.astype(plan.precision)

    def targets(rows: Int[np.ndarray, " rows"]) -> np.ndarray:
        return dataset.targets[rows].astype(np.int32 if plan.is_classification else plan.precision)

    data = {"train_inputs": inputs(dataset.train), "train_targets": targets(dataset.train)}
    if plan.num_validation:
        data |= {
            "validation_inputs": inputs(dataset.validation),
            "validation_targets": targets(dataset.validation),
        }
    return data


def example_orders(
    plan: Plan, seed: int, first_epoch: int, num_epochs: int, *, shuffle: bool
) -> Int[np.ndarray, "epochs steps batch"]:
    """Draw the order in which the training examples are seen.

    The order of an epoch is a function of seed and epoch alone, so that a resumed run sees what the uninterrupted
    one would have seen, and members of one seed see the same.

    Args:
        plan: Sizes.
        seed: The member's seed.
        first_epoch: Number of the first epoch to draw.
        num_epochs: How many to draw; the rest, up to the plan's `epochs_per_call`, is left empty.
        shuffle: Whether to draw at all, or to keep the order of the data.

    Returns:
        Rows of the training part, by epoch, step and place in the batch; -1 where the last batch has no more.
    """
    size = plan.steps_per_epoch * plan.batch_size
    orders = np.full((plan.epochs_per_call, size), -1, np.int32)
    for index in range(num_epochs):
        order = np.arange(plan.num_train, dtype=np.int32)
        if shuffle:
            generator(seed, "order", first_epoch + index).shuffle(order)
        orders[index, : plan.num_train] = order
    return orders.reshape(plan.epochs_per_call, plan.steps_per_epoch, plan.batch_size)


def _cast(arrays: dict[str, dict[str, np.ndarray]], precision: str) -> dict[str, dict[str, np.ndarray]]:
    return {layer: {role: array.astype(precision) for role, array in own.items()} for layer, own in arrays.items()}


def flatten_state(state: State) -> dict[str, np.ndarray]:
    """Name every array of a state, for writing it to disk."""
    leaves = jax.tree_util.tree_leaves_with_path(state)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(leaf) for path, leaf in leaves}


def unflatten_state(arrays: dict[str, np.ndarray], like: State) -> State:
    """Put named arrays back into the form of a state.

    Args:
        arrays: As `flatten_state` gave them.
        like: A state of the same plan.

    Returns:
        The state.

    Raises:
        RunError: If an array is missing or has another shape or type.
    """

    def find(path: Any, leaf: Any) -> np.ndarray:
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        wanted = np.asarray(leaf)
        found = arrays.get(name)
        if found is None or found.shape != wanted.shape or found.dtype != wanted.dtype:
            raise RunError(f"the checkpoint does not fit its experiment: '{name}' is missing or has another shape")
        return found

    return jax.tree_util.tree_map_with_path(find, like)
