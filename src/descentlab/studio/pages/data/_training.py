"""A training in a separate thread, which a page watches and may stop."""

import math
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from descentlab import workbench
from descentlab.core import DescentlabError, SpecError, message_of
from descentlab.spec import PicturesData, TableData
from descentlab.studio.pages.data._sets import DataChoice
from descentlab.training import Progress

State = Literal["loading", "training", "done", "stopped", "failed"]
MOST_AT_ONCE = 4
MOST_POINTS = 2_000

Points = list[list[float | None]]


@dataclass(frozen=True)
class Settings:
    """The settings that a person chooses for a training.

    Attributes:
        network: Word of one of the choice's networks.
        epochs: Number of passes over the training part.
        learning_rate: Learning rate of the optimizer.
        seed: Seed of the split, the initial weights and the order of the examples.
        hidden: Numbers of units of the hidden layers, or None if they cannot be chosen.
    """

    network: str
    epochs: int
    learning_rate: float
    seed: int = 0
    hidden: tuple[int, ...] | None = None


def read_hidden(text: str) -> tuple[int, ...]:
    """Read numbers of units such as "16, 16"; an empty text stands for no hidden layer.

    Raises:
        SpecError: If the text is something else.
    """
    words = [word for word in re.split(r"[,\s]+", text.strip()) if word]
    if not all(re.fullmatch(r"[0-9]{1,6}", word) and int(word) > 0 for word in words):
        raise SpecError(f"hidden units '{text.strip()[:40]}': expected numbers with commas between, as 16, 16")
    return tuple(map(int, words))


def begin(choice: DataChoice, settings: Settings, *, root: Path, watcher: workbench.Watcher) -> workbench.Run:
    """Train as `descentlab train` does.

    Raises:
        DescentlabError: If the training is not possible; nothing is left on disk.
        Stopped: If the watcher's event was set.
    """
    numbers = {"epochs": settings.epochs, "learning_rate": settings.learning_rate, "seed": settings.seed}
    data = choice.data
    if isinstance(data, TableData):
        return workbench.train(
            data.path,
            data.target,
            task=None if data.task == "auto" else data.task,
            drop=data.drop,
            missing=data.missing,
            hidden=settings.hidden,
            root=root,
            durable=True,
            watcher=watcher,
            **numbers,
        )
    conduct = {"root": root, "durable": True, "watcher": watcher}
    if isinstance(data, PicturesData):
        return workbench.train(data.path, model=settings.network, **conduct, **numbers)
    return workbench.train(choice.default(settings.network), hidden=settings.hidden, **conduct, **numbers)


@dataclass(frozen=True)
class Standing:
    """The state of a training.

    Attributes:
        state: Current step of the training, or how it ended.
        words: State in words.
        share: Share of the current step that is done, from 0 to 1; None if unknown.
        version: Counter that rises with every change.
    """

    state: State
    words: str
    share: float | None = None
    version: int = 0


class _LeftOffError(Exception):
    """Raised to stop the loading of data."""


@dataclass
class DataTraining:
    """One training.

    Attributes:
        work: Function that trains, given a watcher.
        run: Finished run, once the training is done.
        path: Folder of the stopped run, from which it can be resumed.
        train_curve: Epoch and training loss of each point.
        validation_curve: Epoch and validation loss of each point.
    """

    work: Callable[[workbench.Watcher], workbench.Run]
    run: workbench.Run | None = None
    path: Path | None = None
    train_curve: Points = field(default_factory=list)
    validation_curve: Points = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._standing = Standing("loading", "Reading the data")
        self._thread = threading.Thread(target=self._work, name="studio-training")

    @property
    def standing(self) -> Standing:
        """State of the training; any thread may read it."""
        return self._standing

    @property
    def is_over(self) -> bool:
        """Whether the training has ended."""
        return self._standing.state in ("done", "stopped", "failed")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop as Ctrl-C does: at the next slice, without losing anything."""
        self._stop.set()

    def join(self) -> None:
        """Wait until the training has ended."""
        self._thread.join()

    def _tell(self, state: State, words: str, share: float | None = None) -> None:
        self._standing = Standing(state, words, share, self._standing.version + 1)

    def _work(self) -> None:
        watcher = workbench.Watcher(on_loading=self._on_loading, on_training=self._on_training, stop=self._stop)
        try:
            self.run = self.work(watcher)
            self._tell("done", f"Done: {self.run.folder.name}", 1.0)
        except workbench.Stopped as stopped:
            self.path = stopped.path
            self._tell("stopped", f"Stopped. {stopped.path.name} is kept and can be continued.", self._standing.share)
        except _LeftOffError:
            self._tell("stopped", "Stopped before training began; nothing is kept.")
        except DescentlabError as error:
            self._tell("failed", message_of(error))
        except Exception as error:  # a page that waits for ever would be worse than a poor message
            self._tell("failed", f"Training ended with an unforeseen error: {type(error).__name__}: {error}")
            raise

    def _on_loading(self, what: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _LeftOffError
        self._tell("loading", f"{what}: {done:,} of {total:,}", done / total if total else None)

    def _on_training(self, now: Progress) -> None:
        for name, curve in (("train_loss", self.train_curve), ("validation_loss", self.validation_curve)):
            if name in now.latest:
                _add_point(curve, now.epoch, now.latest[name])
        words = f"Epoch {now.epoch:,} of {now.num_epochs:,}"
        self._tell("training", "Measuring what came out" if now.share >= 1.0 else words, now.share)


def _add_point(curve: Points, epoch: int, value: float) -> None:
    """Add a point to a curve; when the curve gets too long, every second point is dropped."""
    if curve and curve[-1][0] == epoch:
        curve.pop()
    curve.append([float(epoch), value if math.isfinite(value) else None])
    if len(curve) > MOST_POINTS:
        del curve[1::2]


class Trainings:
    """The trainings of all open Data pages."""

    def __init__(self) -> None:
        self._running: list[DataTraining] = []

    def start(self, work: Callable[[workbench.Watcher], workbench.Run]) -> DataTraining:
        """Start a training.

        Raises:
            DescentlabError: If too many trainings run.
        """
        self._running = [training for training in self._running if not training.is_over]
        if len(self._running) >= MOST_AT_ONCE:
            raise DescentlabError(
                f"{MOST_AT_ONCE} trainings run already, which is all this machine does at once; wait for one"
            )
        training = DataTraining(work)
        self._running.append(training)
        training.start()
        return training

    def close(self) -> None:
        """Stop all trainings; their runs are kept."""
        for training in self._running:
            training.stop()


def curves_of(run: workbench.Run) -> tuple[Points, Points]:
    """Return training and validation loss of a finished run's first network by epoch."""
    columns = run.folder.history()
    is_first = columns["member"] == columns["member"][0]

    def curve(name: str) -> Points:
        if name not in columns:
            return []
        pairs = zip(columns["epoch"][is_first].tolist(), columns[name][is_first].tolist(), strict=True)
        points: Points = [[float(epoch), value if math.isfinite(value) else None] for epoch, value in pairs]
        return points[:: max(1, math.ceil(len(points) / MOST_POINTS))]

    return curve("train_loss"), curve("validation_loss")
