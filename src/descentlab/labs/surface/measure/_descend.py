"""Descent on a surface from many starts at once, as one compiled program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab import optimizers
from descentlab.core import generator
from descentlab.labs.surface.measure._surface import Surface, loss_fn
from descentlab.spec import AdamSpec, AnyOptimizerSpec, MomentumSpec, NesterovSpec, RmspropSpec
from descentlab.training import precision_of

RuleName = Literal["sgd", "nesterov", "rmsprop", "adam"]
RULE_NAMES: tuple[RuleName, ...] = get_args(RuleName)

BLOCK = 4096
"""Number of starts that step together: their points, memory and boxes stay in a core's cache."""
SMALL_BLOCK = 512
REACH = 1_000.0
"""Distance from the domain's middle, in widths of the domain, beyond which a descent counts as diverged."""
NOISY_SHARE = 0.8
"""Share of the steps that have noise; in the last fifth each descent settles where the noise has led it."""
WATCHED_SHARE = 0.1
"""Share of the steps, at the end, by which a descent is judged."""
MIN_STEPS = 20

Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """The numbers of a descent.

    Attributes:
        learning_rate: Factor of the gradient in a step.
        momentum: Share of the last step's velocity that is kept; 0 is plain gradient descent.
        noise: Standard deviation of the noise in each part of each gradient, in the first four fifths of the steps.
    """

    learning_rate: float
    momentum: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True)
class Ends:
    """The ends of descents.

    Attributes:
        points: Points after the last step; of a descent that diverged, its last point within reach.
        low: Lowest value of each variable over the first and the second half of the last tenth of the steps.
        high: Highest value of each variable over the same steps.
        died_at: The step that led out of reach, or to a point without a value; -1 if there was none.
    """

    points: Float[np.ndarray, "starts dims"]
    low: Float[np.ndarray, "2 starts dims"]
    high: Float[np.ndarray, "2 starts dims"]
    died_at: Int[np.ndarray, " starts"]


def make_rule(name: RuleName, setting: Setting) -> AnyOptimizerSpec:
    """Return the update rule with its numbers; `sgd` is the heavy ball: without momentum, gradient descent.

    Example:
        >>> make_rule("sgd", Setting(0.1, momentum=0.9)).kind
        'momentum'
    """
    match name:
        case "sgd":
            return MomentumSpec(learning_rate=setting.learning_rate, momentum=setting.momentum)
        case "nesterov":
            return NesterovSpec(learning_rate=setting.learning_rate, momentum=setting.momentum)
        case "rmsprop":
            return RmspropSpec(learning_rate=setting.learning_rate)
        case "adam":
            return AdamSpec(learning_rate=setting.learning_rate)


def draw_starts(surface: Surface, num: int, *, seed: int) -> Float[np.ndarray, "starts dims"]:
    """Draw starts evenly over the domain; more starts begin with the same ones.

    Example:
        >>> from descentlab.labs.surface.measure import find_surface
        >>> draw_starts(find_surface("bowl"), 3, seed=0).shape
        (3, 2)
    """
    low, high = np.array(surface.domain).T
    return generator(seed, "surface", "starts").uniform(low, high, (num, surface.dimensions))


