"""The state of a block before its first step, made on the host; and states as named arrays for the disk."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from descentlab.core import RunError, SpecError, generator
from descentlab.networks import HostArrays, Network
from descentlab.optimizers import RATE_OF, numeric_fields, start
from descentlab.spec import ScheduleSpec
from descentlab.training._numbers import ROTATE, SCALE, SCALE_OF, SCHEDULE_OF, SHIFT, SMOOTHING
from descentlab.training._plan import Plan, State


@dataclass(frozen=True, eq=False)
class Start:
    """Weights that networks start from instead of drawn ones, such as those of another network.

    Attributes:
        params: Arrays by layer and role. A layer that is not named here is drawn by the member's seed.
        statistics: Running statistics by layer and role.
    """

    params: HostArrays
    statistics: HostArrays = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One network of a population.

    Attributes:
        seed: Seed of the initial weights; and of the split of the data and the order of the examples, unless these
            are named.
        hyper: Numbers that differ from the experiment's, by the names of `adjustable_numbers`.
        start: Weights that the network starts from; None if all are drawn.
        order_seed: Seed of the order of the examples; None for `seed`.
        data: Which of several data sets it trains on, such as a fold of a cross-validation; None for that of `seed`.
    """

    seed: int
    hyper: tuple[tuple[str, float], ...] = ()
    start: Start | None = None
    order_seed: int | None = None
    data: int | None = None

    @property
    def seed_of_order(self) -> int:
        """Seed of the order of the examples."""
        return self.seed if self.order_seed is None else self.order_seed

    @property
    def data_key(self) -> int:
        """What its data set is asked for by."""
        return self.seed if self.data is None else self.data


