"""Long work with a progress bar, and the printing of an analysis."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from descentlab.cli._output import print_json, print_notes, to_stderr, to_stdout
from descentlab.cli._progress import progress_bars

if TYPE_CHECKING:
    from descentlab.workbench import Watcher

T = TypeVar("T")

INTERRUPTED = 130


@runtime_checkable
class Analysis(Protocol):
    """The result of an analysis."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a reader must know to trust the result."""
        ...

    @property
    def path(self) -> Path | None:
        """Folder of the result; None if nothing was written."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values for JSON."""
        ...


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


def analyse(start: Callable[["Watcher"], Analysis], *, as_json: bool, is_quiet: bool) -> None:
    """Run an analysis; print its result or its JSON to stdout, and its notes to stderr."""
    analysis = watch(start, is_silent=is_quiet or as_json)
    if not is_quiet:
        print_notes(analysis.notes)
    if as_json:
        print_json({**analysis.to_json(), "path": None if analysis.path is None else str(analysis.path)})
    elif not is_quiet:
        console = to_stdout()
        console.print(str(analysis), markup=False)
        if analysis.path is not None:
            console.print(f"\nreport: {analysis.path / 'report.html'}", markup=False)
