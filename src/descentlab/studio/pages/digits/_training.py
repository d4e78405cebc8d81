"""A network trained there and then, for a pad without one."""

import threading
from dataclasses import dataclass
from pathlib import Path

from descentlab.core import DescentlabError
from descentlab.data import is_idx_here
from descentlab.training import Progress
from descentlab.workbench import Stopped, Watcher, train


@dataclass(frozen=True)
class Recipe:
    """What can be trained at a press.

    Attributes:
        preset: Its name.
        label: What the button says.
        settings: What is changed of it.
    """

    preset: str
    label: str
    settings: tuple[str, ...] = ()


RECIPES = (
    Recipe("digits-cnn", "Train digits-cnn (8x8 pixels, some seconds)"),
    Recipe("mnist-cnn", "Train mnist-cnn for one epoch (28x28 pixels, about 20 s)", ("epochs=1",)),
)

_ONE_AT_A_TIME = threading.Lock()


def recipes() -> tuple[Recipe, ...]:
    """Return what can be trained without a download."""
    return tuple(recipe for recipe in RECIPES if recipe.preset != "mnist-cnn" or is_idx_here("mnist"))


class Training:
    """One training in a thread of its own. Its attributes may be read at any time.

    Attributes:
        share: How much is done, from 0 to 1.
        words: How far it is.
        run: The run's name when it is done.
        problem: What went wrong, in a line.
        is_over: Whether nothing will change any more.
    """

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Begin.

        Args:
            recipe: What to train.
            root: The folder of runs, where the run is kept.
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
        """End it at the next slice; a run that has learned something can be resumed."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def _train(self) -> None:
        recipe = self._recipe
        try:
            with _ONE_AT_A_TIME:
                if self._stop.is_set():
                    return
                self.words = f"{recipe.preset}: reading the data, compiling"
                watcher = Watcher(on_training=self._follow, stop=self._stop)
                self.run = train(recipe.preset, set=recipe.settings, root=self._root, watcher=watcher).folder.name
                self.words = f"{self.run} is trained and kept in {self._root}"
        except Stopped as stopped:
            self.words = str(stopped)
        except DescentlabError as error:
            self.problem = str(error)
        finally:
            self.is_over = True

    def _follow(self, progress: Progress) -> None:
        self.share = progress.share
        loss = progress.latest.get("train_loss")
        told = "" if loss is None else f", training loss {loss:.3g}"
        self.words = (
            f"{self._recipe.preset}: {progress.share:.0%} done, epoch {progress.epoch} of {progress.num_epochs}{told}"
        )
