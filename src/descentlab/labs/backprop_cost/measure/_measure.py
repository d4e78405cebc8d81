"""Timing a network's step, and what its time depends on."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from descentlab.labs.backprop_cost.measure._case import Case, gradient_of
from descentlab.labs.backprop_cost.measure._clock import (
    SHORTEST_S,
    Trial,
    compile_loop,
    measure_by_turns,
    one_by_one,
    prepare,
)
from descentlab.labs.backprop_cost.measure._exponent import LEAST_POINTS
from descentlab.labs.backprop_cost.measure._gather import Key, Plans, gather
from descentlab.labs.backprop_cost.measure._one_weight import OneWeight, Way, compile_one_weight
from descentlab.labs.backprop_cost.measure._stack import Stack, widest_dense
from descentlab.labs.backprop_cost.measure._timed import Timed

Size = TypeVar("Size")
Loop = Callable[[int], Any]
"""Does a piece of work so many times, and returns what the last time gave."""
Notice = Callable[[str, int, int], None]
"""Told what is done, how much of it, of how much."""

ROUNDS = 11
LEAST_ROUNDS = 3
SHARE = 300
"""One gradient takes at most this part of the budget: some sixty programs are measured `ROUNDS` times each."""
MAX_NUMBERS = 2**25
"""Inputs or weights of one network, so that memory stays within a few hundred MB."""
USUAL_NEURONS = 64
"""Neurons of a layer where the network has no hidden dense layer to take them from."""
BATCHES = tuple(4**k for k in range(8))
INPUTS = tuple(4**k for k in range(1, 10))
LAYERS = (1, 2, 4, 8, 16, 32)
WIDTHS = tuple(2**k for k in range(2, 12))
NUDGED = 256
"""Widest layers whose gradient is also taken by differences: with 131,000 weights that takes a minute."""
ONE_BY_ONE_S = 0.01
"""A measurement of one weight at a time lasts longer, so that more of the weights are taken."""
EXPECTED = 3 * len(BATCHES) + 3 + len(INPUTS) + len(LAYERS) + len(WIDTHS) + sum(width <= NUDGED for width in WIDTHS)
WAYS: tuple[Way, ...] = ("difference", "chain rule")


def time_step(case: Case, *, budget_s: float, on_progress: Notice) -> Timed:
    """Time a network's step, and how that depends on examples, weights and layers.

    Sizes grow until one gradient takes a three-hundredth of the budget; then all programs are measured by turns.

    Args:
        case: The network in training.
        budget_s: About how long to measure, compiling not counted. Large networks take longer at their least sizes.
        on_progress: Told how far it is.

    Returns:
        The times.
    """
    job = _Job(case, budget_s / SHARE, on_progress)
    job.prepare_network()
    job.prepare_stacks()
    on_progress("compiling", EXPECTED, EXPECTED)
    seconds = measure_by_turns(
        job.trials,
        num_rounds=ROUNDS,
        least_rounds=LEAST_ROUNDS,
        deadline=time.perf_counter() + budget_s,
        on_round=lambda done, total: on_progress("timing by turns", done, total),
    )
    return gather(case, job.plans(), seconds)


def step_loops(case: Case, num_examples: int | None = None) -> dict[Literal["forward", "gradient"], Loop]:
    """Compile a batch's way forward, and its way forward and back, into loops that take them any number of times.

    Args:
        case: The network in training.
        num_examples: Of the batch. Default: the network's own.

    Returns:
        Functions of a number of turns.
    """
    asked = (case.params, *case.batch(num_examples or case.batch_size))
    return {
        "forward": compile_loop(case.loss_fn, *asked),
        "gradient": compile_loop(gradient_of(case.loss_fn), *asked),
    }


@dataclass
class _Job:
    """Prepares all that is to be timed."""

    case: Case
    longest_s: float
    on_progress: Notice
    trials: dict[Key, Trial] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    stacks: dict[str, list[Stack]] = field(default_factory=dict)
    loops: dict[Way, OneWeight] = field(default_factory=dict)
    gradient: Any = None

    def plans(self) -> Plans:
        counts = {key: trial.count for key, trial in self.trials.items()}
        return Plans(tuple(sorted(self.batches)), self.stacks, self.loops, counts, self.gradient)

    def add(self, key: Key, run: Callable[[int], object]) -> float:
        """Take up a trial, and return what one time of it takes."""
        self.trials[key] = prepare(run, shortest_s=ONE_BY_ONE_S if key[0] in WAYS else SHORTEST_S)
        self.on_progress("compiling", min(len(self.trials), EXPECTED - 1), EXPECTED)
        return self.trials[key].seconds

    def prepare_network(self) -> None:
        """Prepare the network's own step: by batch size, its update, and one weight at a time."""
        own, values = self.case.batch_size, int(np.prod(self.case.network.input_shape))
        self.add_batch(own)
        fits = [size for size in BATCHES if size * values <= MAX_NUMBERS and size != own]
        self.batches = [own, *self._grow(fits, self.add_batch, factor=4.0)]
        self.add(("update", 0), compile_loop(self.case.update, *self.case.start_update()))
        asked = (jax.tree.map(jnp.asarray, self.case.params), *self.case.batch(own))
        has_convolutions = self.case.network.has_convolution
        for way in WAYS[:1] if has_convolutions else WAYS:
            self.loops[way] = compile_one_weight(way, self.case.loss_fn, *asked)
            self.add((way, 0), self.loops[way].run)

    def add_batch(self, size: int) -> float:
        """Prepare forward and gradient of a batch, the latter also as calls from Python."""
        loops = step_loops(self.case, size)
        if size == self.case.batch_size:
            self.gradient = loops["gradient"](1)[1]
        self.add(("forward", size), loops["forward"])
        self.add(("called", size), one_by_one(loops["gradient"]))
        return self.add(("gradient", size), loops["gradient"])

    def prepare_stacks(self) -> None:
        """Prepare equal dense layers as their inputs, their number and their width grow."""
        neurons, activation = widest_dense(self.case.network) or (USUAL_NEURONS, "relu")

        def stack(inputs: int, neurons: int, layers: int) -> Stack:
            return Stack(inputs, neurons, layers, self.case.batch_size, activation, self.case.precision)

        self._add_family("d", [stack(size, neurons, 1) for size in INPUTS], factor=4.0)
        self._add_family("L", [stack(neurons, neurons, size) for size in LAYERS], factor=2.0)
        self._add_family("w", [stack(size, size, 2) for size in WIDTHS], factor=4.0)

    def _add_family(self, symbol: str, family: list[Stack], factor: float) -> None:
        def add(stack: Stack) -> float:
            loss_fn, asked = stack.build()
            if symbol == "w" and stack.neurons <= NUDGED:
                self.add(("difference", stack), compile_one_weight("difference", loss_fn, *asked).run)
            return self.add((symbol, stack), compile_loop(gradient_of(loss_fn), *asked))

        fits = [stack for stack in family if stack.numbers <= MAX_NUMBERS]
        self.stacks[symbol] = self._grow(fits, add, factor)

    def _grow(self, sizes: Iterable[Size], add: Callable[[Size], float], factor: float) -> list[Size]:
        """Prepare rising sizes until the next would take too long, but as many as a fit needs."""
        taken: list[Size] = []
        for size in sizes:
            seconds = add(size)
            taken.append(size)
            if len(taken) >= LEAST_POINTS and seconds * factor > self.longest_s:
                break
        return taken
