"""`train`: from an experiment to a run on disk with its evaluation and its page."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradlab import data, training
from gradlab.core import RunError
from gradlab.runs import RunFolder, create_run, describe_environment, find_run
from gradlab.spec import ArraysData, Experiment
from gradlab.verbs._checkpoints import RunCheckpoints
from gradlab.verbs._examples import Examples
from gradlab.verbs._outcome import judge, save, with_seconds
from gradlab.verbs._resolve import Changes, from_arrays, resolve
from gradlab.verbs._run import Run, describe_shape
from gradlab.verbs._snapshots import snapshot_epochs
from gradlab.verbs._stopping import stop_on_signals

CHECKPOINT_EVERY_S = 10.0
"""Seconds between checkpoints: a killed run loses at most so much, and a short one writes none."""

OnLoading = Callable[[str, int, int], None]
OnTraining = Callable[[training.Progress], None]


class Stopped(Exception):  # noqa: N818 - an ending, not an error
    """Raised when a training was asked to stop; the run is saved and can be resumed.

    Attributes:
        path: The run's folder.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"stopped; continue by: gradlab train --resume {path}")
        self.path = path


def train(
    what: Any,
    target: Any = None,
    *,
    changes: Changes | None = None,
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    on_loading: OnLoading | None = None,
    on_training: OnTraining | None = None,
    on_stop: Callable[[], None] | None = None,
) -> Run:
    """Train a network, evaluate it, and save the run with its report.

    Args:
        what: A preset's name, a table's or picture folder's path, an experiment file, an `Experiment`, or examples
            in memory: a DataFrame, or an array of shape `(examples, ...)`.
        target: With examples in memory, their targets; or, with a DataFrame, the name of the target column.
        changes: What to change in the preset or the default.
        out: The run's own folder. Default: a new one under `./runs`.
        report: Whether to write `report.html`.
        checkpoint_every_s: Seconds between checkpoints.
        on_loading: Called with a step of loading: what, how much of how much.
        on_training: Called with how far the training is.
        on_stop: Called when a first Ctrl-C was heard.

    Returns:
        The run.

    Raises:
        GradlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed; the run is saved and can be resumed.

    Example:
        >>> import gradlab as gl
        >>> run = gl.train("iris", changes=gl.Changes(fields=(("epochs", 1),)), report=False)  # doctest: +SKIP
    """
    begin = time.perf_counter()
    experiment, arrays = _understand(what, target, changes)
    examples = Examples(experiment, arrays=arrays, on_loading=on_loading)
    work = _Work(experiment, examples, begin, report, checkpoint_every_s, on_training, on_stop)
    folder = work.create(Path(out) if out is not None else None)
    try:
        return work.run(folder)
    except (Stopped, KeyboardInterrupt):
        raise
    except BaseException:
        folder.discard_if_untrained()
        raise


def resume(
    run: str | os.PathLike[str],
    *,
    arrays: data.Arrays | None = None,
    report: bool = True,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    on_loading: OnLoading | None = None,
    on_training: OnTraining | None = None,
    on_stop: Callable[[], None] | None = None,
) -> Run:
    """Continue a training that was stopped or killed, to the same bits as if it had not been.

    Args:
        run: The run's folder or name.
        arrays: The examples again, for a run on data in memory.
        report: See `train`.
        checkpoint_every_s: See `train`.
        on_loading: See `train`.
        on_training: See `train`.
        on_stop: See `train`.

    Returns:
        The run.

    Raises:
        RunError: If it is no run, or its data has changed since.
    """
    begin = time.perf_counter()
    folder = find_run(os.fspath(run))
    if folder.is_finished:
        raise RunError(f"{folder.path} is finished; to train longer, train anew with more epochs")
    experiment = folder.experiment
    if isinstance(experiment.data, ArraysData) and arrays is None:
        raise RunError(f"{folder.path} was trained on arrays in memory; resume it in Python, with those arrays")
    examples = Examples(experiment, arrays=arrays, on_loading=on_loading)
    check_same_data(folder, examples.of(experiment.seed))
    work = _Work(experiment, examples, begin, report, checkpoint_every_s, on_training, on_stop)
    return work.run(folder)


