"""`descentlab backprop WHAT --cost`: what back-propagation costs, counted and timed."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from descentlab.cli._clock import BEGIN
from descentlab.cli._output import print_json, save_text, to_stdout
from descentlab.cli._watch import watch
from descentlab.core import SpecError

if TYPE_CHECKING:
    from descentlab.labs.backprop_cost import BackpropCost
    from descentlab.workbench import Watcher


def refuse(given: Mapping[str, Any]) -> None:
    """Refuse options that ask for an account of single examples.

    Args:
        given: Options with their values; what is None, False or 0 was not given.

    Raises:
        SpecError: If one was given.
    """
    for option, value in given.items():
        if value:
            raise SpecError(f"{option} is for the account of examples, --cost for whole steps: leave one of them out")


def show_cost(
    what: str,
    *,
    hidden: tuple[int, ...] | None,
    seed: int | None,
    settings: Sequence[str],
    member: int,
    budget: float | None,
    out: Path | None,
    report: bool,
    html: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Count and time, and print what came of it."""
    from descentlab.labs import backprop_cost as laboratory

    import_s = time.perf_counter() - BEGIN
    limit = {} if budget is None else {"budget": budget}

    def start(watcher: "Watcher") -> "BackpropCost":
        return laboratory.backprop_cost(
            what,
            hidden=hidden,
            seed=seed,
            set=settings,
            member=member,
            out=out,
            report=report,
            watcher=watcher,
            **limit,
        )

    found = watch(start, is_silent=quiet or as_json)
    if html is not None:
        save_text(html, found.to_page())
    if as_json:
        seconds = {"import": import_s, **found.seconds, "total": time.perf_counter() - BEGIN}
        print_json({**found.to_json(), "seconds": {name: round(value, 4) for name, value in seconds.items()}})
    elif not quiet:
        page = html or (None if found.path is None else found.path / "report.html")
        console = to_stdout()
        console.print(str(found), markup=False)
        console.print("\nTo keep it: --html FILE, or --out DIR." if page is None else f"\nreport: {page}", markup=False)
