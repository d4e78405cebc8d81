"""One network in training under a person's hands: stepped, changed while it runs, and taken back."""

import dataclasses
import functools
import math
import time
from array import array
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from descentlab.core import SpecError, unknown_name
from descentlab.data import Dataset
from descentlab.networks import HostArrays
from descentlab.optimizers import schedule_factors
from descentlab.spec import Experiment
from descentlab.training._devices import precision_of, quick_compilation
from descentlab.training._examples import call_orders, lay_out
from descentlab.training._measure import measure
from descentlab.training._plan import Form, State, make_plan
from descentlab.training._program import Compiler, as_bounds, trace_names
from descentlab.training._recorder import Recorder
from descentlab.training._state import Member, Start, first_state, member_hyper
from descentlab.training._symptoms import SymptomPlan, Symptoms

Tree = dict[str, dict[str, np.ndarray]]


@dataclasses.dataclass(frozen=True, eq=False)
class Moment:
    """The whole state of a network at one moment of its training; `LiveNetwork.go_to` goes back to it.

    Attributes:
        state: Parameters, the optimizer's memory and the running sums.
        epoch: Number of whole epochs done.
        step: Number of steps done in the unfinished epoch after them.
    """

    state: State
    epoch: int
    step: int

    @property
    def params(self) -> Tree:
        """The learned arrays by layer and role."""
        return self.state["params"]