def check_same_data(folder: RunFolder, dataset: data.Dataset) -> None:
    """Raise a `RunError` if the data is not what the run was trained on."""
    kept = folder.environment().get("data_checksum", "")
    if kept and kept != dataset.checksum:
        raise RunError(f"the data of {folder.path} has changed since it was trained: it was {kept[:19]}...")


def _understand(what: Any, target: Any, changes: Changes | None) -> tuple[Experiment, data.Arrays | None]:
    if isinstance(what, str | os.PathLike | Experiment) and not (
        isinstance(what, Experiment) and isinstance(what.data, ArraysData)
    ):
        named = Changes(data=(("target", target),)) if target is not None else Changes()
        given = changes or Changes()
        return resolve(what, Changes(given.settings, (*named.data, *given.data), given.hidden, given.fields,
                                     given.learning_rate)), None
    arrays = data.Arrays(what, target)
    is_pictures = getattr(what, "ndim", 2) > 2
    return resolve(from_arrays("auto", is_pictures, "arrays"), changes), arrays


class _Work:
    """One training from its start or its checkpoint to its end."""

    def __init__(
        self,
        experiment: Experiment,
        examples: Examples,
        begin: float,
        report: bool,
        checkpoint_every_s: float,
        on_training: OnTraining | None,
        on_stop: Callable[[], None] | None,
    ) -> None:
        self._experiment = experiment
        self._examples = examples
        self._begin = begin
        self._report = report
        self._checkpoint_every_s = checkpoint_every_s
        self._on_training = on_training
        self._on_stop = on_stop
        self._seeds = range(experiment.seed, experiment.seed + experiment.num_seeds)
        training.prepare_engine()
        self._plan = training.make_plan(
            experiment,
            examples.of(experiment.seed),
            num_members=experiment.num_seeds,
            num_devices=training.device_count(),
        )

    def create(self, out: Path | None) -> RunFolder:
        datasets = [self._examples.of(seed) for seed in self._seeds]
        environment = describe_environment(
            data_checksum=datasets[0].checksum, seeds=list(self._seeds), devices=training.device_names()
        )
        preparation = describe_shape(datasets[0], datasets)
        return create_run(self._experiment, out=out, preparation=preparation, environment=environment)

    def run(self, folder: RunFolder) -> Run:
        members = [training.Member(seed) for seed in self._seeds]
        dataset = self._examples.of(self._seeds[0])
        begin = time.perf_counter()
        with folder.lock(), stop_on_signals(self._on_stop) as stop:
            checkpoints = RunCheckpoints(folder, self._checkpoint_every_s)
            try:
                population = training.train_population(
                    self._experiment,
                    self._plan,
                    members,
                    self._examples.of,
                    snapshot_epochs=snapshot_epochs(self._experiment, dataset, self._plan),
                    checkpoints=checkpoints,
                    on_progress=self._on_training,
                    stop=stop,
                )
            except training.Interrupted:
                checkpoints.flush()
                raise Stopped(folder.path) from None
            seconds = {
                "load": begin - self._begin,
                "compile": population.compile_seconds,
                "train": time.perf_counter() - begin - population.compile_seconds,
            }
            self._finish(folder, population, seconds)
            folder.drop_checkpoint()
        return Run(folder)

    def _finish(self, folder: RunFolder, population: training.Population, seconds: dict[str, float]) -> None:
        outcome = judge(self._experiment, self._plan, population, self._examples)
        save(folder, self._plan, outcome)
        outcome = with_seconds(outcome, seconds, self._begin)
        if self._report:
            from gradlab import reports
            from gradlab.verbs._report import build_report

            dataset = self._examples.of(self._seeds[0])
            page = build_report(folder, self._experiment, self._plan, outcome, dataset)
            folder.save_report(reports.render(page))
        folder.save_metrics(with_seconds(outcome, seconds, self._begin).metrics)
