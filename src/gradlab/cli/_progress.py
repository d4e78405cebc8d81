"""The progress bar of long work."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from gradlab import training

OnLoading = Callable[[str, int, int], None]
OnTraining = Callable[["training.Progress"], None]


@contextlib.contextmanager
def progress_bars(console: Console, *, is_shown: bool) -> Iterator[tuple[OnLoading, OnTraining]]:
    """Show bars for loading and training while the block runs.

    Args:
        console: Where they are drawn; they are erased in the end.
        is_shown: Whether to draw them at all.

    Yields:
        What to call with each step of loading, and of training.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[latest]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as bars:
        tasks: dict[str, int] = {}

        def move(name: str, done: float, total: float, latest: str) -> None:
            if name not in tasks:
                tasks[name] = int(bars.add_task(name, total=total or None, latest=latest))
            bars.update(bars.task_ids[tasks[name]], completed=done, total=total or None, latest=latest)

        def on_loading(what: str, done: int, total: int) -> None:
            move(what, done, total, "")

        def on_training(now: "training.Progress") -> None:
            move("training", now.share * 100, 100, _describe(now))

        yield on_loading, on_training


def _describe(now: "training.Progress") -> str:
    if now.num_members > 1:
        return f"{now.members_done}/{now.num_members} networks"
    shown = {name: now.latest[name] for name in ("validation_loss", "validation_accuracy") if name in now.latest}
    shown = shown or {name: now.latest[name] for name in ("train_loss", "train_accuracy") if name in now.latest}
    words = "  ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in shown.items())
    return f"epoch {now.epoch}/{now.num_epochs}  {words}"
