"""The time of a piece of compiled work, apart from what it costs to call it."""

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
"""What one measurement takes at least; the work is done so often that it does. A clock's reading costs 0.1 us."""
MOST_REPEATS = 2**24
SMALL_BYTES = 2**14
"""Arguments of at most so many bytes have two copies. XLA's own limit for a loop in one piece is about 1,000."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A piece of work that can be done any number of times in a row.

    Attributes:
        run: Does it so many times, and returns when it is done.
        count: How many times it is done in one measurement.
        seconds: What one time took when `count` was chosen: a first idea of it.
    """

    run: Callable[[int], object]
    count: int
    seconds: float

    def measure(self) -> float:
        """Return the seconds of one time, from one measurement."""
        return _seconds(self.run, self.count) / self.count


def compile_loop(work: Callable[..., Any], *arguments: Any) -> Callable[[int], Any]:
    """Compile work into a loop of its own, as training does, so that a call's fixed price is shared by its turns.

    A call into a compiled program costs some 20 to 100 us whatever it computes: more than a whole step of a small
    network. The loop's number of turns is an argument, so that one program serves any.

    Args:
        work: A pure function of arrays.
        arguments: The arrays.

    Returns:
        A function of a number of turns that does the work so often and returns what the last turn gave.
    """
    arguments = jax.tree.map(jnp.asarray, arguments)
    blank = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(work, *arguments))
    held, take = hold(arguments)

    def loop(count: Array, held: Any) -> Any:
        return lax.fori_loop(0, count, lambda turn, _: work(*take(held, turn)), blank)

    compiled = jax.jit(loop).lower(jnp.int32(1), held).compile()
    return lambda count: jax.block_until_ready(compiled(jnp.int32(count), held))


def hold(arguments: Any) -> tuple[Any, Callable[[Any, Array], Any]]:
    """Keep arguments so that each turn of a loop has its own, which no compiler may take for those of the last turn.

    Work that is the same in each turn would be done once, before the loop. A barrier keeps XLA from that. Loops over
    very few numbers it hands to LLVM in one piece, behind the barrier; there turns read two copies alternately.

    Args:
        arguments: Any tree of arrays.

    Returns:
        What to hand to the compiled loop, and a function that takes a turn's arguments from it.
    """
    is_small = sum(leaf.nbytes for leaf in jax.tree.leaves(arguments)) <= SMALL_BYTES
    held = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), arguments) if is_small else arguments

    def take(held: Any, turn: Array) -> Any:
        if is_small:
            return jax.tree.map(lambda leaf: lax.dynamic_index_in_dim(leaf, turn % 2, keepdims=False), held)
        return lax.optimization_barrier((held, turn))[0]

    return held, take


def prepare(run: Callable[[int], object], *, shortest_s: float = SHORTEST_S) -> Trial:
    """Choose how often work is done in one measurement.

    Args:
        run: Does it so many times.
        shortest_s: What a measurement takes at least.

    Returns:
        The trial.
    """
    run(1)
    count = 1
    while True:
        seconds = _fastest(run, count, shortest_s)
        if seconds >= shortest_s or count >= MOST_REPEATS:
            return Trial(run, count, seconds / count)
        count = min(MOST_REPEATS, count * max(2, min(16, int(shortest_s / max(seconds, 1e-9)))))


def one_by_one(run: Callable[[int], object]) -> Callable[[int], None]:
    """Return work that is called anew each time it is done, as by a loop in Python."""

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
    """Measure several pieces of work by turns, so that what disturbs the machine disturbs all of them.

    Args:
        trials: The work by name.
        num_rounds: How often each is measured, if time allows.
        least_rounds: How often, if it does not.
        deadline: When to stop, by `time.perf_counter`.
        on_round: Called after each round with how many are done, of how many.

    Returns:
        Seconds of one time, a number for each round.
    """
    found: dict[Name, list[float]] = {name: [] for name in trials}
    for turn in range(num_rounds):
        # To and fro, so that a machine that slows down does not always slow the same ones.
        for name in list(trials)[:: -1 if turn % 2 else 1]:
            found[name].append(trials[name].measure())
        on_round(turn + 1, num_rounds)
        if turn + 1 >= least_rounds and time.perf_counter() > deadline:
            break
    return {name: np.array(values) for name, values in found.items()}


def _fastest(run: Callable[[int], object], count: int, shortest_s: float) -> float:
    """Return the fastest of some tries; the first that is short enough to go on from will do."""
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
