"""Training a population: its members in blocks, the blocks over cores and devices."""

import dataclasses
import threading
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.optimizers import schedule_factors
from descentlab.spec import Experiment
from descentlab.training._block import Block
from descentlab.training._devices import Device, core_devices, work_devices
from descentlab.training._executor import BlockTask, Executor, Threads
from descentlab.training._materials import Materials
from descentlab.training._plan import Plan
from descentlab.training._program import Compiler
from descentlab.training._relay import members_per_block
from descentlab.training._results import Stacked, Trained
from descentlab.training._state import Member, member_schedule
from descentlab.training._symptoms import SymptomPlan


class Interrupted(Exception):  # noqa: N818 - an ending, not an error
    """Raised when training was asked to stop; everything trained so far is in the checkpoints."""


@runtime_checkable
class Checkpoints(Protocol):
    """A place to which blocks are saved while they train; several threads call it."""

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return the arrays last saved under a name, or None."""
        ...

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Take a block's state, to be written together with those of the other blocks, whole or not at all."""
        ...

    def is_due(self) -> bool:
        """Return whether it is time to save again."""
        ...


@dataclass(frozen=True)
class Progress:
    """The progress of a training.

    Attributes:
        share: Share of all steps of all members that is done, from 0 to 1.
        epoch: Number of epochs done by the block that advanced last.
        num_epochs: Largest number of epochs that a member trains.
        members_done: Number of members that have ended.
        num_members: Number of all members.
        latest: Last measurements of one member of the block that advanced last, by name.
    """

    share: float
    epoch: int
    num_epochs: int
    members_done: int
    num_members: int
    latest: dict[str, float]


@dataclass(frozen=True)
class Population:
    """All members when training has ended.

    Attributes:
        members: Members in the order they were given.
        trained: Result of each member.
        compile_seconds: Time spent compiling, in seconds.
        num_compiled: Number of programs compiled.
    """

    members: tuple[Member, ...]
    trained: tuple[Trained, ...]
    compile_seconds: float
    num_compiled: int


