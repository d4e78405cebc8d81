"""Long work with a progress bar."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from descentlab.cli._output import to_stderr
from descentlab.cli._progress import progress_bars

if TYPE_CHECKING:
    from descentlab.workbench import Watcher

T = TypeVar("T")

INTERRUPTED = 130


def watch(start: Callable[["Watcher"], T], *, is_silent: bool) -> T:
    """Run long work with a progress bar, and end the process if a person stops it.

    Args:
        start: Function that does the work.
        is_silent: Whether to show no progress.

    Returns:
        The value of `start`.
    """
    from descentlab import workbench

    def say_stopping() -> None:
        print("\ndescentlab: stopping; press Ctrl-C again to end at once", file=sys.stderr)

    try:
        with progress_bars(to_stderr(), is_shown=not is_silent) as (on_loading, on_training):
            return start(workbench.Watcher(on_loading, on_training, say_stopping))
    except workbench.Stopped as stopped:
        print(f"descentlab: {stopped}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
