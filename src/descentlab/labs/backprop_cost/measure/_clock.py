"""Timing of compiled work, without the time of the call from Python."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float

Name = TypeVar("Name", bound=Hashable)

SHORTEST_S = 2e-3
"""Shortest measurement: the work is repeated until it takes this long. Reading the clock takes 0.1 us."""
MOST_REPEATS = 2**24
SMALL_BYTES = 2**14
"""Largest size of arguments of which two copies are kept. XLA's limit for a loop in one piece is about 1,000."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A piece of work that can be repeated any number of times.

    Attributes:
        run: Function that does the work the given number of times, and returns when it is done.
        count: Number of repetitions in one measurement.
        seconds: First estimate of the time of one repetition, made when `count` was chosen.
    """

    run: Callable[[int], object]
    count: int
    seconds: float

    def measure(self) -> float:
        """Measure once, and return the seconds of one repetition."""
        return _seconds(self.run, self.count) / self.count


def compile_loop(work: Callable[..., Any], *arguments: Any) -> Callable[[int], Any]:
    """Compile work into a loop, as training does, so that all its turns share the fixed cost of one call.

    A call into a compiled program takes some 20 to 100 us, whatever the program computes. That is more than a whole
    step of a small network. The number of turns is an argument of the loop, so that one program serves every number.

    Args:
        work: Pure function of arrays.
        arguments: The arrays.

    Returns:
        A function of the number of turns. It repeats the work that often and returns the value of the last turn.
    """
    blank = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), jax.eval_shape(work, *arguments))
    held, take = hold(arguments)

    def loop(count: Array, held: Any) -> Any:
        return lax.fori_loop(0, count, lambda turn, _: work(*take(held, turn)), blank)

    compiled = jax.jit(loop).lower(jnp.int32(1), held).compile()
    return lambda count: jax.block_until_ready(compiled(jnp.int32(count), held))


def hold(arguments: Any) -> tuple[Any, Callable[[Any, Array], Any]]:
    """Keep arguments so that the compiler cannot see that each turn of a loop gets the same ones.

    A compiler would do work that is the same in each turn only once, before the loop. A barrier keeps XLA from that.
    XLA hands loops over very few numbers to LLVM in one piece, where the barrier has no effect; in such loops the
    turns read two copies alternately.

    Args:
        arguments: Any tree of arrays.

    Returns:
        A tree of arrays for the compiled loop, and a function that takes the arguments of one turn from it.
    """
    is_small = sum(leaf.nbytes for leaf in jax.tree.leaves(arguments)) <= SMALL_BYTES
    # By NumPy, for JAX would compile a program for each shape.
    held = jax.device_put(jax.tree.map(lambda leaf: np.stack([leaf, leaf]), arguments) if is_small else arguments)

    def take(held: Any, turn: Array) -> Any:
        if is_small:
            return jax.tree.map(lambda leaf: lax.dynamic_index_in_dim(leaf, turn % 2, keepdims=False), held)
        return lax.optimization_barrier((held, turn))[0]

    return held, take


def prepare(run: Callable[[int], object], *, shortest_s: float = SHORTEST_S) -> Trial:
    """Choose how often work is repeated in one measurement.

    Args:
        run: Function that does the work the given number of times.
        shortest_s: Shortest time of a measurement, in seconds.

    Returns:
        The trial, with the chosen number of repetitions.
    """
    run(1)
    count = 1
    while True:
        seconds = _fastest(run, count, shortest_s)
        if seconds >= shortest_s or count >= MOST_REPEATS:
            return Trial(run, count, seconds / count)
        count = min(MOST_REPEATS, count * max(2, min(16, int(shortest_s / max(seconds, 1e-9)))))


def call_each_time(run: Callable[[int], object]) -> Callable[[int], None]:
    """Return work that Python calls again for each repetition.

    Args:
        run: Function that does the work the given number of times.
    """

    def call(count: int) -> None:
        for _ in range(count):
            run(1)

    return call


def measure_by_turns(
    trials: Mapping[Name, Trial],
    *,
    num_rounds: int,
    least_rounds: int,
    deadline: float,
    on_round: Callable[[int, int], None],
) -> dict[Name, Float[np.ndarray, " rounds"]]:
    """Measure several pieces of work in turn, so that a disturbance of the machine affects all of them.

    Args:
        trials: Pieces of work by name.
        num_rounds: Number of measurements of each, if time allows.
        least_rounds: Number of measurements of each, if time is short.
        deadline: Time at which to stop, as `time.perf_counter` counts it.
        on_round: Function that is called after each round with the number of rounds done and of all rounds.

    Returns:
        Seconds of one repetition by name, one number for each round.
    """
    times: dict[Name, list[float]] = {name: [] for name in trials}
    for turn in range(num_rounds):
        # Every other round goes backward, so that a machine that slows down does not always slow the same ones.
        for name in list(trials)[:: -1 if turn % 2 else 1]:
            times[name].append(trials[name].measure())
        on_round(turn + 1, num_rounds)
        if turn + 1 >= least_rounds and time.perf_counter() > deadline:
            break
    return {name: np.array(values) for name, values in times.items()}


def _fastest(run: Callable[[int], object], count: int, shortest_s: float) -> float:
    """Return the fastest of five tries, or the first that is too short for a measurement."""
    fastest = float("inf")
    for _ in range(5):
        fastest = min(fastest, _seconds(run, count))
        if fastest < shortest_s:
            break
    return fastest


def _seconds(run: Callable[[int], object], count: int) -> float:
    begin = time.perf_counter()
    run(count)
    return time.perf_counter() - begin