def train_population(
    experiment: Experiment,
    plan: Plan,
    members: Sequence[Member],
    dataset_of: Callable[[int], Dataset],
    *,
    snapshot_epochs: frozenset[int] = frozenset(),
    symptoms: SymptomPlan | None = None,
    checkpoints: Checkpoints | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Population:
    """Train every member of a population.

    Members of one seed share data, initial draw and order of examples, so that they differ only in the numbers of
    `Member.hyper`, unless they name another order or other data. A member that diverges is marked and does not
    disturb the others.

    Args:
        experiment: What the members have in common.
        plan: The static part of the experiment.
        members: The networks to train.
        dataset_of: Returns the prepared data of a member's `data_key`; called once for each key of a block.
        snapshot_epochs: Epochs after which parameters are kept.
        symptoms: When symptoms are recorded; None if they are not. They change no bit of the training.
        checkpoints: Place to which unfinished blocks are saved, and from which they are loaded.
        on_progress: Called after every slice of a block, from the thread that trains it.
        stop: When set, training ends at the next slice.

    Returns:
        Each member's result, in the given order.

    Raises:
        Interrupted: If `stop` was set before the end; unfinished blocks are saved.
    """
    kept: dict[int, Trained] = {}

    def keep(places: Sequence[int], stacked: Stacked) -> None:
        kept.update(zip(places, stacked.apart(), strict=True))

    compiler = Compiler()
    train_blocks(
        experiment,
        plan,
        members,
        dataset_of,
        keep,
        snapshot_epochs=snapshot_epochs,
        symptoms=symptoms,
        checkpoints=checkpoints,
        on_progress=on_progress,
        stop=stop,
        compiler=compiler,
    )
    ordered = tuple(kept[place] for place in range(len(members)))
    return Population(tuple(members), ordered, compiler.seconds, compiler.num_compiled)


def train_blocks(
    experiment: Experiment,
    plan: Plan,
    members: Sequence[Member],
    dataset_of: Callable[[int], Dataset],
    on_block: Callable[[Sequence[int], Stacked], None],
    *,
    done: Container[int] = (),
    snapshot_epochs: frozenset[int] = frozenset(),
    symptoms: SymptomPlan | None = None,
    checkpoints: Checkpoints | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    compiler: Compiler | None = None,
    executor: Executor | None = None,
) -> None:
    """Train the members block by block and hand each block over when it is done, so that memory stays bounded.

    Args:
        experiment: What the members have in common.
        plan: The static part of the experiment.
        members: The networks to train.
        dataset_of: Returns the prepared data of a member's `data_key`; called once for each key of a block.
        on_block: Called with the places of its members when a block has ended; several threads may call it.
        done: Places of members that need no training; a block is left out if its first member is among them.
        snapshot_epochs: Epochs after which parameters are kept.
        symptoms: When symptoms are recorded; None if they are not. They change no bit of the training.
        checkpoints: Place to which unfinished blocks are saved, and from which they are loaded.
        on_progress: Called after every slice of a block, from the thread that trains it.
        stop: When set, training ends at the next slice.
        compiler: Shared by trainings that may share programs.
        executor: Where blocks are trained; None for this process.

    Raises:
        Interrupted: If `stop` was set before the end; unfinished blocks are saved.
    """
    plan, steps_of = _over_data_sets(experiment, plan, members, dataset_of)
    can_hand_on = not snapshot_epochs and symptoms is None
    most = members_per_block(plan, len(members)) if can_hand_on else plan.lanes
    groups = group_members(plan, members, steps_of, most=most)
    devices = work_devices()
    shared = compiler or Compiler()
    materials = Materials(plan)
    crew = _Crew(groups, on_progress or (lambda _: None), checkpoints, stop or threading.Event())

    def task_of(index: int) -> BlockTask | None:
        if groups[index][0] in done:
            crew.finish(index)
            return None
        crew.check_stop()
        chosen = tuple(members[place] for place in groups[index])
        datasets = {key: dataset_of(key) for key in {member.data_key for member in chosen}}
        per_epoch = steps_of.get(chosen[0].data_key, plan.steps_per_epoch)
        factors = _factors(experiment, chosen, per_epoch)
        return BlockTask(plan, chosen, datasets, factors, experiment.shuffle, snapshot_epochs, symptoms)

    def train_here(index: int, task: BlockTask) -> Stacked:
        own = _devices_for(plan, devices, index, len(groups))
        block = task.block(devices=own, compiler=shared, materials=materials)
        try:
            crew.train(index, block)
        finally:
            block.close()
        return block.stacked()

    def take(index: int, stacked: Stacked) -> None:
        crew.finish(index)
        on_block(groups[index], stacked)

    (executor or Threads()).run(len(groups), task_of, train_here, take, crew.give_up)


EMPTY_LANES = 0.1
"""Share of lanes that may stay empty so that all lanes share data: a block of many data sets takes a tenth longer."""


def group_members(
    plan: Plan,
    members: Sequence[Member],
    steps_of: Mapping[int, int] = MappingProxyType({}),
    *,
    most: int | None = None,
) -> list[list[int]]:
    """Divide members into blocks, those of one data set together where that leaves few lanes empty.

    Args:
        plan: The static part of the experiment.
        members: The members.
        steps_of: Number of steps of an epoch by `data_key`, where they may differ: members of a block have the same.
        most: Largest number of members of a block; None for as many as there are lanes.

    Returns:
        Places in `members`, block by block.
    """
    by_data: dict[int, list[int]] = {}
    for place, member in enumerate(members):
        by_data.setdefault(member.data_key, []).append(place)
    num_lanes = sum(-(-len(places) // plan.lanes) * plan.lanes for places in by_data.values())
    fills = len(members) >= (1.0 - EMPTY_LANES) * num_lanes
    by_steps: dict[int, list[int]] = {}
    for key, places in by_data.items():
        by_steps.setdefault(steps_of.get(key, 0), []).extend(places)
    rows = by_data.values() if fills else by_steps.values()
    size = most or plan.lanes
    return [row[start : start + size] for row in rows for start in range(0, len(row), size)]


def _over_data_sets(
    experiment: Experiment, plan: Plan, members: Sequence[Member], dataset_of: Callable[[int], Dataset]
) -> tuple[Plan, dict[int, int]]:
    """Return a plan with room for the batches of all named data sets, and the steps that an epoch of each has."""
    keys = {member.data_key for member in members if member.data is not None or experiment.has_uneven_parts}
    plans = {key: plan.sized(dataset_of(key)) for key in keys}
    most = max((each.batch_places for each in plans.values()), default=plan.batch_places)
    roomy = plan if most == plan.batch_places else dataclasses.replace(plan, batch_places=most)
    return roomy, {key: each.steps_per_epoch for key, each in plans.items()}


def _factors(experiment: Experiment, members: Sequence[Member], steps_per_epoch: int) -> Float[np.ndarray, "..."]:
    schedules = [member_schedule(experiment.schedule, member) for member in members]
    sizes = {"num_epochs": experiment.epochs, "steps_per_epoch": steps_per_epoch}
    if all(schedule == schedules[0] for schedule in schedules):
        return schedule_factors(schedules[0], **sizes)
    return np.stack([schedule_factors(schedule, **sizes) for schedule in schedules], axis=-1)


def _devices_for(plan: Plan, devices: Sequence[Device], index: int, num_blocks: int) -> list[Device]:
    """Give a lone large block all devices or cores, to split its batches over; else hand blocks out in turn."""
    if num_blocks == 1 and plan.lanes == 1 and plan.batch_devices > 1:
        return list(core_devices() if plan.groups else devices)[: plan.batch_devices]
    return [devices[index % len(devices)]]


class _Crew:
    """What the blocks of one training share: progress, checkpoints, and whether they should stop."""

    def __init__(
        self,
        groups: Sequence[Sequence[int]],
        on_progress: Callable[[Progress], None],
        checkpoints: Checkpoints | None,
        stop: threading.Event,
    ) -> None:
        self._sizes = [len(group) for group in groups]
        self._shares = [0.0] * len(groups)
        self._total = 0.0
        self._members_done = 0
        self._on_progress = on_progress
        self._checkpoints = checkpoints
        self._stop = stop
        self._has_given_up = threading.Event()
        self._lock = threading.Lock()

    def give_up(self) -> None:
        """Let the blocks that still run end at their next slice."""
        self._has_given_up.set()

    def check_stop(self) -> None:
        """Raise `Interrupted` if training was asked to stop."""
        if self._stop.is_set() or self._has_given_up.is_set():
            raise Interrupted

    def finish(self, index: int) -> None:
        """Count a block as done, wherever it was trained."""
        with self._lock:
            self._move(index, 1.0)

    def train(self, index: int, block: Block) -> None:
        """Advance a block to its end, saving it now and then."""
        name = f"block-{index:05d}"
        saved = self._checkpoints.load(name) if self._checkpoints else None
        if saved is not None:
            block.restore(saved)
        while not block.is_done:
            if self._stop.is_set() or self._has_given_up.is_set():
                self._save(name, block)
                raise Interrupted
            block.advance()
            self._report(index, block)
            if self._checkpoints and self._checkpoints.is_due():
                self._save(name, block)
        self._report(index, block)
        self._save(name, block)  # what comes after the training may be stopped too

    def _save(self, name: str, block: Block) -> None:
        if self._checkpoints:
            self._checkpoints.save(name, block.save())

    def _report(self, index: int, block: Block) -> None:
        with self._lock:
            self._move(index, block.share_done)
            total = sum(self._sizes)
            self._on_progress(
                Progress(self._total / total, block.epoch, block.num_epochs, self._members_done, total, block.latest())
            )

    def _move(self, index: int, share: float) -> None:
        size, before = self._sizes[index], self._shares[index]
        self._shares[index] = share
        self._total += size * (share - before)
        self._members_done += size * (int(share >= 1.0) - int(before >= 1.0))
