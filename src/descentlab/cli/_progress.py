"""Progress bars of long work."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from descentlab.training import Progress

OnLoading = Callable[[str, int, int], None]
OnTraining = Callable[["Progress"], None]


@contextlib.contextmanager
def progress_bars(console: Console, *, is_shown: bool) -> Iterator[tuple[OnLoading, OnTraining]]:
    """Show bars for loading and training while the block runs.

    Args:
        console: Console that draws them; they are erased at the end. If it is no terminal, nothing is drawn.
        is_shown: Whether to draw the bars.

    Yields:
        A function to call as loading advances, and one to call as training advances.
    """
    if not (is_shown and console.is_terminal):
        yield lambda *_: None, lambda _: None
        return
    with _bars(console) as bars:
        tasks = _Tasks(bars)

        def on_training(now: "Progress") -> None:
            tasks.move("training", now.share, 1.0, _describe(now))

        yield lambda what, done, total: tasks.move(what, float(done), float(total), ""), on_training


def _bars(console: Console) -> "Bars":
    from rich.progress import BarColumn, Progress as Bars, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[latest]}"),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
    )


class _Tasks:
    """The bars by name; each is made when it first advances."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._ids: dict[str, int] = {}

    def move(self, name: str, done: float, total: float, latest: str) -> None:
        if name not in self._ids:
            self._ids[name] = int(self._bars.add_task(name, total=total or None, latest=latest))
        task = self._bars.task_ids[self._ids[name]]
        self._bars.update(task, completed=done, total=total or None, latest=latest)


def _describe(now: "Progress") -> str:
    """Describe the progress of a training: the epoch with its loss and accuracy, or the number of networks done."""
    if now.num_members > 1:
        return f"{now.members_done:,} of {now.num_members:,} networks"
    words = [f"epoch {now.epoch:,}/{now.num_epochs:,}"]
    if "train_loss" in now.latest:
        words.append(f"loss {now.latest['train_loss']:.4g}")
    for name, short in (
        ("validation_accuracy", "validation accuracy"),
        ("validation_loss", "validation loss"),
        ("train_accuracy", "accuracy"),
    ):
        if name in now.latest:
            return "  ".join([*words, f"{short} {now.latest[name]:.4g}"])
    return "  ".join(words)