def descend(
    surface: Surface,
    starts: Float[np.ndarray, "starts dims"],
    setting: Setting,
    *,
    steps: int,
    rule: RuleName = "sgd",
    seed: int = 0,
    stream: int = 0,
) -> Ends:
    """Descend from many starts at once, in 64 bits.

    The number of steps and all numbers of the setting are arguments of the compiled program, so one program serves
    every setting. A descent that leaves all bounds is marked, and stays where it last was.

    Args:
        surface: The surface.
        starts: At most `BLOCK` starts.
        setting: Rate, momentum and noise.
        steps: Steps of each descent, at least `MIN_STEPS`.
        rule: Name of the update rule.
        seed: Seed of the noise.
        stream: Number of this block of starts. The noise is a function of seed, stream, place in the block and step,
            so that settings that are compared have the same noise.

    Returns:
        The ends of the descents.
    """
    watched = max(2, round(WATCHED_SHARE * steps))
    with precision_of("float64"):
        run = _Run(surface, starts, setting, steps=steps, rule=rule, seed=seed, stream=stream)
        run.advance_to(steps - watched)
        boxes = [run.watch_to(step) for step in (steps - watched // 2, steps)]
        low, high = (np.stack([box[k] for box in boxes]) for k in (0, 1))
        return Ends(run.points(), low, high, run.died_at())


def follow(
    surface: Surface,
    starts: Float[np.ndarray, "starts dims"],
    setting: Setting,
    *,
    at: Sequence[int],
    steps: int,
    rule: RuleName = "sgd",
    seed: int = 0,
) -> Float[np.ndarray, "times starts dims"]:
    """Record the paths of descents, by the same program and to the same bits as `descend`.

    Args:
        surface: The surface.
        starts: At most `BLOCK` starts.
        setting: Rate, momentum and noise.
        at: Numbers of steps after which to record, rising; 0 is the start.
        steps: Steps of each descent, at least `MIN_STEPS`.
        rule: Name of the update rule.
        seed: Seed of the noise.

    Returns:
        The points after each of these steps.
    """
    kept = []
    with precision_of("float64"):
        # In a full block, for whose size the program is there already after thousands of descents.
        run = _Run(surface, starts, setting, steps=steps, rule=rule, seed=seed, size=BLOCK)
        for step in at:
            run.advance_to(step)
            kept.append(run.points())
    return np.stack(kept)


class _Run:
    """One block of descents in progress."""

    def __init__(
        self,
        surface: Surface,
        starts: Float[np.ndarray, "starts dims"],
        setting: Setting,
        *,
        steps: int,
        rule: RuleName,
        seed: int = 0,
        stream: int = 0,
        size: int | None = None,
    ) -> None:
        self._num = len(starts)
        size = size or (SMALL_BLOCK if self._num <= SMALL_BLOCK else BLOCK)
        low, high = np.array(surface.domain).T
        spec = make_rule(rule, setting)
        self._common = _Common(surface, rule, size)
        padded = np.broadcast_to((low + high) / 2.0, (size, surface.dimensions)).copy()
        padded[: self._num] = starts
        point = dict(zip(surface.variables, padded.T.copy(), strict=True))
        self._state: Any = (point, optimizers.start(spec, {"at": point}), np.full(size, -1, np.int32), None)
        fields = {**optimizers.numeric_fields(spec), "noise": setting.noise}
        self._hyper = {name: np.asarray(value, np.float64) for name, value in fields.items()}
        self._key = jax.random.fold_in(jax.random.key(seed), stream)
        self._step = 0
        self._quiet_from = round(NOISY_SHARE * steps) if setting.noise > 0.0 else 0

    def advance_to(self, step: int) -> None:
        """Take the steps up to this one."""
        for end, is_noisy in ((min(step, self._quiet_from), True), (step, False)):
            if end > self._step:
                common = replace(self._common, is_noisy=is_noisy)
                self._state = _advance(common, self._state, self._hyper, self._key, (self._step, end))
                self._step = end

    def watch_to(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Take the steps up to this one; return the lowest and the highest value of each variable on the way."""
        point, memory, died, _ = self._state
        # Boxes double the time of a step, so they are there only while they are wanted.
        self._state = (point, memory, died, (point, point))
        self.advance_to(step)
        *state, (low, high) = self._state
        self._state = (*state, None)
        return self._stacked(low), self._stacked(high)

    def points(self) -> np.ndarray:
        """Return the current points."""
        return self._stacked(self._state[0])

    def died_at(self) -> np.ndarray:
        """Return the step at which each descent diverged, or -1."""
        return np.asarray(self._state[2])[: self._num]

    def _stacked(self, tree: Tree) -> np.ndarray:
        return np.stack([np.asarray(tree[name])[: self._num] for name in self._common.surface.variables], axis=-1)


@dataclass(frozen=True)
class _Common:
    """The facts for which a program is compiled."""

    surface: Surface
    rule: RuleName
    size: int
    is_noisy: bool = False


@partial(jax.jit, static_argnums=0)
def _advance(common: _Common, state: Any, hyper: Tree, key: Any, bounds: Any) -> Any:
    return jax.lax.fori_loop(bounds[0], bounds[1], partial(_step, common, hyper, key), state)


def _step(common: _Common, hyper: Tree, key: Any, step: Array, state: Any) -> Any:
    point, memory, died, box = state
    loss = loss_fn(common.surface)
    # Each value depends on its own point alone, so the gradient of their sum holds the gradient of each.
    grads = jax.grad(lambda at: loss(at).sum())(point)
    if common.is_noisy:
        drawn = jax.random.normal(jax.random.fold_in(key, step), (len(point), common.size), jnp.float32)
        grads = {name: grads[name] + hyper["noise"] * drawn[k] for k, name in enumerate(point)}
    # The rule's numbers are arguments of the program, so those in this spec are never read.
    spec = make_rule(common.rule, Setting(learning_rate=0.0))
    moved, memory = optimizers.update(spec, {"at": grads}, memory, {"at": point}, hyper, jnp.ones((), jnp.float64))
    moved = moved["at"]
    is_within = jnp.ones_like(died, bool)
    for name, (lowest, highest) in zip(common.surface.variables, common.surface.domain, strict=True):
        away = jnp.abs(moved[name] - (lowest + highest) / 2.0)
        is_within &= away <= REACH * common.surface.width  # false where it is no number
    is_alive = (died < 0) & is_within
    point = {name: jnp.where(is_alive, moved[name], point[name]) for name in point}
    died = jnp.where((died < 0) & ~is_within, step + 1, died).astype(jnp.int32)
    if box is not None:
        low, high = box
        box = (
            {name: jnp.minimum(low[name], point[name]) for name in point},
            {name: jnp.maximum(high[name], point[name]) for name in point},
        )
    return point, memory, died, box
