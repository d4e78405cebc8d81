"""A block of members that train together, advanced slice by slice."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Bool, Float, Int

from descentlab.core import RunError
from descentlab.data import Dataset
from descentlab.training._devices import Device, precision_of, work_devices
from descentlab.training._examples import call_orders, separate_names
from descentlab.training._materials import Materials
from descentlab.training._numbers import SCALE
from descentlab.training._plan import Plan, State
from descentlab.training._program import Compiler, as_bounds, trace_names
from descentlab.training._recorder import Recorder
from descentlab.training._results import Stacked
from descentlab.training._state import (
    Member,
    first_state,
    flatten_state,
    member_hyper,
    stack,
    unflatten_state,
)
from descentlab.training._stream import Stream
from descentlab.training._symptoms import SymptomPlan

SLICE_S = 0.25
"""Seconds that one call of the program aims at, so that progress is drawn and Ctrl-C is heard that often."""


class Block:
    """Some members in training. The caller advances them, and can save and continue them between any two slices."""

    def __init__(
        self,
        plan: Plan,
        members: Sequence[Member],
        datasets: Sequence[Dataset],
        factors: Float[np.ndarray, "epochs steps *members"],
        *,
        shuffle: bool = True,
        snapshot_epochs: frozenset[int] = frozenset(),
        symptoms: SymptomPlan | None = None,
        devices: Sequence[Device] | None = None,
        compiler: Compiler | None = None,
        materials: Materials | None = None,
    ) -> None:
        """Lay out the members of a block.

        Args:
            plan: Static part of the training.
            members: At most `plan.lanes` members; empty lanes train copies of the last, which are dropped in the end.
            datasets: Each member's prepared data.
            factors: Factors by which the schedule multiplies the learning rate: for all members, or, where schedules
                differ, for each on the last axis.
            shuffle: Whether each epoch draws a new order of the examples.
            snapshot_epochs: Epochs after which parameters are kept; 0 is the start.
            symptoms: When symptoms are recorded; None if they are not.
            devices: Devices that the block runs on; several devices split each batch.
            compiler: Shared by blocks that may share programs.
            materials: Shared by blocks that may share data.
        """
        self.members = tuple(members)
        self.epoch = 0
        self.step = 0
        self._lanes = [*members, *[members[-1]] * (plan.lanes - len(members))]
        by_lane = [*datasets, *[datasets[-1]] * (plan.lanes - len(datasets))]
        self._plans = sized_alike(plan, by_lane)
        self.plan = self._plans[0]
        self._shares_data = all(dataset is by_lane[0] for dataset in by_lane)
        self._shares_order = self._shares_data and len({member.seed_of_order for member in members}) == 1
        self._factors = _by_step(factors, plan.lanes)
        self.num_epochs = len(factors)
        self._shuffle = shuffle
        self._snapshot_epochs = snapshot_epochs
        self._placement = _placement(devices)
        self._compiler = compiler or Compiler()
        self._trace: dict[str, list[np.ndarray]] = {name: [] for name in trace_names(plan)}
        self._snapshots: dict[int, Any] = {}
        self._materials = materials or Materials(plan)
        self._compiled: Callable[..., tuple[State, dict[str, Any]]] | None = None
        self._stream: Stream | None = None
        if plan.streams:
            self._stream = Stream(
                self.plan, by_lane[0], members[0].seed_of_order, num_epochs=len(factors), shuffle=shuffle
            )
        with precision_of(plan.precision):
            # Members that start alike share one state until they are put side by side.
            first = {_start_of(member): member for member in self._lanes}
            states = {start: first_state(plan, member) for start, member in first.items()}
            self._state = stack([states[_start_of(member)] for member in self._lanes], plan.lanes)
            self._initial = self._state["params"]
            self._initial_statistics = self._state["statistics"]
            self._hyper = stack([member_hyper(plan, member) for member in self._lanes], plan.lanes)
            self._data = self._lay_out(by_lane)
        self._keep_snapshot()
        self._recorder: Recorder | None = None
        if symptoms is not None:
            num_samples = 1 if self._shares_data else plan.lanes
            self._recorder = Recorder(
                symptoms,
                self._plans[:num_samples],
                by_lane[:num_samples],
                count=len(members),
                num_epochs=self.num_epochs,
                placement=None if isinstance(self._placement, NamedSharding) else self._placement,
            )

    def _lay_out(self, by_lane: Sequence[Dataset]) -> dict[str, Any]:
        return self._materials.data(by_lane[:1] if self._shares_data else by_lane, self._placement)

    @property
    def is_done(self) -> bool:
        """Whether all epochs are trained, or every member has stopped or diverged."""
        return self.epoch >= self.num_epochs or bool(np.all(self._have_stopped()) and self.step == 0)

    def _have_stopped(self) -> Bool[np.ndarray, " lanes"]:
        have_stopped = np.atleast_1d(self._state["diverged_at"]) >= 0
        return have_stopped | np.atleast_1d(self._state["has_stopped"]) if self.plan.patience else have_stopped

    @property
    def share_done(self) -> float:
        """Share of the training that is done, from 0 to 1."""
        if self.is_done:
            return 1.0
        return (self.epoch + self.step / self.plan.steps_per_epoch) / self.num_epochs

    def latest(self) -> dict[str, float]:
        """Return the first member's last measurements, by name; none before the end of the first epoch."""
        return {name: float(np.atleast_2d(values[-1].T)[0, -1]) for name, values in self._trace.items() if len(values)}

    def advance(self) -> None:
        """Train for about a quarter of a second."""
        self._run(self._next_slice())

    def advance_one_step(self) -> Float[np.ndarray, " members"]:
        """Make one update, and return the loss of its batch before it, by member."""
        before = np.array(self._state["loss_sum"])
        self._run(1)
        after = np.array(self._state["loss_sum"])
        if self.step == 0:  # the epoch has ended, and its sum with it
            after = self._trace["batch_loss"][-1][-1] * self.plan.steps_per_epoch
        return np.atleast_1d(after - before)[: len(self.members)]

    def _run(self, num_steps: int) -> None:
        counted = _count_steps(self._state)
        with precision_of(self.plan.precision):
            before = self._before_record()
            arguments = self._arguments(num_steps)
            if self._compiled is None:
                self._compiled = self._compile(arguments)
            begin = time.perf_counter()
            state, trace = jax.block_until_ready(self._compiled(*arguments))
            seconds = time.perf_counter() - begin
            # Where too few lanes are left, the program ends before its last epoch.
            num_steps = _count_steps(state) - counted
            ended, step = divmod(self.step + num_steps, self.plan.steps_per_epoch)
            if ended and self._stream is not None:
                state, measured = self._stream.measure(state, self._place)
                trace |= {name: np.asarray(value)[None] for name, value in measured.items()}
            if before is not None and self._recorder is not None:
                self._recorder.record(self._updates, before, state["params"], self._hyper)
        self._materials.step_seconds = seconds / max(1, num_steps)
        self._state, self.epoch, self.step = state, self.epoch + ended, step
        if ended:
            for name, values in self._trace.items():
                values.append(np.asarray(trace[name])[:ended])
            self._keep_snapshot()

    @property
    def _updates(self) -> int:
        return self.epoch * self.plan.steps_per_epoch + self.step

    def _before_record(self) -> dict[str, Any] | None:
        """Copy what the recorder looks at, since the program takes over the state's memory; None if nothing is due."""
        if self._recorder is None or not self._recorder.is_due(self._updates):
            return None
        return jax.tree.map(np.array, {name: self._state[name] for name in ("params", "statistics")})

    def _next_slice(self) -> int:
        """Choose the number of steps until progress is drawn, a snapshot or a record is due or a window ends."""
        most = None if self._recorder is None else self._recorder.most_steps(self._updates)
        return self._most_steps() if most is None else min(most, self._most_steps())

    def _most_steps(self) -> int:
        per_epoch, step_seconds = self.plan.steps_per_epoch, self._materials.step_seconds
        affordable = max(1, int(SLICE_S / step_seconds)) if step_seconds else 1
        if self._stream is not None:
            return min(affordable, self._stream.end_of_window(self.step) - self.step)
        to_stop = self._epochs_to_stop() * per_epoch - self.step
        to_last_trace = self.plan.epochs_per_call * per_epoch - self.step
        return min(affordable, to_stop, to_last_trace, self.plan.steps_per_call)

    def _epochs_to_stop(self) -> int:
        return min(epoch for epoch in (*self._snapshot_epochs, self.num_epochs) if epoch > self.epoch) - self.epoch

    def _arguments(self, num_steps: int) -> tuple[Any, ...]:
        factors = np.zeros((self.plan.steps_per_call, *self._factors.shape[1:]), self.plan.precision)
        factors[:num_steps] = self._factors_of(num_steps)
        bounds = as_bounds(num_steps, self.step, self.plan.steps_per_epoch, fewest=self._fewest_lanes)
        return (self._place(self._state), self._hyper, self._data | self._data_of(num_steps), factors, bounds)

    @property
    def _most_epochs(self) -> int:
        return self.num_epochs

    @property
    def _fewest_lanes(self) -> int:
        """Number of lanes that must still train for another epoch to begin."""
        return 1

    def _epochs_of_lanes(self) -> Int[np.ndarray, " lanes"]:
        """Return the epoch that each lane's member is in."""
        return np.full(self.plan.lanes, self.epoch)

    def _factors_of(self, num_steps: int) -> Float[np.ndarray, "steps *lanes"]:
        return self._factors[self._updates : self._updates + num_steps]

    def _data_of(self, num_steps: int) -> dict[str, Any]:
        if self._stream is not None:
            return self._stream.data(self.epoch, self.step, self._place)
        lanes = list(zip(self._plans, self._lanes, self._epochs_of_lanes().tolist(), strict=True))
        drawn = [
            call_orders(plan, member.seed_of_order, epoch, self.step, num_steps, shuffle=self._shuffle)
            for plan, member, epoch in (lanes[:1] if self._shares_order else lanes)
        ]
        return {"orders": self._place(drawn[0] if self._shares_order else np.stack(drawn))}

    def _compile(self, arguments: tuple[Any, ...]) -> Callable[..., tuple[State, dict[str, Any]]]:
        own = [] if self._shares_order else ["orders"]
        own += ["factors"] if self._factors.ndim > 1 else []
        separate = separate_names(self._data) | frozenset(own)
        return self._compiler.compile(self.plan.form, separate, device=str(self._placement), arguments=arguments)

    def _place(self, tree: Any) -> Any:
        return tree if self._placement is None else jax.device_put(tree, self._placement)

    def _keep_snapshot(self) -> None:
        if self.epoch in self._snapshot_epochs and self.epoch not in self._snapshots:
            kept = {"params": self._state["params"], "statistics": self._state["statistics"]}
            self._snapshots[self.epoch] = jax.tree.map(np.asarray, kept)

    def close(self) -> None:
        """Stop reading pictures from disk; the block cannot be advanced any more."""
        if self._stream is not None:
            self._stream.close()

    def save(self) -> dict[str, np.ndarray]:
        """Return all that `restore` needs, as named arrays."""
        arrays = {f"state/{name}": array for name, array in flatten_state(self._state).items()}
        arrays["position"] = np.array([self.epoch, self.step], np.int64)
        for name, values in self._trace.items():
            if values:
                arrays[f"trace/{name}"] = np.concatenate(values)
        for epoch, snapshot in self._snapshots.items():
            arrays |= {f"snapshot/{epoch}/{name}": array for name, array in flatten_state(snapshot).items()}
        if self._recorder is not None:
            arrays |= {f"symptoms/{name}": array for name, array in self._recorder.symptoms().arrays().items()}
        return arrays

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continue where `save` was called.

        Raises:
            RunError: If the arrays do not fit the plan.
        """
        state = unflatten_state(below(arrays, "state/"), self._state)
        epoch, step = self._checked_position(arrays.get("position", np.zeros(0)))
        trace = {name: self._checked_trace(name, arrays.get(f"trace/{name}"), epoch) for name in self._trace}
        like = {"params": state["params"], "statistics": state["statistics"]}
        snapshots: dict[int, Any] = {}
        for kept in sorted(self._snapshot_epochs):
            snapshot = below(arrays, f"snapshot/{kept}/")
            if snapshot:
                snapshots[kept] = unflatten_state(snapshot, like)
        if self._recorder is not None:
            self._recorder.restore(below(arrays, "symptoms/"))
        self._state, self.epoch, self.step, self._trace, self._snapshots = state, epoch, step, trace, snapshots

    def _checked_position(self, position: np.ndarray) -> tuple[int, int]:
        if position.shape == (2,) and position.dtype.kind == "i":
            epoch, step = int(position[0]), int(position[1])
            if 0 <= epoch <= self._most_epochs and 0 <= step < self.plan.steps_per_epoch:
                return epoch, step
        raise RunError("the checkpoint holds no valid epoch and step, so training cannot go on from it; train anew")

    def _checked_trace(self, name: str, values: np.ndarray | None, epochs: int) -> list[np.ndarray]:
        shape = (epochs,) if self.plan.lanes == 1 else (epochs, self.plan.lanes)
        if epochs == 0:
            return []
        if values is None or values.shape != shape or values.dtype.kind != "f":
            raise RunError(f"the checkpoint's curve of '{name}' does not fit its {epochs} epochs; train anew")
        return [values]

    def stacked(self) -> Stacked:
        """Return all members side by side, as far as they are trained."""
        lanes, count = self.plan.lanes, len(self.members)
        kept = self._kept_state()
        epochs = self._epochs_of_members()[:count]
        trace = {name: np.full((self.num_epochs, count), np.nan, self.plan.precision) for name in self._trace}
        for name, values in self._trace.items():
            if values:
                measured = np.concatenate(values).reshape(-1, lanes)[:, :count]
                trace[name][: len(measured)] = np.where(np.arange(len(measured))[:, None] < epochs, measured, np.nan)
        per_epoch = self.plan.steps_per_epoch
        return Stacked(
            members=self.members,
            lanes=lanes,
            params=jax.tree.map(np.asarray, kept["params"]),
            statistics=jax.tree.map(np.asarray, kept["statistics"]),
            initial={"params": self._initial, "statistics": self._initial_statistics},
            snapshots=self._snapshots,
            trace=trace,
            epochs=epochs,
            steps=np.minimum(np.atleast_1d(self._state["step"])[:count], epochs * per_epoch + self.step),
            diverged_at=np.atleast_1d(self._state["diverged_at"])[:count],
            best_epoch=np.atleast_1d(self._state["best_epoch"])[:count] if self.plan.patience else None,
            symptoms=None if self._recorder is None else self._recorder.symptoms(),
        )

    def _kept_state(self) -> dict[str, Any]:
        """Return parameters and statistics: with early stopping, those of each member's best epoch."""
        last = {name: self._state[name] for name in ("params", "statistics")}
        if not self.plan.patience:
            return last
        has_best = np.asarray(self._state["best_epoch"]) > 0
        return jax.tree.map(lambda best, now: np.where(has_best, best, now), self._state["best"], last)

    def _epochs_of_members(self) -> Int[np.ndarray, " lanes"]:
        epochs = self._epochs_of_lanes()
        if not self.plan.patience:
            return epochs
        best, has_stopped = np.atleast_1d(self._state["best_epoch"]), np.atleast_1d(self._state["has_stopped"])
        return np.where(has_stopped, np.minimum(epochs, best + self.plan.patience), epochs)


