"""Training a study: every block is measured when it ends, and its networks are then dropped from memory."""

import math
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.data import Dataset
from descentlab.spec import Experiment
from descentlab.studies._design import StudyDesign, StudyVariant
from descentlab.studies._measure import measure_members
from descentlab.training import Checkpoints, Compiler, Member, Plan, Progress, Stacked, make_plan, train_blocks

MAX_POINTS = 1_000
"""Epochs that are kept of a longer curve: the first, the last, and others at even distances."""

CURVES = (
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy",
    "batch_loss", "gradient_norm",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class MeasuredBlock:
    """The measurements of some networks of a study that were trained together.

    Attributes:
        places: Position of each network in the study.
        epochs: Epochs at which the curves were kept; 0 is before the first step.
        curves: Curves by name, of shape `(networks, points)`; NaN if not measured, or after a network has ended.
        finals: Final numbers of each network by name: metrics, `stuck`, `steps`, `diverged_at` (-1 if it did not).
    """

    places: Int[np.ndarray, " networks"]
    epochs: Int[np.ndarray, " points"]
    curves: dict[str, Float[np.ndarray, "networks points"]]
    finals: dict[str, Shaped[np.ndarray, " networks"]]


@runtime_checkable
class Recorder(Protocol):
    """A place that keeps finished and unfinished networks of a study; several threads call it."""

    def take(self, measured: MeasuredBlock) -> None:
        """Keep the measurements of some trained networks."""
        ...

    def checkpoints(self, variant: int) -> Checkpoints | None:
        """Return the checkpoints to which the blocks of a variant are saved while they train."""
        ...


def plan_variant(variant: StudyVariant, dataset: Dataset, varied: Collection[str], *, num_devices: int = 1) -> Plan:
    """Plan the program of a variant. The test part is traced if there is no validation part."""
    return make_plan(
        variant.experiment,
        dataset,
        num_members=len(variant.members),
        members_per_seed=len(variant.members) // len({member.seed for member in variant.members}),
        num_devices=num_devices,
        varied=varied,
        traces_test=not len(dataset.validation),
    )


def train_study(
    design: StudyDesign,
    plans: Sequence[Plan],
    dataset_of: Callable[[Experiment, int], Dataset],
    recorder: Recorder,
    *,
    done: Collection[int] = (),
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> float:
    """Train all networks of a study, one variant after the other.

    Args:
        design: Networks of the study.
        plans: Plan of each variant, as `plan_variant` makes it.
        dataset_of: Returns the prepared data of a variant's experiment and a seed.
        recorder: Takes the measurements of each block when it has been trained.
        done: Positions of networks that were trained before.
        on_progress: Called after every slice.
        stop: When set, training ends at the next slice.

    Returns:
        Seconds spent compiling.

    Raises:
        training.Interrupted: If `stop` was set before the end.
    """
    compiler = Compiler()
    total = design.num_members
    before = 0
    for index, (variant, plan) in enumerate(zip(design.variants, plans, strict=True)):
        count = len(variant.members)
        train_blocks(
            variant.experiment,
            plan,
            variant.members,
            lambda seed, experiment=variant.experiment: dataset_of(experiment, seed),
            _BlockMeasurer(variant, plan, dataset_of, recorder),
            done={place for place, network in enumerate(variant.places) if network in done},
            checkpoints=recorder.checkpoints(index) if plan.lanes == 1 else None,
            on_progress=_share(on_progress, before, count, total),
            stop=stop,
            compiler=compiler,
        )
        before += count
    return compiler.seconds


def _share(
    on_progress: Callable[[Progress], None] | None, before: int, count: int, total: int
) -> Callable[[Progress], None] | None:
    """Turn the progress of one variant into that of the whole study."""
    if on_progress is None:
        return None

    def tell(now: Progress) -> None:
        share = (before + now.share * count) / total
        on_progress(Progress(share, now.epoch, now.num_epochs, before + now.members_done, total, now.latest))

    return tell


class _BlockMeasurer:
    """Measures a block that has ended, and gives the measurements to the recorder."""

    def __init__(
        self, variant: StudyVariant, plan: Plan, dataset_of: Callable[[Experiment, int], Dataset], recorder: Recorder
    ) -> None:
        self._variant = variant
        self._plan = plan
        self._dataset_of = dataset_of
        self._recorder = recorder

    def __call__(self, places: Sequence[int], stacked: Stacked) -> None:
        networks = np.array([self._variant.places[place] for place in places])
        self._recorder.take(measure_block(self._variant.experiment, self._plan, networks, stacked, self._dataset_of))


def measure_block(
    experiment: Experiment,
    plan: Plan,
    places: Int[np.ndarray, " networks"],
    stacked: Stacked,
    dataset_of: Callable[[Experiment, int], Dataset],
) -> MeasuredBlock:
    """Measure the networks of a block at their start and at their end.

    Args:
        experiment: What the networks have in common.
        plan: The static part of the experiment.
        places: Position of each network in the study.
        stacked: The block, after its training.
        dataset_of: Returns the prepared data of the experiment and a seed.

    Returns:
        Curves and final numbers.
    """
    parts = [_start_and_end(experiment, plan, part, dataset_of) for part in stacked.divided(plan.lanes)]
    start, end = (
        {name: np.concatenate([part[when][name] for part in parts]) for name in parts[0][when]} for when in (0, 1)
    )
    kept = kept_epochs(experiment.epochs)
    nothing = np.full(len(places), np.nan)
    curves = {
        name: np.concatenate([start.get(name, nothing)[None], values])[kept].T.astype(np.float32)
        for name, values in stacked.trace.items()
        if name in CURVES
    }
    finals = {**end, "steps": stacked.steps, "diverged_at": stacked.diverged_at}
    return MeasuredBlock(places, kept, curves, finals)


def _start_and_end(
    experiment: Experiment, plan: Plan, stacked: Stacked, dataset_of: Callable[[Experiment, int], Dataset]
) -> tuple[dict[str, Float[np.ndarray, " members"]], dict[str, Float[np.ndarray, " members"]]]:
    datasets, count = _datasets(experiment, plan, stacked.members, dataset_of), len(stacked.members)
    initial = stacked.initial
    start = measure_members(plan, initial["params"], initial["statistics"], datasets, count=count)
    return start, measure_members(plan, stacked.params, stacked.statistics, datasets, count=count)


def _datasets(
    experiment: Experiment,
    plan: Plan,
    members: Sequence[Member],
    dataset_of: Callable[[Experiment, int], Dataset],
) -> list[Dataset]:
    seeds = [member.seed for member in members]
    if len(set(seeds)) == 1:
        return [dataset_of(experiment, seeds[0])]
    by_seed: Mapping[int, Dataset] = {seed: dataset_of(experiment, seed) for seed in set(seeds)}
    return [by_seed[seed] for seed in [*seeds, *seeds[-1:] * (plan.lanes - len(seeds))]]


def kept_epochs(num_epochs: int) -> Int[np.ndarray, " points"]:
    """Return the epochs at which a curve is kept, from 0 (before the first step) to the last."""
    if num_epochs < MAX_POINTS:
        return np.arange(num_epochs + 1)
    return np.unique(np.linspace(0, num_epochs, MAX_POINTS).round().astype(np.int64))


def curve_bytes(design: StudyDesign, plan: Plan, num_epochs: int) -> int:
    """Estimate the memory that the curves of a study take, in bytes."""
    names = 2 + len(plan.measured_parts) * (2 if plan.is_classification else 1)
    return 4 * design.num_members * names * math.ceil(min(num_epochs + 1, MAX_POINTS))
