"""`backprop --cost`: what back-propagation through a person's own network costs, counted and timed."""

import functools
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from descentlab import training
from descentlab.core import SpecError, generator
from descentlab.labs.backprop import Subject, find_subject
from descentlab.labs.backprop_cost import measure as complexity
from descentlab.labs.backprop_cost._result import BackpropCost
from descentlab.labs.backprop_cost._words import describe, notes_of
from descentlab.labs.backprop_cost.measure import Case
from descentlab.runs import save_results
from descentlab.workbench import SILENT, Changes, OnLoading, Settings, Watcher, settings_as_texts, stop_on_signals

BUDGET_S = 8.0
LONGEST_BUDGET_S = 3_600.0
MAX_EXAMPLES = 4_096
"""Examples that larger batches are made of, repeated: arithmetic takes as long on any."""
USUAL_BATCH = 32


def backprop_cost(
    what: Any,
    *,
    hidden: Sequence[int] | None = None,
    seed: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    member: int = 0,
    budget: float = BUDGET_S,
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> BackpropCost:
    """Count and time what back-propagation costs: forward, back and update, and what each depends on.

    Multiply-adds are counted by the layers' own formulas and beside them by XLA. Times are medians of compiled work,
    measured by turns: as examples N, weights per neuron d and layers L grow, against the textbook's O(N d L); of the
    way back over the way forward; of the same gradient one weight at a time; and of one example at a time.

    Args:
        what: A run, or what `train` takes.
        hidden: Units of the hidden dense layers.
        seed: Draws data and initial weights.
        set: Any other fields of the experiment, as `batch_size=128`.
        member: Which network of a run with several seeds.
        budget: About how many seconds to measure; larger ones reach larger sizes. Compiling comes on top.
        out: Where page and numbers go. Default: `backprop-cost/` in the run's folder; else nowhere.
        report: Whether to write the page.
        watcher: What is called while data is loaded, programs are compiled and times are taken.

    Returns:
        Counts and times: print them, or see `cost.timed.ratio` and `cost.work.layers`.

    Raises:
        SpecError: If a number is out of range.
        KeyboardInterrupt: If Ctrl-C was pressed; nothing is written then.

    Example:
        >>> import descentlab as dl
        >>> cost = dl.backprop_cost("mnist-mlp")  # doctest: +SKIP
        >>> cost.timed.differences.whole_s / np.median(cost.timed.gradient)  # doctest: +SKIP
    """
    begin = time.perf_counter()
    if not 0.0 < budget <= LONGEST_BUDGET_S:
        raise SpecError(f"budget={budget:g}: expected seconds to measure, above 0 and at most {LONGEST_BUDGET_S:,.0f}")
    training.prepare_engine()
    changes = Changes(
        fields={name: value for name, value in {"seed": seed}.items() if value is not None},
        hidden=None if hidden is None else tuple(hidden),
        settings=settings_as_texts(set),
    )
    with stop_on_signals(watcher) as stop:

        def go_on(doing: str, done: int, total: int) -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            watcher.on_loading(doing, done, total)

        subject = find_subject(
            what, changes, epochs=0, member=member, needs_data=False, watcher=replace(watcher, on_loading=go_on)
        )
        loaded = time.perf_counter()
        found = _measure(subject, budget, go_on)
    found = replace(found, seconds={"load": loaded - begin, **found.seconds})
    place = _place(subject, out)
    if place is not None and report:
        save_results(place, result=found.to_json(), report=found.to_page())
        found = replace(found, path=place)
    return replace(found, seconds={**found.seconds, "total": time.perf_counter() - begin})


def _measure(subject: Subject, budget: float, go_on: OnLoading) -> BackpropCost:
    begin = time.perf_counter()
    case = _case(subject)
    with training.precision_of(case.precision):
        work = complexity.count_work(case.network, case.optimizer, case.batch_size)
        xla = complexity.count_by_xla(case, work, on_layer=functools.partial(go_on, "counting"))
        counted = time.perf_counter()
        timed = complexity.time_step(case, budget_s=budget, on_progress=go_on)
    seconds = {"count": counted - begin, "time": time.perf_counter() - counted}
    found = BackpropCost(subject, work, xla, timed, budget, (), (), seconds)
    return replace(found, sentences=describe(found), notes=notes_of(found))


def _case(subject: Subject) -> Case:
    """Take the network with its training examples, or with random ones where a run's data is gone."""
    experiment, dataset = subject.experiment, subject.dataset
    if dataset is not None:
        rows = dataset.train[:MAX_EXAMPLES]
        inputs, targets, num_train = dataset.real_inputs(rows), dataset.targets[rows], len(dataset.train)
    else:
        rng = generator(0, "backprop-cost")
        inputs = rng.normal(size=(USUAL_BATCH, *subject.network.input_shape))
        classes = subject.objective.num_classes
        targets = rng.integers(0, classes, USUAL_BATCH) if classes else rng.normal(size=USUAL_BATCH)
        num_train = USUAL_BATCH
    return Case(
        network=subject.network,
        objective=subject.objective,
        optimizer=experiment.optimizer,
        params=subject.params,
        statistics=subject.statistics,
        inputs=np.asarray(inputs, experiment.precision),
        targets=targets,
        batch_size=num_train if experiment.batch_size == "full" else experiment.batch_size,
        precision=experiment.precision,
    )


def _place(subject: Subject, out: str | os.PathLike[str] | None) -> Path | None:
    if out is not None:
        return Path(out)
    return None if subject.run is None else subject.run.path / "backprop-cost"