def sized_alike(plan: Plan, datasets: Sequence[Dataset]) -> list[Plan]:
    """Return the plan with the sizes of each data set of a block.

    Raises:
        ValueError: If an epoch has not equally many steps on all of them.
    """
    plans = [plan.sized(dataset) for dataset in datasets]
    if len({each.steps_per_epoch for each in plans}) > 1:
        raise ValueError("members of a block need epochs of equally many steps")
    return plans


def _count_steps(state: State) -> int:
    return int(np.atleast_1d(state["step"])[0])


def below(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names have a prefix, under the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _by_step(factors: Float[np.ndarray, "epochs steps *members"], lanes: int) -> Float[np.ndarray, "all_steps *lanes"]:
    """Join the epochs; members beyond the last have its schedule, and a lone one needs no axis."""
    steps = factors.reshape(-1, *factors.shape[2:])
    if steps.ndim == 1:
        return steps
    return steps[:, 0] if lanes == 1 else steps[:, np.minimum(np.arange(lanes), steps.shape[1] - 1)]


def _start_of(member: Member) -> tuple[Any, ...]:
    """Return what decides a member's first weights."""
    return member.seed, member.start, *(pair for pair in member.hyper if pair[0].startswith(SCALE))


def _placement(devices: Sequence[Device] | None) -> Any:
    if not devices:
        return None
    if len(devices) == 1:
        # Where there is no other device, JAX puts arrays there by itself, which is faster than one `device_put` each.
        return devices[0] if len(work_devices()) > 1 else None
    return NamedSharding(Mesh(np.array(devices), ("batch",)), PartitionSpec())
