"""What all studies share: a folder that appears whole, is locked by one process, and goes if nothing was trained."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from descentlab import training
from descentlab.core import DescentlabError, RunError
from descentlab.results import Result
from descentlab.runs import StudyFolder, check_continues, create_study, describe_environment, find_study
from descentlab.spec import ArraysData, StudySpec
from descentlab.workbench._job import ROOT, Stopped
from descentlab.workbench._stopping import stop_on_signals, unstopped
from descentlab.workbench._study_record import StudyRecord
from descentlab.workbench._watcher import Watcher

Measured = TypeVar("Measured")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class TrainedStudy:
    """A study whose networks have all been trained, and whose outcome is not yet written.

    Attributes:
        folder: Folder of the study, which this process locks.
        record: Measurements of all networks.
        num_fresh: Number of networks that were trained now, not before an interruption.
        seconds: Time of each phase, in seconds.
    """

    folder: StudyFolder
    record: StudyRecord
    num_fresh: int
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class StudyJob(Generic[Outcome]):
    """One study, from its start or from an interrupted training to its end.

    Attributes:
        spec: Study to train.
        train: Function that trains the networks which the record lacks, until the event is set; it returns the seconds
            spent compiling.
        finish: Function that writes the results of the trained study.
        watcher: Callbacks of the training.
        begin: Time of the request, by `time.perf_counter`.
        checksum: Checksum of the data.
        seeds: Seeds of all networks.
    """

    spec: StudySpec
    train: Callable[[StudyRecord, threading.Event], float]
    finish: Callable[[TrainedStudy], Outcome]
    watcher: Watcher
    begin: float
    checksum: str
    seeds: Sequence[int]

    def run(self, out: str | os.PathLike[str] | None, resumed: StudyFolder | None) -> Outcome:
        """Make a study's folder and train in it, or continue one.

        Args:
            out: Folder of a new study; by default the next free one under `./runs`.
            resumed: The study to continue, or None for a new one.

        Returns:
            The result of `finish`.

        Raises:
            DescentlabError: If the study fails; nothing is left on disk, unless some networks are worth keeping.
            Stopped: If the training was asked to stop.
        """
        if resumed is None:
            return self._run_new(None if out is None else Path(out))
        kept = resumed.environment().get("data_checksum", "")
        if kept and kept != self.checksum:
            raise RunError(
                f"the data of {resumed.path} has changed since it was begun: bring the old back, or {_anew(self.spec)}"
            )
        with resumed.lock(), contextlib.ExitStack() as scope:
            resumed.drop_partial_files()
            stop = scope.enter_context(stop_on_signals(self.watcher))
            return self._run(resumed, scope, stop)

    def _run_new(self, out: Path | None) -> Outcome:
        environment = describe_environment(
            data_checksum=self.checksum, seeds=list(self.seeds), devices=training.device_names()
        )
        parent = ROOT if out is None else out.parent
        made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        with contextlib.ExitStack() as scope:
            stop = scope.enter_context(stop_on_signals(self.watcher))
            folder = create_study(self.spec, out=out, root=ROOT, environment=environment)
            with folder.lock():
                try:
                    return self._run(folder, scope, stop)
                except Stopped:
                    raise
                except BaseException:
                    _clean_up(folder, made)
                    raise

    def _run(self, folder: StudyFolder, scope: contextlib.ExitStack, stop: threading.Event) -> Outcome:
        """Train, then finish outside of `scope`, where a stop interrupts at once instead of at the next slice."""
        begin = time.perf_counter()
        record = StudyRecord(folder, stop)
        num_fresh = self.spec.num_members - len(record.done)
        try:
            compile_s = self._train(record, stop)
            train_s = time.perf_counter() - begin - compile_s
            scope.close()
            seconds = {"load": begin - self.begin, "compile": compile_s, "train": train_s}
            return self.finish(TrainedStudy(folder, record, num_fresh, seconds))
        except (KeyboardInterrupt, training.Interrupted):
            record.flush()
            raise Stopped(folder.path, self.spec.kind) from None

    def _train(self, record: StudyRecord, stop: threading.Event) -> float:
        try:
            return self.train(record, stop)
        except DescentlabError:
            record.flush()
            raise


def open_unfinished(study: str | os.PathLike[str], kind: str, advice: str) -> StudyFolder:
    """Open a study that was stopped or killed, to continue it.

    Args:
        study: Folder or name of the study.
        kind: Expected kind of the study: "sweep", "atlas" or "learning-rate".
        advice: Advice for the error message if the study is finished.

    Raises:
        RunError: If there is no such study, it is finished, or it was trained on arrays in memory.
    """
    folder = find_study(os.fspath(study))
    spec = folder.study
    if spec.kind != kind:
        what = _KINDS[spec.kind]
        raise RunError(f"{folder.path} is {what}; continue it by: descentlab {spec.kind} --resume {folder.path}")
    if folder.is_finished:
        raise RunError(f"{folder.path} is finished; {advice}")
    check_continues(folder.environment(), folder.path)
    if isinstance(spec.experiment.data, ArraysData):
        raise RunError(f"{folder.path} was trained on arrays in memory, which are not kept; {_anew(spec)}")
    return folder


_KINDS = {"sweep": "a sweep", "atlas": "an atlas", "learning-rate": "a search for a learning rate"}


def options_of(*, report: bool, outcome: str = "") -> dict[str, bool | str]:
    """Return the options that a study records beside its training; those that are left out are the usual ones."""
    return ({} if report else {"report": False}) | ({"outcome": outcome} if outcome else {})


def save_study(result: Result[Measured], folder: StudyFolder, *, report: bool, begin: float) -> Result[Measured]:
    """Write the page and the metrics of a study, which mark it as finished.

    Args:
        result: Result of the study.
        folder: Folder of the study, in which all tables of networks have been written.
        report: Whether to write `report.html`.
        begin: Time of the request, by `time.perf_counter`.

    Returns:
        The result with its folder and its total time.
    """
    if report:
        folder.save_report(result.to_page())
    seconds = {**result.declaration.seconds, "total": time.perf_counter() - begin}
    saved = replace(result, declaration=replace(result.declaration, seconds=seconds), path=folder.path)
    with unstopped():
        folder.save_metrics({name: value for name, value in saved.to_json().items() if name != "path"})
    return saved


def _anew(spec: StudySpec) -> str:
    return {"atlas": "map anew", "learning-rate": "search anew"}.get(spec.kind, "sweep anew")


def _clean_up(folder: StudyFolder, made: Sequence[Path]) -> None:
    try:
        folder.discard_if_untrained()
        for parent in made:
            parent.rmdir()
    except OSError:  # other files are in there, or the disk is in trouble: the first error says more
        pass