class LiveNetwork:
    """One network that trains step by step, as far as its caller asks, and may be changed in between.

    It runs the program that `train` runs: as long as nothing is changed, its weights are those of `train`, up to the
    rounding of penalties of zero. Its numbers (`learning_rate`, `momentum`, `l1`, `l2`, ...) and its weights may be
    changed at any time without compiling anew. Networks that differ in nothing else share one program.
    """

    def __init__(
        self, experiment: Experiment, dataset: Dataset, *, seed: int | None = None, start: Start | None = None
    ) -> None:
        """Draw a network.

        Args:
            experiment: The experiment to train; `epochs` sets only the length of the schedule.
            dataset: The prepared data.
            seed: Draws the initial weights and the order of the examples. Default: the experiment's.
            start: Weights to start from instead of drawn ones.

        Raises:
            DescentlabError: If the experiment does not fit the data.
        """
        self.plan = make_plan(experiment, dataset, varied=("l1", "l2"), traces_test=len(dataset.test) > 0)
        self.experiment = experiment
        self.seed = experiment.seed if seed is None else seed
        self.epoch = 0
        self.step = 0
        self.trace: dict[str, array[float]] = {name: array("d") for name in trace_names(self.plan)}
        self.epoch_seconds = 0.0
        self._hyper = member_hyper(self.plan, Member(self.seed))
        self._member = Member(self.seed, start=start)
        self._schedule = schedule_factors(
            experiment.schedule, num_epochs=max(1, experiment.epochs), steps_per_epoch=self.plan.steps_per_epoch
        )
        self._lay_out(dataset)
        self._state = first_state(self.plan, self._member)
        self.is_prepared = _compiler_of(self.plan.form).num_compiled > 0

    @property
    def hyper(self) -> dict[str, float]:
        """The numbers that may be changed while it trains, by name."""
        return {name: float(value) for name, value in self._hyper.items()}

    @property
    def params(self) -> Tree:
        """The current learned arrays, by layer and role."""
        return jax.tree.map(np.asarray, self._state["params"])

    @property
    def statistics(self) -> Tree:
        """The current running statistics, by layer and role."""
        return jax.tree.map(np.asarray, self._state["statistics"])

    @property
    def has_diverged(self) -> bool:
        """Whether its loss was no longer a number at some step."""
        return int(self._state["diverged_at"]) >= 0

    @property
    def diverged_at(self) -> int | None:
        """The epoch, counted from 1, in which its loss was no longer a number."""
        at = int(self._state["diverged_at"])
        return at // self.plan.steps_per_epoch + 1 if at >= 0 else None

    def prepare(self) -> None:
        """Compile the training program, which takes most of a second; otherwise the first `advance` does it.

        Another thread may call this while the network is looked at. Networks with equal plans compile once.
        """
        with precision_of(self.plan.precision):
            self._program(self._arguments(0))

    def advance(self, num_epochs: int) -> None:
        """Train for some epochs; the rest of an unfinished one counts as one. A diverged network does not train on."""
        to_make = num_epochs * self.plan.steps_per_epoch - self.step
        self.advance_steps(to_make)

    def advance_steps(self, num_steps: int) -> None:
        """Make some updates, each on one mini-batch."""
        while num_steps > 0 and not self.has_diverged:
            to_last_trace = self.plan.epochs_per_call * self.plan.steps_per_epoch - self.step
            now = min(num_steps, to_last_trace, self.plan.steps_per_call)
            self._run(now)
            num_steps -= now

    def change(self, values: Mapping[str, float]) -> None:
        """Change numbers from the next step on.

        Args:
            values: New values, by the names of `hyper`.

        Raises:
            SpecError: If a name is unknown, or a value is negative or not finite.
        """
        for name, value in values.items():
            if name not in self._hyper:
                raise SpecError(unknown_name("hyperparameter", name, self._hyper))
            if not 0.0 <= value < math.inf:
                raise SpecError(f"{name}={value} is not possible: give a finite number of at least 0")
        self._hyper |= {name: np.asarray(value, self.plan.precision) for name, value in values.items()}

    def set_params(self, params: HostArrays) -> None:
        """Set the weights of some or all layers; the optimizer's memory stays.

        Raises:
            SpecError: If the weights do not fit the network.
        """
        whole = first_state(self.plan, Member(self.seed, start=Start({**self.params, **params})))["params"]
        self._state = {**self._state, "params": whole, "diverged_at": np.int32(-1)}

    def set_weight(self, layer: str, role: str, index: tuple[int, ...], value: float) -> None:
        """Set one weight.

        Raises:
            SpecError: If there is no such weight, or the value is not a number that the precision can hold.
        """
        params = {name: {part: array.copy() for part, array in arrays.items()} for name, arrays in self.params.items()}
        array = params.get(layer, {}).get(role, np.zeros(0))
        place = f"{layer}/{role}{list(index)}"
        if len(index) != array.ndim or not all(0 <= at < size for at, size in zip(index, array.shape, strict=True)):
            raise SpecError(f"there is no weight {place}")
        largest = float(np.finfo(array.dtype).max)
        if not abs(value) <= largest:  # NaN fails this comparison too
            raise SpecError(f"{place} cannot be {value}; a weight is a number up to {largest:.2g}")
        array[index] = value
        self.set_params(params)

    def set_data(self, dataset: Dataset) -> None:
        """Go on with other data of the same shapes.

        Raises:
            SpecError: If a part has another size, or the examples have another shape.
        """
        old, new = (_sizes(data) for data in (self.dataset, dataset))
        if old != new:
            raise SpecError(
                "the new data does not fit: its sizes (training, validation and test examples, input shape, classes) "
                f"are {new}, and the network needs {old}"
            )
        self._lay_out(dataset)

    def measure(self) -> dict[str, float]:
        """Measure the network's current loss and accuracy on each part, by name as in `trace`."""
        with precision_of(self.plan.precision):
            measured = _measure_program(self.plan.form)(self._state, self._data)
        return {name: float(measured[name]) for name in self.trace if name in measured}

    def symptoms(self) -> Symptoms:
        """Look at every layer as the network is now, and at what its next update would do; nothing is changed.

        Returns:
            A single record, of one member.
        """
        now = self.epoch * self.plan.steps_per_epoch + self.step
        recorder = Recorder(SymptomPlan(at=(now,)), [self.plan], [self.dataset], count=1, num_epochs=self.epoch + 1)
        with precision_of(self.plan.precision):
            before = jax.tree.map(np.array, self._state)
            _, *others = arguments = self._arguments(1)
            after, _ = self._program(arguments)(jax.tree.map(np.array, before), *others)
            recorder.record(now, before, after["params"], arguments[1])
        return recorder.symptoms().of(0, before=now + 1)

    def moment(self) -> Moment:
        """Copy the network's current state."""
        return Moment(jax.tree.map(np.array, self._state), self.epoch, self.step)

    def go_to(self, moment: Moment) -> None:
        """Go back to a moment of this network; what was measured after it is forgotten."""
        self._state, self.epoch, self.step = jax.tree.map(np.array, moment.state), moment.epoch, moment.step
        for values in self.trace.values():
            del values[moment.epoch :]

    def _run(self, num_steps: int) -> None:
        ended, step = divmod(self.step + num_steps, self.plan.steps_per_epoch)
        with precision_of(self.plan.precision):
            arguments = self._arguments(num_steps)
            run = self._program(arguments)
            begin = time.perf_counter()
            state, trace = jax.block_until_ready(run(*arguments))
            seconds = time.perf_counter() - begin
        self._state = state
        if not ended:
            self.step = step
            return
        self.epoch_seconds = seconds / num_steps * self.plan.steps_per_epoch
        # The program stops early where the network diverges: only epochs that were trained are kept.
        done = int(state["epoch"]) - self.epoch
        self.epoch, self.step = self.epoch + done, step if done == ended else 0
        for name, values in self.trace.items():
            values.frombytes(np.asarray(trace[name], np.float64)[:done].tobytes())

    def _program(self, arguments: tuple[Any, ...]) -> Any:
        form = self.plan.form
        program = _compiler_of(form).compile(form, frozenset(), device="", arguments=arguments)
        self.is_prepared = True
        return program

    def _arguments(self, num_steps: int) -> tuple[Any, ...]:
        plan, shuffle = self.plan, self.experiment.shuffle
        orders = call_orders(plan, self.seed, self.epoch, self.step, num_steps, shuffle=shuffle)
        bounds = as_bounds(num_steps, self.step, plan.steps_per_epoch)
        return self._state, self._hyper, {**self._data, "orders": orders}, self._factors_of(num_steps), bounds

    def _factors_of(self, num_steps: int) -> Float[np.ndarray, " steps"]:
        """Return the schedule of some steps; beyond its end it stays as its last epoch was."""
        per_epoch = self.plan.steps_per_epoch
        steps = self.step + np.arange(num_steps)
        epochs = np.minimum(self.epoch + steps // per_epoch, len(self._schedule) - 1)
        factors = np.zeros(self.plan.steps_per_call, self.plan.precision)
        factors[:num_steps] = self._schedule[epochs, steps % per_epoch]
        return factors

    def _lay_out(self, dataset: Dataset) -> None:
        self.dataset = dataset
        with precision_of(self.plan.precision):
            self._data = jax.device_put(lay_out(self.plan, [dataset]))


def _sizes(dataset: Dataset) -> tuple[Any, ...]:
    return len(dataset.train), len(dataset.validation), len(dataset.test), dataset.input_shape, len(dataset.classes)


@functools.lru_cache(maxsize=32)
def _compiler_of(form: Form) -> Compiler:  # noqa: ARG001 - one compiler a form, dropped together with it
    return Compiler(quick_compilation(runs_long=True))


@functools.lru_cache(maxsize=32)
def _measure_program(form: Form) -> Any:
    return jax.jit(functools.partial(measure, form), compiler_options=quick_compilation())
