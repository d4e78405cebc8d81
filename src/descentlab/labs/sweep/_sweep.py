"""`sweep`: one experiment with something varied in it, from every seed, as one study."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from descentlab import studies, training
from descentlab.core import DescentlabError, RunError, SpecError, TextTable
from descentlab.data import Arrays, Dataset
from descentlab.labs.sweep._outcome import outcome, save_history, settings_table
from descentlab.objectives import best_constant_loss
from descentlab.results import Section
from descentlab.runs import StudyFolder, find_study
from descentlab.spec import ArraysData, Experiment, StudySpec, VariableSpec, parse_range, parse_study, parse_values
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._examples import Examples
from descentlab.workbench._job import Stopped
from descentlab.workbench._resolve import resolve, resolve_arrays
from descentlab.workbench._room import check_room, check_study_room
from descentlab.workbench._stopping import stop_on_signals
from descentlab.workbench._study_job import run_new_study
from descentlab.workbench._study_record import StudyRecord
from descentlab.workbench._watcher import SILENT, Watcher

SEEDS = 10
"""With fewer than 6 no difference can be shown to be real, and with several settings some more are needed."""
LOG_NAMES = ("learning_rate", "eps", "weight_decay", "l1", "l2", "initial_scale", "clip_norm")
"""What is tried in equal factors where a range does not say."""

Values = str | float | int | Sequence[float | int | str]


def sweep(
    what: Any,
    target: Any = None,
    *,
    learning_rate: Values | None = None,
    vary: Mapping[str, Values] | None = None,
    epochs: int | None = None,
    batch_size: int | Literal["full"] | None = None,
    hidden: Sequence[int] | None = None,
    seed: int | None = None,
    seeds: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> "SweepResult":
    """Train one experiment at many settings, each from several seeds, and say which is best and what goes wrong.

    Networks of one seed see the same data in the same order and begin with the same draw, so that only what is
    varied differs.

    Args:
        what: As for `train`.
        target: As for `train`.
        learning_rate: Rates: a text as "1e-4:10:24" (24 rates in equal factors) or "0.01,0.1", or a sequence.
        vary: Anything else, by name: numbers of the optimizer (`momentum`, `b1`, `eps`, `weight_decay`, `l1`, `l2`),
            `initial_scale`, `dropout`, rates of single layers (`learning_rate.hidden`), `noise`, `batch_size`,
            `activation`, `width`, `depth`, or a field of the experiment by its dotted name.
        epochs: Passes over the training part.
        batch_size: Examples in a step, or "full".
        hidden: Units of the hidden dense layers.
        seed: The first seed.
        seeds: Networks of each setting. Default: 10.
        set: Any other fields of the experiment.
        out: The study's own folder. Default: a new one under `./runs`.
        report: Whether to write `report.html`.
        watcher: What is called while it goes on.

    Returns:
        The study with its folder.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed; the study is saved and can be resumed.

    Example:
        >>> import descentlab as dl
        >>> found = dl.sweep("circle", learning_rate="0.003:3:6", seeds=10)  # doctest: +SKIP
        >>> found.study.best.place  # doctest: +SKIP
        4
    """
    begin = time.perf_counter()
    is_named = isinstance(what, str | os.PathLike | Experiment)
    changes = Changes(
        data={"target": target if is_named else None},
        fields={"epochs": epochs, "batch_size": batch_size, "seed": seed, "num_seeds": seeds or SEEDS},
        hidden=None if hidden is None else tuple(hidden),
        settings=settings_as_texts(set),
    )
    variables = read_variables(learning_rate, vary or {})
    arrays = None if is_named else Arrays(what, target)
    wish = resolve(what, changes) if arrays is None else resolve_arrays(arrays, changes)
    examples = ExamplesByData(wish.experiment, arrays, watcher)
    experiment = wish.settle(examples.of(wish.experiment, wish.experiment.seed))
    spec = parse_study({"kind": "sweep", "variables": variables, "experiment": experiment}, where="sweep")
    job = SweepJob(spec, examples, watcher, writes_report=report, begin=begin)
    return job.run_new(None if out is None else Path(out))


def resume_sweep(study: str | os.PathLike[str], *, report: bool = True, watcher: Watcher = SILENT) -> "SweepResult":
    """Continue a study that was stopped or killed; what was trained is not trained again.

    Args:
        study: The study's folder or name.
        report: See `sweep`.
        watcher: See `sweep`.

    Returns:
        The study.

    Raises:
        RunError: If it is no study, is finished, or its data has changed since.
        Stopped: If Ctrl-C was pressed again.
    """
    begin = time.perf_counter()
    folder = find_study(os.fspath(study))
    if folder.is_finished:
        raise RunError(f"{folder.path} is finished; for more seeds or values, sweep anew")
    spec = folder.study
    if isinstance(spec.experiment.data, ArraysData):
        raise RunError(f"{folder.path} was trained on arrays in memory, which are not kept; sweep anew")
    examples = ExamplesByData(spec.experiment, None, watcher)
    kept = folder.environment().get("data_checksum", "")
    if kept and kept != examples.of(spec.experiment, spec.experiment.seed).checksum:
        raise RunError(f"the data of {folder.path} has changed since it was begun: bring the old back, or sweep anew")
    return SweepJob(spec, examples, watcher, writes_report=report, begin=begin).run_again(folder)


def read_variables(learning_rate: Values | None, vary: Mapping[str, Values]) -> tuple[VariableSpec, ...]:
    """Read what is varied.

    Raises:
        SpecError: If nothing is, or values cannot be read.
    """
    named = {**({} if learning_rate is None else {"learning_rate": learning_rate}), **vary}
    if learning_rate is not None and "learning_rate" in vary:
        raise SpecError("the learning rate is varied twice: by --learning-rate and by --vary; choose one")
    if not named:
        raise SpecError("name what to vary, as --learning-rate 1e-4:10:24 or --vary momentum=0:0.9:4")
    found = [{"name": name, "values": _values(name, values)} for name, values in named.items()]
    study = parse_study({"variables": found, "experiment": Experiment()}, where="sweep")
    return study.variables


def _values(name: str, values: Values) -> tuple[float | int | str, ...]:
    scale = "log" if name.partition(".")[0] in LOG_NAMES else "lin"
    if isinstance(values, str):
        is_rate = name.partition(".")[0] == "learning_rate"
        return parse_range(values, name=name, scale=scale) if is_rate else parse_values(values, name=name, scale=scale)
    if isinstance(values, float | int):
        return (values,)
    return tuple(value.item() if isinstance(value, np.generic) else value for value in values)


class ExamplesByData:
    """The examples of a study's variants: those of one description of data are read once."""

    def __init__(self, experiment: Experiment, arrays: Arrays | None, watcher: Watcher) -> None:
        self._arrays = arrays
        self._watcher = watcher
        self._kept: dict[str, Examples] = {}
        self._get(experiment)

    def of(self, experiment: Experiment, seed: int) -> Dataset:
        """Return the examples as one seed divides and prepares them."""
        return self._get(experiment).of(seed)

    def _get(self, experiment: Experiment) -> Examples:
        key = experiment.data.model_dump_json() + experiment.split.model_dump_json()
        if key not in self._kept:
            self._kept[key] = Examples(experiment, arrays=self._arrays, on_loading=self._watcher.on_loading)
        return self._kept[key]


