"""`errors`: where a trained network is wrong, and what its errors say about the data."""

import time
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Out, Report, TrainedRun

if TYPE_CHECKING:
    import descentlab.results
    import descentlab.workbench
    from descentlab.labs.errors._measured import Errors

FEWEST_EXAMPLES = 20
MOST_SHOWN = 500


@laboratory(
    "errors mnist-cnn-001 - the page names the pictures to look at",
    "errors mnist-cnn-001 --part validation --shown 100 - suspected labels of another part",
    "errors iris-001 --json - which column the predictions depend on",
)
def errors(
    run: TrainedRun,
    *,
    part: Annotated[
        str | None,
        Option("Whose examples: test, validation or train.", "PART", default="the first of these that there is"),
    ] = None,
    member: Annotated[
        int | None,
        Option(
            "Which network of several seeds, counted from 0.",
            "N",
            default="up to five where examples are disturbed or shuffled, else the first",
        ),
    ] = None,
    examples: Annotated[
        int, Option("Examples that are disturbed and shuffled at most, drawn from the part.", "M")
    ] = 2_000,
    shown: Annotated[int, Option("Examples of each kind to show at most.", "K")] = 24,
    out: Out = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[Errors]":
    """Find where a trained network is wrong, and what its errors say about the data.

    Which classes are confused with each other; which examples are ambiguous; which labels are likely to be wrong (by
    confident learning, with a test on labels that are flipped on purpose); which pixels or columns the predictions
    depend on; and how far accuracy falls under shifts, rotations, noise and loss of contrast.

    Returns:
        The result. Its tables are "summary" and "importance"; for classes also "confusions", "margins", "thresholds",
        "flip_check", "examples", "robustness" and "half_way"; for pictures "maps" and "pixel_maps".

    Raises:
        RunError: If there is no such run, part or member, or the run's data is gone.
        SpecError: If a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> result = dl.errors("mnist-cnn-001")  # doctest: +SKIP
        >>> result.tables["confusions"].frame()  # doctest: +SKIP

    References:
        Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021).
        Breiman, "Random forests" (2001), for permutation importance.
        Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017).
    """
    from descentlab import training
    from descentlab.labs.errors._measure import measure
    from descentlab.labs.errors._notes import notes_of
    from descentlab.labs.errors._page import facts_of, key_figures, lay_out
    from descentlab.labs.errors._predictors import find_predictors
    from descentlab.labs.errors._tables import fill_tables
    from descentlab.labs.errors._words import say
    from descentlab.results import Declaration, Result
    from descentlab.workbench import SILENT, need_run, save_result

    begin, watcher = time.perf_counter(), watcher or SILENT
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"--examples {examples}: expected {FEWEST_EXAMPLES} or more")
    if not 1 <= shown <= MOST_SHOWN:
        raise SpecError(f"--shown {shown}: expected 1 to {MOST_SHOWN} examples of each kind")
    trained = need_run(run)
    training.prepare_engine()
    source = find_predictors(trained, part=part, member=member, watcher=watcher)
    loaded = time.perf_counter()
    measured, phases = measure(source, examples=examples, shown=shown, watcher=watcher)
    seconds = {"load": loaded - begin, **phases, "total": time.perf_counter() - begin}
    tables = fill_tables(measured)
    declaration = Declaration(
        laboratory="errors",
        title=f"{measured.name}: where it is wrong",
        tables=tables,
        words=say,
        key_figures=key_figures(tables),
        sections=lay_out(measured, tables),
        notes=notes_of(measured, source),
        facts=facts_of(measured, seconds),
        seconds=seconds,
    )
    result = Result(measured, declaration)
    return save_result(result, run=trained, name=measured.name, out=out) if report else result
