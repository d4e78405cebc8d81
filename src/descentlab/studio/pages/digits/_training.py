"""Training a network on the digits page, for a pad without one."""

import threading
from dataclasses import dataclass
from pathlib import Path

from descentlab.core import DescentlabError, message_of
from descentlab.data import is_idx_here
from descentlab.training import Progress
from descentlab.workbench import Stopped, Watcher, train


@dataclass(frozen=True)
class Recipe:
    """A training that a button starts.

    Attributes:
        preset: Name of the preset.
        label: Text of the button.
        settings: Changes to the preset, as `key=value`.
    """

    preset: str
    label: str
    settings: tuple[str, ...] = ()


RECIPES = (
    Recipe("digits-cnn", "Train digits-cnn (8x8 pixels, some seconds)"),
    Recipe("mnist-cnn", "Train mnist-cnn for one epoch (28x28 pixels, about 20 s)", ("epochs=1",)),
)

_TRAINING_LOCK = threading.Lock()


def recipes() -> tuple[Recipe, ...]:
    """Return the recipes whose data need no download."""
    return tuple(recipe for recipe in RECIPES if recipe.preset != "mnist-cnn" or is_idx_here("mnist"))


class DigitsTraining:
    """One training in a separate thread. Its attributes may be read at any time.

    Attributes:
        share: Share of the training that is done, from 0 to 1.
        words: Progress in words.
        run: Name of the run when it is done, else None.
        problem: Problem in one line, or empty.
        is_over: Whether the training has ended.
    """

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Start the training.

        Args:
            recipe: The training to start.
            root: Folder of runs, in which the run is kept.
        """
        self.share = 0.0
        self.words = f"{recipe.preset}: waiting for another training to end"
        self.run: str | None = None
        self.problem = ""
        self.is_over = False
        self._recipe = recipe
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._train, name="studio-digits", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next slice; the run can be resumed if it has a checkpoint."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait until the training has ended."""
        self._thread.join(timeout_s)

    def _train(self) -> None:
        recipe = self._recipe
        try:
            with _TRAINING_LOCK:
                if self._stop.is_set():
                    return
                self.words = f"{recipe.preset}: reading the data, compiling"
                watcher = Watcher(on_training=self._follow, stop=self._stop)
                run = train(recipe.preset, set=recipe.settings, root=self._root, durable=True, watcher=watcher)
                self.run = run.folder.name
                self.words = f"{self.run} is trained and kept in {self._root}"
        except Stopped as stopped:
            self.words = str(stopped)
        except DescentlabError as error:
            self.problem = message_of(error)
        finally:
            self.is_over = True

    def _follow(self, progress: Progress) -> None:
        self.share = progress.share
        loss = progress.latest.get("train_loss")
        after = "" if loss is None else f", training loss {loss:.3g}"
        self.words = (
            f"{self._recipe.preset}: {progress.share:.0%} done, epoch {progress.epoch} of {progress.num_epochs}{after}"
        )