def first_state(plan: Plan, member: Member) -> State:
    """Make the state of one member before its first step.

    Args:
        plan: The static part.
        member: The network: its seed draws the weights and its initial scales multiply them, unless it has a start.

    Returns:
        NumPy arrays by name, which may be shared with other members' states.

    Raises:
        SpecError: If the weights that it starts from do not fit the network.
    """
    params = _first_params(plan, member)
    statistics, opt_state = _first_memory(plan)
    if member.start is not None:
        statistics = _cast(_replaced(statistics, member.start.statistics), plan.precision)
    zero = np.zeros((), plan.precision)
    state: State = {
        "params": params,
        "statistics": statistics,
        "opt_state": opt_state,
        "seed": np.uint32(generator(member.seed, "dropout").integers(2**32) if plan.draws_at_steps else 0),
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


def _first_params(plan: Plan, member: Member) -> dict[str, dict[str, np.ndarray]]:
    drawn = _draw(plan.network, member.seed)
    wanted = {name: value for name, value in member.hyper if name == SCALE or name.startswith(SCALE_OF)}
    if wanted:
        usual = plan.network.initial_scales()
        scales = {name: wanted.get(SCALE_OF + name, wanted.get(SCALE, usual[name])) for name in usual}
        drawn = {**drawn, **{name: _rescaled(name, drawn[name], scales[name], usual[name]) for name in usual}}
    return _cast(drawn if member.start is None else _replaced(drawn, member.start.params), plan.precision)


def _replaced(drawn: dict[str, dict[str, np.ndarray]], start: HostArrays) -> dict[str, dict[str, np.ndarray]]:
    """Replace the drawn arrays of the layers that `start` names."""
    for layer, given in start.items():
        shapes, wanted = ({role: a.shape for role, a in arrays.items()} for arrays in (given, drawn.get(layer, {})))
        if shapes != wanted:
            raise SpecError(
                f"a network cannot start from these weights: layer '{layer}' of the network has arrays of shapes "
                f"{wanted or 'none'}, and the weights have {shapes}; give weights of a network of the same sizes"
            )
    return {**drawn, **{layer: dict(given) for layer, given in start.items()}}


@functools.lru_cache(maxsize=16)
def _draw(network: Network, seed: int) -> dict[str, dict[str, np.ndarray]]:
    return network.draw(seed)


def _rescaled(layer: str, arrays: dict[str, np.ndarray], scale: float, usual: float) -> dict[str, np.ndarray]:
    if scale == usual:
        return arrays
    if usual == 0.0:
        raise SpecError(
            f"the experiment multiplies the initial weights of layer '{layer}' by 0, so that no other scale can be "
            "reached from them; give it a scale above 0"
        )
    return {**arrays, "weight": arrays["weight"] * (scale / usual)}


@functools.lru_cache(maxsize=16)
def _first_memory(plan: Plan) -> tuple[Any, Any]:
    statistics = _cast(plan.network.start_statistics(), plan.precision)
    return statistics, start(plan.optimizer, _cast(plan.network.draw(0), plan.precision))


def stack(values: Sequence[Any], lanes: int) -> Any:
    """Put one tree of arrays per member side by side on a new last axis; with one lane, copy and add no axis."""
    if lanes == 1:
        return jax.tree.map(np.array, values[0])
    if all(value is values[0] for value in values):
        return jax.tree.map(lambda leaf: np.repeat(np.asarray(leaf)[..., None], lanes, axis=-1), values[0])
    return jax.tree.map(lambda *leaves: np.stack(leaves, axis=-1), *values)


def unstack(tree: Any, index: int, lanes: int) -> Any:
    """Take one member's arrays out of those of a block."""
    return jax.tree.map(lambda leaf: np.asarray(leaf) if lanes == 1 else np.asarray(leaf)[..., index].copy(), tree)


def member_schedule(schedule: ScheduleSpec, member: Member) -> ScheduleSpec:
    """Return the schedule with the member's own numbers."""
    own = {name.removeprefix(SCHEDULE_OF): value for name, value in member.hyper if name.startswith(SCHEDULE_OF)}
    return schedule.model_copy(update=own) if own else schedule


def member_hyper(plan: Plan, member: Member) -> dict[str, np.ndarray]:
    """Return the numbers that the program reads: the member's where it has them, else the experiment's."""
    varied = dict(member.hyper)
    defaults = {**numeric_fields(plan.optimizer), "l1": plan.optimizer.l1, "l2": plan.optimizer.l2}

    def value(name: str) -> float:
        if name in varied:
            return varied[name]
        if name.startswith(RATE_OF):
            return varied.get("learning_rate", defaults["learning_rate"])
        if name == SMOOTHING:
            return plan.label_smoothing
        if name in (SHIFT, ROTATE) and plan.augment is not None:
            return plan.augment.shift if name == SHIFT else plan.augment.rotate
        return defaults[name] if name in defaults else next(iter(plan.network.dropout_rates().values()))

    return {name: np.asarray(value(name), plan.precision) for name in plan.hyper_names}


def _cast(arrays: dict[str, dict[str, np.ndarray]], precision: str) -> dict[str, dict[str, np.ndarray]]:
    return {layer: {role: array.astype(precision) for role, array in roles.items()} for layer, roles in arrays.items()}


def flatten_state(state: State) -> dict[str, np.ndarray]:
    """Return every array of a state under a name, for writing it to disk."""
    leaves = jax.tree_util.tree_leaves_with_path(state)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(leaf) for path, leaf in leaves}


def unflatten_state(arrays: dict[str, np.ndarray], like: State) -> State:
    """Put named arrays back into the form of a state.

    Args:
        arrays: Named arrays, as `flatten_state` returns them.
        like: A state of the same plan.

    Returns:
        The state.

    Raises:
        RunError: If an array is missing or has another shape or type.
    """

    def find(path: Any, leaf: Any) -> np.ndarray:
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        wanted = np.asarray(leaf)
        array = arrays.get(name)
        if array is None or array.shape != wanted.shape or array.dtype != wanted.dtype:
            raise RunError(
                f"the checkpoint does not fit its experiment: '{name}' is missing or has another shape or type; train "
                "anew"
            )
        return array

    return jax.tree_util.tree_map_with_path(find, like)
