"""Options and callbacks of a training that do not change the weights."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from descentlab.core import SpecError
from descentlab.training import Progress

CHECKPOINT_EVERY_S = 10.0
"""Seconds between checkpoints: a killed run loses at most so much, and a shorter one writes none."""

OnLoading = Callable[[str, int, int], None]
OnTraining = Callable[[Progress], None]


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True)
class Watcher:
    """Callbacks of a training, and the event by which another thread may end it.

    Attributes:
        on_loading: Called at each step of loading the data with its name, the amount done and the whole amount.
        on_training: Called after every slice of training, from a thread of the training, with its progress.
        on_stop: Called at the first Ctrl-C.
        stop: Event that another thread sets to end the training as a Ctrl-C does; for one training.
    """

    on_loading: OnLoading = _ignore
    on_training: OnTraining = _ignore
    on_stop: Callable[[], None] = _ignore
    stop: threading.Event | None = None


SILENT = Watcher()
"""A watcher that does nothing."""


@dataclass(frozen=True)
class Conduct:
    """Options of a training that do not change the weights.

    Attributes:
        report: Whether to write `report.html`.
        checkpoint_every_s: Seconds between checkpoints; 0 writes one after every slice.
        watcher: Callbacks of the training.
        durable: Whether checkpoints and the finished run survive a power cut.
        symptoms: Whether symptoms of the layers are recorded; None: where training takes long enough.
    """

    report: bool = True
    checkpoint_every_s: float = CHECKPOINT_EVERY_S
    watcher: Watcher = SILENT
    durable: bool = False
    symptoms: bool | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.checkpoint_every_s) or self.checkpoint_every_s < 0:
            raise SpecError(
                f"checkpoint_every_s={self.checkpoint_every_s:g} is not possible: give the seconds between "
                "checkpoints, 0 or more"
            )
