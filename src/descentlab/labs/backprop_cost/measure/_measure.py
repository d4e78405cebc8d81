"""Timing of a network's step as examples, weights and layers grow."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import jax
import numpy as np

from descentlab.labs.backprop_cost.measure._case import Case, gradient_of
from descentlab.labs.backprop_cost.measure._clock import (
    SHORTEST_S,
    Trial,
    call_each_time,
    compile_loop,
    measure_by_turns,
    prepare,
)
from descentlab.labs.backprop_cost.measure._exponent import LEAST_POINTS
from descentlab.labs.backprop_cost.measure._gather import Key, Plans, gather
from descentlab.labs.backprop_cost.measure._stack import Stack, widest_dense
from descentlab.labs.backprop_cost.measure._timed import Timed
from descentlab.labs.backprop_cost.measure._weightwise import Way, WeightwiseLoop, compile_weightwise

Size = TypeVar("Size")
Loop = Callable[[int], Any]
"""A function that does a piece of work the given number of times, and returns the value of the last time."""
OnProgress = Callable[[str, int, int], None]
"""A function that is called with the name of the phase, the number of steps done, and of all its steps."""

ROUNDS = 11
LEAST_ROUNDS = 3
SHARE = 300
"""The longest gradient takes 1 / `SHARE` of the budget: some sixty programs are measured `ROUNDS` times each."""
MAX_NUMBERS = 2**25
"""Most inputs or weights of one network, so that memory stays within a few hundred MB."""
USUAL_NEURONS = 64
"""Neurons of a layer where the network has no hidden dense layer to take them from."""
BATCHES = tuple(4**k for k in range(8))
INPUTS = tuple(4**k for k in range(1, 10))
LAYERS = (1, 2, 4, 8, 16, 32)
WIDTHS = tuple(2**k for k in range(2, 12))
NUDGED = 256
"""Widest layers whose gradient is also computed by differences: with 131,000 weights that takes a minute."""
WEIGHTWISE_S = 0.01
"""Shortest measurement of a gradient one weight at a time: longer than others, so that more weights are measured."""
EXPECTED = 3 * len(BATCHES) + 3 + len(INPUTS) + len(LAYERS) + len(WIDTHS) + sum(width <= NUDGED for width in WIDTHS)
WAYS: tuple[Way, ...] = ("difference", "chain rule")


def time_step(case: Case, *, budget_s: float, on_progress: OnProgress) -> Timed:
    """Time a network's step, and how its time grows with examples, weights and layers.

    Sizes grow until one gradient takes a three-hundredth of the budget; then all programs are measured in turn.

    Args:
        case: Training step of the network.
        budget_s: Seconds for the measurements, about. Compiling is not counted, and large networks take longer even at
            their smallest sizes.
        on_progress: Function that is called as the work advances.

    Returns:
        All times.
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
        on_round=lambda done, total: on_progress("timing", done, total),
    )
    return gather(case, job.plans(), seconds)


def step_loops(case: Case, num_examples: int | None = None) -> dict[Literal["forward", "gradient"], Loop]:
    """Compile the forward pass of a batch, and its forward and backward pass together, into loops.

    Args:
        case: Training step of the network.
        num_examples: Number of examples in the batch. Default: the batch size of the network's training.

    Returns:
        A loop over forward passes, and a loop over gradients.
    """
    asked = (case.params, *case.batch(num_examples or case.batch_size))
    return {
        "forward": compile_loop(case.loss_fn, *asked),
        "gradient": compile_loop(gradient_of(case.loss_fn), *asked),
    }


@dataclass
class _Job:
    case: Case
    longest_s: float
    on_progress: OnProgress
    trials: dict[Key, Trial] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    stacks: dict[str, list[Stack]] = field(default_factory=dict)
    loops: dict[Way, WeightwiseLoop] = field(default_factory=dict)
    gradient: Any = None

    def plans(self) -> Plans:
        counts = {key: trial.count for key, trial in self.trials.items()}
        return Plans(tuple(sorted(self.batches)), self.stacks, self.loops, counts, self.gradient)

    def add(self, key: Key, run: Callable[[int], object]) -> float:
        """Add a trial, and return the seconds of one repetition."""
        self.trials[key] = prepare(run, shortest_s=WEIGHTWISE_S if key[0] in WAYS else SHORTEST_S)
        self.on_progress("compiling", min(len(self.trials), EXPECTED - 1), EXPECTED)
        return self.trials[key].seconds

    def prepare_network(self) -> None:
        """Prepare the gradient of the network by batch size and one weight at a time, and its update."""
        usual, values = self.case.batch_size, int(np.prod(self.case.network.input_shape))
        self.add_batch(usual)
        fits = [size for size in BATCHES if size * values <= MAX_NUMBERS and size != usual]
        self.batches = [usual, *self._grow(fits, self.add_batch, factor=4.0)]
        self.add(("update", 0), compile_loop(self.case.update, *self.case.start_update()))
        arguments = (jax.device_put(self.case.params), *self.case.batch(usual))
        has_convolutions = self.case.network.has_convolution
        for way in WAYS[:1] if has_convolutions else WAYS:
            self.loops[way] = compile_weightwise(way, self.case.loss_fn, *arguments)
            self.add((way, 0), self.loops[way].run)

    def add_batch(self, size: int) -> float:
        """Prepare the forward pass and the gradient of a batch, and the gradient as calls from Python."""
        loops = step_loops(self.case, size)
        if size == self.case.batch_size:
            self.gradient = loops["gradient"](1)[1]
        self.add(("forward", size), loops["forward"])
        self.add(("called", size), call_each_time(loops["gradient"]))
        return self.add(("gradient", size), loops["gradient"])

    def prepare_stacks(self) -> None:
        """Prepare stacks of equal dense layers whose inputs, number and width grow."""
        neurons, activation = widest_dense(self.case.network) or (USUAL_NEURONS, "relu")

        def stack(inputs: int, neurons: int, layers: int) -> Stack:
            return Stack(inputs, neurons, layers, self.case.batch_size, activation, self.case.precision)

        self._add_family("d", [stack(size, neurons, 1) for size in INPUTS], factor=4.0)
        self._add_family("L", [stack(neurons, neurons, size) for size in LAYERS], factor=2.0)
        self._add_family("w", [stack(size, size, 2) for size in WIDTHS], factor=4.0)

    def _add_family(self, symbol: str, family: list[Stack], factor: float) -> None:
        def add(stack: Stack) -> float:
            loss_fn, arguments = stack.build()
            if symbol == "w" and stack.neurons <= NUDGED:
                self.add(("difference", stack), compile_weightwise("difference", loss_fn, *arguments).run)
            return self.add((symbol, stack), compile_loop(gradient_of(loss_fn), *arguments))

        fits = [stack for stack in family if stack.numbers <= MAX_NUMBERS]
        self.stacks[symbol] = self._grow(fits, add, factor)

    def _grow(self, sizes: Iterable[Size], add: Callable[[Size], float], factor: float) -> list[Size]:
        """Prepare rising sizes until the next would take too long, but at least as many as a fit needs."""
        taken: list[Size] = []
        for size in sizes:
            seconds = add(size)
            taken.append(size)
            if len(taken) >= LEAST_POINTS and seconds * factor > self.longest_s:
                break
        return taken