class SweepResult:
    """A finished study: its networks, and its folder.

    Attributes:
        folder: Its record on disk.
        study: All its networks.
        sentences: What it shows, in words.
        metrics: Plain values, as `metrics.json` and `--json` have them.
    """

    def __init__(
        self, folder: StudyFolder, study: studies.Study, sentences: tuple[str, ...], metrics: dict[str, Any]
    ) -> None:
        self.folder = folder
        self.study = study
        self.sentences = sentences
        self.metrics = metrics

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self.folder.path

    def table(self) -> TextTable:
        """Return one row a setting: its losses over the seeds, and what became of its networks."""
        return settings_table(self.metrics)

    def __str__(self) -> str:
        return "\n".join([f"{self.folder.name}  ({self.path})", *self.sentences])

    __repr__ = __str__


@dataclass(frozen=True)
class Introduction:
    """What a page says before its sweep.

    Attributes:
        verb: What was asked for.
        kind: What kind of page it is.
        describe: Gives its sentences, once the study is trained.
        sections: Gives its sections, after the sentences.
    """

    verb: str = "sweep"
    kind: str = "Sweep"
    describe: Callable[[studies.Study], tuple[str, ...]] = lambda _: ()
    sections: Callable[[], tuple[Section, ...]] = tuple


class SweepJob:
    """One study, from its start or what was trained of it to its end. It is checked before anything is written."""

    def __init__(
        self,
        spec: StudySpec,
        examples: ExamplesByData,
        watcher: Watcher,
        *,
        writes_report: bool,
        begin: float,
        before: "Introduction | None" = None,
    ) -> None:
        self._spec = spec
        self._examples = examples
        self._watcher = watcher
        self._writes_report = writes_report
        self._begin = begin
        self._before = before or Introduction()
        experiment = spec.experiment
        training.prepare_engine()
        first = examples.of(experiment, experiment.seed)
        plan = training.make_plan(experiment, first)
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

    def run_new(self, out: Path | None) -> SweepResult:
        """Make a new study's folder and train in it."""
        experiment = self._spec.experiment
        checksum = self._examples.of(experiment, experiment.seed).checksum
        return run_new_study(self._spec, self._run, out=out, checksum=checksum, seeds=self._design.seeds)

    def run_again(self, folder: StudyFolder) -> SweepResult:
        """Continue a study."""
        with folder.lock():
            return self._run(folder)

    def _run(self, folder: StudyFolder) -> SweepResult:
        begin = time.perf_counter()
        with stop_on_signals(self._watcher) as stop:
            record = StudyRecord(folder, stop)
            try:
                compile_s = studies.train_study(
                    self._design,
                    self._plans,
                    self._examples.of,
                    record,
                    done=record.done,
                    on_progress=self._watcher.on_training,
                    stop=stop,
                )
            except training.Interrupted:
                record.flush()
                raise Stopped(folder.path, "sweep") from None
            except DescentlabError:
                record.flush()
                raise
            seconds = {
                "load": begin - self._begin,
                "compile": compile_s,
                "train": time.perf_counter() - begin - compile_s,
            }
            return self._finish(folder, record, seconds)

    def _finish(self, folder: StudyFolder, record: StudyRecord, seconds: dict[str, float]) -> SweepResult:
        study = studies.gather(
            self._spec, self._design, record.measured(), constant_loss=self._constants(), dies=self._dies()
        )
        folder.save_members(study.member_columns())
        folder.save_history(lambda path: save_history(study, path))
        sentences = (*self._before.describe(study), *studies.describe_study(study))
        if self._writes_report:
            from descentlab import results
            from descentlab.labs.sweep._page import build_page

            page = build_page(
                study,
                sentences,
                design=self._design,
                plans=self._plans,
                dataset_of=self._examples.of,
                folder=folder,
                seconds=seconds,
            )
            sections = (*self._before.sections(), *page.sections)
            folder.save_report(results.render_page(replace(page, kind=self._before.kind, sections=sections)))
        told = outcome(study, sentences, {**seconds, "total": time.perf_counter() - self._begin})
        metrics = {"verb": self._before.verb, **told}
        folder.save_metrics(metrics)
        return SweepResult(folder, study, sentences, metrics)

    def _constants(self) -> dict[int, float]:
        experiment = self._spec.experiment
        found: dict[int, float] = {}
        for seed in self._design.seeds:
            dataset = self._examples.of(experiment, seed)
            found[seed] = best_constant_loss(self._plans[0].objective, dataset.targets[dataset.train])
        return found

    def _dies(self) -> bool:
        return self._plans[0].network.has_dying_units
