"""Long work with its progress on the screen, and an analysis told when it is done."""

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
    """What an analysis hands back."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to trust it."""
        ...

    @property
    def path(self) -> Path | None:
        """Its folder, if it was written."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        ...


def watch(start: Callable[["Watcher"], T], *, is_silent: bool) -> T:
    """Run a training with its progress on the screen, and end the process if it was asked to stop."""
    from descentlab import workbench

    def say_stopping() -> None:
        print("\ndescentlab: stopping; press Ctrl-C again to give up at once", file=sys.stderr)

    try:
        with progress_bars(to_stderr(), is_shown=not is_silent) as (on_loading, on_training):
            return start(workbench.Watcher(on_loading, on_training, say_stopping))
    except workbench.Stopped as stopped:
        print(f"descentlab: {stopped}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def analyse(start: Callable[["Watcher"], Analysis], *, as_json: bool, is_quiet: bool) -> None:
    """Run an analysis; print itself or its JSON to stdout, and its notes to stderr."""
    found = watch(start, is_silent=is_quiet or as_json)
    if not is_quiet:
        print_notes(found.notes)
    if as_json:
        print_json({**found.to_json(), "path": None if found.path is None else str(found.path)})
    elif not is_quiet:
        console = to_stdout()
        console.print(str(found), markup=False)
        if found.path is not None:
            console.print(f"\nreport: {found.path / 'report.html'}", markup=False)
