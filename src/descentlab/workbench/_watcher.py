"""How a training is carried out and watched: nothing of it changes the weights."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from descentlab.core import SpecError
from descentlab.training import Progress

CHECKPOINT_EVERY_S = 10.0
"""Seconds between checkpoints: a killed run loses at most so much, and a short one writes none."""

OnLoading = Callable[[str, int, int], None]
OnTraining = Callable[[Progress], None]


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True)
class Watcher:
    """What is called while a training goes on, and how another thread may end it.

    Attributes:
        on_loading: Called with each step of loading: what, how much is done, of how much.
        on_training: Called after every slice, from a thread of the training, with how far it is.
        on_stop: Called when a first Ctrl-C was heard.
        stop: Set by another thread to end the training as a Ctrl-C does; for one training.
    """

    on_loading: OnLoading = _ignore
    on_training: OnTraining = _ignore
    on_stop: Callable[[], None] = _ignore
    stop: threading.Event | None = None


SILENT = Watcher()
"""Nobody watches."""


@dataclass(frozen=True)
class Conduct:
    """How a training is carried out.

    Attributes:
        report: Whether to write `report.html`.
        checkpoint_every_s: Seconds between checkpoints; 0 writes one after every slice.
        watcher: What is called while it goes on.
    """

    report: bool = True
    checkpoint_every_s: float = CHECKPOINT_EVERY_S
    watcher: Watcher = SILENT

    def __post_init__(self) -> None:
        if math.isnan(self.checkpoint_every_s) or self.checkpoint_every_s < 0:
            raise SpecError(
                f"checkpoint_every_s={self.checkpoint_every_s:g}: expected seconds between checkpoints, 0 or more"
            )
