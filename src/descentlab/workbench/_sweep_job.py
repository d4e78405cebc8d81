"""The training of a sweep: networks at several settings, each from the same seeds."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from descentlab import studies, training
from descentlab.data import Arrays, Dataset
from descentlab.results import BoundaryRow, Result
from descentlab.runs import StudyFolder
from descentlab.spec import Experiment, PlaygroundData, PointsData, StudySpec
from descentlab.studies import Study
from descentlab.workbench._constant import constant_losses
from descentlab.workbench._examples import Examples
from descentlab.workbench._plane import boundary
from descentlab.workbench._room import check_room, check_study_room
from descentlab.workbench._study_history import save_history
from descentlab.workbench._study_job import StudyJob, TrainedStudy, save_study
from descentlab.workbench._study_record import StudyRecord
from descentlab.workbench._watcher import Watcher

Measured = TypeVar("Measured")


class ExamplesByData:
    """The examples of a study's variants; each data set is read once."""

    def __init__(self, experiment: Experiment, arrays: Arrays | None, watcher: Watcher) -> None:
        self._arrays = arrays
        self._watcher = watcher
        self._kept: dict[str, Examples] = {}
        self._get(experiment)

    def of(self, experiment: Experiment, seed: int) -> Dataset:
        """Return the examples as a seed splits and prepares them."""
        return self._get(experiment).of(seed)

    def _get(self, experiment: Experiment) -> Examples:
        key = experiment.data.model_dump_json() + experiment.split.model_dump_json()
        if key not in self._kept:
            self._kept[key] = Examples(experiment, arrays=self._arrays, on_loading=self._watcher.on_loading)
        return self._kept[key]


@dataclass(frozen=True)
class Swept:
    """A trained sweep.

    Attributes:
        study: Trained study.
        boundaries: Outputs of the networks of a low, the best and a high setting over the plane; None if there is no
            plane, or no page is written.
        environment: Machine and versions of the training.
        seconds: Time of each phase, in seconds.
    """

    study: Study
    boundaries: BoundaryRow | None
    environment: Mapping[str, Any]
    seconds: Mapping[str, float]


class SweepJob:
    """One sweep. It is checked when it is created, before anything is written."""

    def __init__(self, spec: StudySpec, examples: ExamplesByData, watcher: Watcher, *, begin: float) -> None:
        """Plan the training.

        Args:
            spec: The varied settings and their experiment.
            examples: Data of the experiment.
            watcher: Callbacks of the training.
            begin: Time of the request, by `time.perf_counter`.

        Raises:
            DescentlabError: If a variable or a value does not fit, or there is not enough memory.
        """
        self._spec = spec
        self._examples = examples
        self._watcher = watcher
        self._begin = begin
        experiment = spec.experiment
        training.prepare_engine()
        first = examples.of(experiment, experiment.seed)
        plan = training.make_plan(experiment, first)
        self._checksum = first.checksum
        self._design = studies.make_design(spec, training.adjustable_numbers(experiment, plan.network))
        self._plans = [
            studies.plan_variant(
                variant,
                examples.of(variant.experiment, experiment.seed),
                self._design.varied,
                num_devices=training.device_count(),
            )
            for variant in self._design.variants
        ]
        for variant, variant_plan in zip(self._design.variants, self._plans, strict=True):
            check_room(variant_plan, variant.experiment.epochs)
        check_study_room(studies.curve_bytes(self._design, self._plans[0], experiment.epochs), self._design.num_members)

    def run(
        self,
        show: Callable[[Swept], Result[Measured]],
        *,
        out: str | os.PathLike[str] | None,
        resumed: StudyFolder | None = None,
        report: bool,
    ) -> Result[Measured]:
        """Train, and write the result.

        Args:
            show: Turns the trained sweep into a result.
            out: Folder of a new study.
            resumed: The study to continue, or None for a new one.
            report: Whether to write `report.html`.

        Returns:
            The result with its folder.
        """

        def finish(trained: TrainedStudy) -> Result[Measured]:
            folder = trained.folder
            study = studies.gather(
                self._spec,
                self._design,
                trained.record.measured(),
                plans=self._plans,
                constant_loss=self._constants(),
            )
            folder.save_members(study.member_columns())
            folder.save_history(lambda path: save_history(study, path))
            boundaries = self._boundaries(study) if report else None
            result = show(Swept(study, boundaries, folder.environment(), trained.seconds))
            return save_study(result, folder, report=report, begin=self._begin)

        job = StudyJob(self._spec, self._train, finish, self._watcher, self._begin, self._checksum, self._design.seeds)
        return job.run(out, resumed)

    def _train(self, record: StudyRecord, stop: threading.Event) -> float:
        return studies.train_study(
            self._design,
            self._plans,
            self._examples.of,
            record,
            done=record.done,
            on_progress=self._watcher.on_training,
            stop=stop,
        )

    def _constants(self) -> dict[int, studies.ConstantLoss]:
        """Return the losses of the best constant prediction for each seed."""
        objective = self._plans[0].objective
        return {
            seed: studies.ConstantLoss(*constant_losses(objective, self._examples.of(self._spec.experiment, seed)))
            for seed in self._design.seeds
        }

    def _boundaries(self, study: Study) -> BoundaryRow | None:
        """Train one seed of a low, the best and a high setting once more, and compute its outputs over the plane."""
        experiment, chosen = self._spec.experiment, studies.low_right_high(study)
        dataset = self._examples.of(experiment, experiment.seed)
        has_plane = isinstance(experiment.data, PlaygroundData | PointsData) or dataset.input_shape == (2,)
        if not chosen or len(self._design.variants) != 1 or len(dataset.input_shape) != 1 or not has_plane:
            return None
        plan = self._plans[0]
        epochs = sorted({0, *(2**power for power in range(20) if 2**power < experiment.epochs), experiment.epochs})
        trained = training.train_population(
            experiment,
            plan,
            [self._design.variants[0].members[place * study.num_seeds] for place in chosen.values()],
            lambda seed: self._examples.of(experiment, seed),
            snapshot_epochs=frozenset(epochs),
        ).trained
        kept = [
            [(epoch, point["params"], point["statistics"]) for epoch, point in sorted(network.snapshots.items())]
            for network in trained
        ]
        drawn = [plane for snapshots in kept if (plane := boundary(plan, dataset, snapshots)) is not None]
        if len(drawn) < len(trained):
            return None
        settings = study.settings()
        return BoundaryRow(
            title=f"Predictions over the plane, by the networks of seed {experiment.seed}",
            names=tuple(f"{word}: {studies.name_setting(settings[place])}" for word, place in chosen.items()),
            boundaries=tuple(drawn),
            note="The same data, first draw and order of the examples; at the same epochs.",
        )
