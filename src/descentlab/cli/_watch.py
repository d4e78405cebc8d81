"""Long work with a progress bar."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from descentlab.cli._interrupts import interrupts_heard, leave
from descentlab.cli._output import to_stderr
from descentlab.cli._progress import progress_bars

if TYPE_CHECKING:
    from descentlab.workbench import Watcher

T = TypeVar("T")


def watch(start: Callable[["Watcher"], T], *, is_silent: bool) -> T:
    """Run long work with a progress bar, and end the process if a person stops it.

    Args:
        start: Function that does the work. What it keeps of work that is stopped, it says in a `Stopped`.
        is_silent: Whether to show no progress.

    Returns:
        The value of `start`.
    """
    from descentlab import workbench

    interrupts = interrupts_heard()
    announce = interrupts.announce if interrupts else lambda: None
    try:
        with progress_bars(to_stderr(), is_shown=not is_silent) as (on_loading, on_training):
            return start(workbench.Watcher(on_loading, on_training, announce))
    except workbench.Stopped as stopped:
        leave(stopped.message)
    except KeyboardInterrupt:
        leave("interrupted; nothing is kept")
