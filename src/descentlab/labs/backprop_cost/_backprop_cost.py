"""The function of the laboratory `backprop-cost`: it counts and times back-propagation through a network."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Hidden, Report, Seed, Settings, read_units

if TYPE_CHECKING:
    import descentlab.labs.backprop_cost._measured
    import descentlab.results
    import descentlab.spec
    import descentlab.workbench

LONGEST_BUDGET_S = 3_600.0


@laboratory(
    "backprop-cost mnist-mlp - the same as `descentlab backprop mnist-mlp --cost`",
    "backprop-cost iris --hidden 64,64 --budget 20",
    "backprop-cost iris-001 --html cost.html",
)
def backprop_cost(
    what: Annotated[
        "str | os.PathLike[str] | descentlab.spec.Experiment | descentlab.workbench.Run",
        Option("A run, or anything that `descentlab train` takes.", "WHAT", is_argument=True),
    ],
    *,
    hidden: Hidden = None,
    seed: Seed = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    member: Annotated[int, Option("Which network of a run with several seeds, counted from 0.", "N")] = 0,
    budget: Annotated[
        float,
        Option(
            "About how many seconds to spend on timing. More seconds reach larger sizes. Compiling takes extra time.",
            "SECONDS",
        ),
    ] = 8.0,
    out: Annotated[
        str | os.PathLike[str] | None,
        Option("Folder for the page and the numbers.", "DIR", default="backprop-cost/ in a run's folder"),
    ] = None,
    report: Report = True,
    watcher: "descentlab.workbench.Watcher | None" = None,
) -> "descentlab.results.Result[descentlab.labs.backprop_cost._measured.BackpropCost]":
    """Count and time the cost of back-propagation: of the forward pass, the backward pass and the update.

    Multiply-adds are counted twice: by the formula of each layer, and by the compiler XLA. Times are medians of
    repeated measurements of compiled programs. They show how the time grows with the number of examples N, the weights
    per neuron d and the number of layers L, beside the textbook's O(N d L); how long the backward pass takes compared
    with the forward pass; how long the same gradient takes one weight at a time; and how long single examples take
    compared with batches.

    Returns:
        The result; `result.measured.timed` and `result.measured.work` have every number.

    Raises:
        SpecError: If a number is out of range.
        KeyboardInterrupt: If Ctrl-C was pressed; nothing is written then.

    Example:
        >>> import descentlab as dl
        >>> result = dl.backprop_cost("mnist-mlp")  # doctest: +SKIP
        >>> result.tables["ways"].frame()  # doctest: +SKIP
    """
    import functools
    import time
    from dataclasses import replace

    from descentlab import training
    from descentlab.labs.backprop_cost import measure
    from descentlab.labs.backprop_cost._measured import BackpropCost, case_of
    from descentlab.workbench import (
        Changes,
        Watcher,
        find_subject,
        save_result,
        settings_as_texts,
        stop_on_signals,
    )

    begin = time.perf_counter()
    units, watcher = read_units(hidden), watcher or Watcher()
    if not 0.0 < budget <= LONGEST_BUDGET_S:
        raise SpecError(
            f"--budget {budget:g}: expected a number of seconds above 0 and at most {LONGEST_BUDGET_S:,.0f}"
        )
    training.prepare_engine()
    changes = Changes(fields={} if seed is None else {"seed": seed}, hidden=units, settings=settings_as_texts(set))
    with stop_on_signals(watcher) as stop:

        def go_on(doing: str, done: int, total: int) -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            watcher.on_loading(doing, done, total)

        subject = find_subject(
            what, changes, epochs=0, member=member, needs_data=False, watcher=replace(watcher, on_loading=go_on)
        )
        loaded = time.perf_counter()
        case = case_of(subject)
        with training.precision_of(case.precision):
            work = measure.count_work(case.network, case.optimizer, case.batch_size)
            xla = measure.count_by_xla(case, work, on_layer=functools.partial(go_on, "counting"))
            counted = time.perf_counter()
            timed = measure.time_step(case, budget_s=budget, on_progress=go_on)
    seconds = {"load": loaded - begin, "count": counted - loaded, "time": time.perf_counter() - counted}
    result = declare(BackpropCost(subject, work, xla, timed, budget), seconds)
    if report and (out is not None or subject.run is not None):
        result = save_result(result, run=subject.run, name=subject.experiment.name, out=out)
    return result


def declare(
    measured: "descentlab.labs.backprop_cost._measured.BackpropCost", seconds: Mapping[str, float]
) -> "descentlab.results.Result[descentlab.labs.backprop_cost._measured.BackpropCost]":
    """Declare the result: its tables, sentences, charts and facts.

    Args:
        measured: The measurements.
        seconds: Wall time of each phase: "load", "count" and "time".

    Returns:
        The result, which no folder holds yet.
    """
    from descentlab.labs.backprop_cost._page import facts, key_figures, lay_out
    from descentlab.labs.backprop_cost._tables import fill_tables
    from descentlab.labs.backprop_cost._words import notes_of, say
    from descentlab.results import Declaration, Result

    tables = fill_tables(measured)
    return Result(
        measured,
        Declaration(
            laboratory="backprop_cost",
            title=f"{measured.subject.experiment.name}: the cost of back-propagation",
            tables=tables,
            words=say,
            key_figures=key_figures(measured),
            sections=lay_out(measured, tables),
            notes=notes_of(tables),
            facts=facts(measured, seconds),
            seconds=seconds,
            heading="Cost of back-propagation",
        ),
    )
