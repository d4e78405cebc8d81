"""One training, from its start or from its checkpoint to a finished run."""

import contextlib
import shlex
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from descentlab import training
from descentlab.core import RunError, StorageError, in_python
from descentlab.runs import RunFolder, create_run, describe_environment
from descentlab.spec import Experiment
from descentlab.workbench._checkpoints import RunCheckpoints
from descentlab.workbench._data_shape import describe_shape
from descentlab.workbench._examples import Examples
from descentlab.workbench._outcome import judge, save, with_seconds
from descentlab.workbench._room import check_room
from descentlab.workbench._run import Run
from descentlab.workbench._snapshots import snapshot_epochs
from descentlab.workbench._stopping import stop_on_signals, unstopped
from descentlab.workbench._symptoms import choose_symptoms
from descentlab.workbench._watcher import Conduct

ROOT = Path("runs")


class Stopped(Exception):  # noqa: N818 - an ending, not an error
    """Raised when a training was asked to stop; the run or study is saved and can be resumed.

    Attributes:
        path: The run's folder.
        message: How it is continued on the command line; as text, it says how in Python.
    """

    def __init__(self, path: Path, verb: str = "train") -> None:
        self.message = f"stopped; continue by: descentlab {verb} --resume {shlex.quote(str(path))}"
        super().__init__(self.message)
        self.path = path

    def __str__(self) -> str:
        return in_python(self.message)


@contextlib.contextmanager
def continuing(path: Path, verb: str = "train") -> Iterator[None]:
    """Turn an interruption within the block into a `Stopped`, since what is continued there is kept."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(path, verb) from None


class Job:
    """One training. It is checked when it is created, before anything is written."""

    def __init__(self, experiment: Experiment, examples: Examples, conduct: Conduct, *, begin: float) -> None:
        """Plan the training.

        Args:
            experiment: The experiment to train.
            examples: Data of the experiment.
            conduct: Options of the training.
            begin: Time of the request, by `time.perf_counter`.

        Raises:
            DescentlabError: If the experiment does not fit its data or the machine's memory.
        """
        self._experiment = experiment
        self._examples = examples
        self._conduct = conduct
        self._begin = begin
        self._seeds = range(experiment.seed, experiment.seed + experiment.num_seeds)
        training.prepare_engine()
        self._plan = training.make_plan(
            experiment,
            examples.of(experiment.seed),
            num_members=experiment.num_seeds,
            num_devices=training.device_count(),
        )
        check_room(self._plan, experiment.epochs)

    def run_new(self, out: Path | None, root: Path = ROOT) -> Run:
        """Make a new run's folder and train in it.

        Args:
            out: Folder of the run; by default the next free one under `root`.
            root: Folder of runs.

        Returns:
            The finished run.

        Raises:
            DescentlabError: If the training fails. Nothing is left on disk, unless a checkpoint is worth keeping.
            Stopped: If the training was asked to stop.
        """
        parent = root if out is None else out.parent
        made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        facts = self._facts()
        with contextlib.ExitStack() as scope:
            stop = scope.enter_context(stop_on_signals(self._conduct.watcher))
            folder = create_run(self._experiment, out=out, root=root, durable=self._conduct.durable, **facts)
            with folder.lock():
                try:
                    return self._run(folder, scope, stop)
                except Stopped:
                    raise
                except BaseException as error:
                    _clean_up(folder, made, error)
                    raise

    def run_again(self, folder: RunFolder) -> Run:
        """Continue a run that was stopped or killed.

        Args:
            folder: Folder of the run.

        Returns:
            The finished run.

        Raises:
            RunError: If another process trains the run or has finished it, or its checkpoint is damaged.
            Stopped: If the training was asked to stop.
        """
        with folder.lock(), contextlib.ExitStack() as scope:
            check_is_open(folder)
            folder.drop_partial_files()
            stop = scope.enter_context(stop_on_signals(self._conduct.watcher))
            return self._run(folder, scope, stop)

    def _facts(self) -> dict[str, Any]:
        datasets = [self._examples.of(seed) for seed in self._seeds]
        environment = describe_environment(
            data_checksum=datasets[0].checksum, seeds=list(self._seeds), devices=training.device_names()
        )
        return {"preparation": describe_shape(datasets), "environment": environment}

    def _run(self, folder: RunFolder, scope: contextlib.ExitStack, stop: threading.Event) -> Run:
        """Train, then finish outside of `scope`, where a stop interrupts at once instead of at the next slice."""
        begin = time.perf_counter()
        checkpoints = RunCheckpoints(folder, self._conduct.checkpoint_every_s, stop)
        try:
            population = self._train(checkpoints, stop)
            seconds = {
                "load": begin - self._begin,
                "compile": population.compile_seconds,
                "train": time.perf_counter() - begin - population.compile_seconds,
            }
            scope.close()
            self._finish(folder, population, seconds, stop)
        except (KeyboardInterrupt, training.Interrupted):
            checkpoints.flush()
            raise Stopped(folder.path) from None
        return Run(folder)

    def _train(self, checkpoints: RunCheckpoints, stop: threading.Event) -> training.Population:
        chosen = self._conduct.symptoms if checkpoints.has_symptoms is None else checkpoints.has_symptoms
        return training.train_population(
            self._experiment,
            self._plan,
            [training.Member(seed) for seed in self._seeds],
            self._examples.of,
            snapshot_epochs=snapshot_epochs(self._experiment, self._examples.of(self._seeds[0]), self._plan),
            symptoms=choose_symptoms(self._plan, self._experiment.epochs, len(self._seeds), choice=chosen),
            checkpoints=checkpoints,
            on_progress=self._conduct.watcher.on_training,
            stop=stop,
        )

    def _finish(
        self, folder: RunFolder, population: training.Population, seconds: dict[str, float], stop: threading.Event
    ) -> None:
        outcome = judge(self._experiment, self._plan, population, self._examples)
        if stop.is_set():  # by another thread
            raise training.Interrupted
        if self._conduct.report:
            from descentlab import results
            from descentlab.workbench._report import build_report

            timed = with_seconds(outcome, seconds, self._begin)
            page = build_report(folder, self._experiment, self._plan, timed, self._examples.of(self._seeds[0]))
            folder.save_report(results.render(page))
        save(folder, outcome)
        with unstopped():
            folder.save_metrics(with_seconds(outcome, seconds, self._begin).metrics)
            folder.drop_checkpoint()


def check_is_open(folder: RunFolder) -> None:
    """Raise a `RunError` if a run is finished, so that it cannot be resumed."""
    if folder.is_finished:
        raise RunError(f"{folder.path} is finished, so it cannot be continued; train anew with more epochs")


def _clean_up(folder: RunFolder, made: list[Path], error: BaseException) -> None:
    """Remove a failed run that holds nothing worth keeping, and the folders that were made for it."""
    try:
        folder.discard_if_untrained()
        for parent in made:
            parent.rmdir()
    except OSError:  # other files are in there, or the disk is in trouble: the first error says more
        pass
    if folder.path.exists() and isinstance(error, StorageError):
        raise StorageError(
            f"{error.message}; the training so far is kept, continue it by: descentlab train --resume {folder.path}"
        ) from None
