"""`sweep`: one experiment with something varied in it, from every seed, as one study."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import (
    BatchSize,
    Epochs,
    Hidden,
    Settings,
    StudyFolder,
    StudyReport,
    Target,
    Trainable,
    read_batch,
    read_units,
)

if TYPE_CHECKING:
    from descentlab.results import Result
    from descentlab.spec import StudySpec, VariableSpec
    from descentlab.studies import Study
    from descentlab.workbench import Changes, ExamplesByData, Swept, Watcher

SEEDS = 10
"""With fewer than 6 no difference can be shown to be real, and with several settings some more are needed."""


@laboratory(
    "sweep circle --learning-rate 0.001:10:9",
    "sweep iris --learning-rate 1e-4:1:24 --seeds 50",
    "sweep my.csv --target species --lr 0.001:0.1:5 --vary width=8,32,128",
    "sweep spiral --vary activation=relu,tanh --vary noise=0,20,40",
)
def sweep(
    what: Trainable = None,
    target: Target = None,
    *,
    learning_rate: Annotated[
        str | float | Sequence[float] | None,
        Option(
            "Learning rates: LOW:HIGH:COUNT in equal factors, as 1e-4:10:24, or a list, as 0.01,0.1,1.",
            "RANGE",
            names=("--learning-rate", "--lr"),
        ),
    ] = None,
    vary: Annotated[
        Mapping[str, Any] | Sequence[str],
        Option(
            "Anything else, repeatable: momentum, b1, b2, eps, weight_decay, l1, l2, initial_scale, dropout, the rate "
            "of one layer as learning_rate.hidden, noise (numbers: LOW:HIGH:COUNT, with :log or :lin behind it, or a "
            "list); batch_size, activation, width, depth (lists); or any field by its dotted name, as "
            "optimizer=sgd,adam.",
            "NAME=RANGE",
        ),
    ] = (),
    seeds: Annotated[
        int | None, Option("Number of networks for each setting, each with another seed.", "N", default=str(SEEDS))
    ] = None,
    seed: Annotated[int | None, Option("First seed.", "N", default="the experiment's")] = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    hidden: Hidden = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: StudyFolder = None,
    resume: Annotated[
        str | os.PathLike[str] | None, Option("Continue a study that was stopped or killed.", "STUDY")
    ] = None,
    report: StudyReport = True,
    watcher: "Watcher | None" = None,
) -> "Result[Study]":
    """Train at many learning rates (or other settings) at once: which is best, and what goes wrong at the others.

    Networks of one seed share their data, their first draw and the order of the examples, so that only what is
    varied differs. Every network gets an outcome with its evidence.

    Returns:
        The result; `result.measured` is the study with all its networks, `result.path` its folder.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        RunError: If the study to continue is none, is finished, or its data has changed since.
        Stopped: If Ctrl-C was pressed; the study is saved and can be resumed.

    Example:
        >>> import descentlab as dl
        >>> result = dl.sweep("circle", learning_rate="0.003:3:6", seeds=10)  # doctest: +SKIP
        >>> result.measured.best.place  # doctest: +SKIP
        4
    """
    from descentlab.workbench import (
        SILENT,
        Changes,
        ExamplesByData,
        SweepJob,
        continuing,
        open_unfinished,
        options_of,
        read_variables,
        settings_as_texts,
    )

    begin = time.perf_counter()
    watcher = watcher or SILENT
    if (what is None) == (resume is None):
        raise SpecError(
            "name what to sweep, as `descentlab sweep circle --learning-rate 0.001:10:9`, or --resume STUDY"
        )
    if resume is None:
        changes = Changes(
            fields={"epochs": epochs, "batch_size": read_batch(batch_size), "seed": seed, "num_seeds": seeds or SEEDS},
            hidden=read_units(hidden),
            settings=settings_as_texts(set),
        )
        variables = read_variables(learning_rate, vary)
        spec, examples = _request(what, target, variables, changes, watcher, options=options_of(report=report))
        return SweepJob(spec, examples, watcher, begin=begin).run(_show, out=out, report=report)
    others = (target, learning_rate, seeds, seed, epochs, batch_size, hidden, out)
    if vary or set or any(other is not None for other in others):
        raise SpecError("--resume continues a study as it was begun; leave out what is to be varied, --set and --out")
    folder = open_unfinished(resume, "sweep", "for more seeds or values, sweep anew")
    study = folder.study
    with continuing(folder.path, study.kind):
        job = SweepJob(study, ExamplesByData(study.experiment, None, watcher), watcher, begin=begin)
        return job.run(_show, out=None, resumed=folder, report=report and bool(study.options.get("report", True)))


def _request(
    what: Any,
    target: Any,
    variables: "tuple[VariableSpec, ...]",
    changes: "Changes",
    watcher: "Watcher",
    *,
    options: Mapping[str, Any],
) -> "tuple[StudySpec, ExamplesByData]":
    """Work out what is to be trained on which data."""
    from descentlab.data import Arrays
    from descentlab.spec import Experiment, parse_study
    from descentlab.workbench import ExamplesByData, resolve, resolve_arrays

    is_named = isinstance(what, str | os.PathLike | Experiment)
    arrays = None if is_named else Arrays(what, target)
    changes = replace(changes, data={"target": target if is_named else None})
    request = resolve(what, changes) if arrays is None else resolve_arrays(arrays, changes)
    examples = ExamplesByData(request.experiment, arrays, watcher)
    experiment = request.settle(examples.of(request.experiment, request.experiment.seed))
    values = {"kind": "sweep", "variables": variables, "options": options, "experiment": experiment}
    return parse_study(values, where="sweep"), examples


def _show(swept: "Swept") -> "Result[Study]":
    from descentlab.labs.sweep._words import say
    from descentlab.results import Declaration, Result, Tables
    from descentlab.studies import sweep_facts, sweep_figures, sweep_notes, sweep_sections, sweep_tables

    study = swept.study
    tables = Tables(sweep_tables(study))
    return Result(
        study,
        Declaration(
            laboratory="sweep",
            title=f"{study.spec.experiment.name}: {study.num_networks:,} networks over {', '.join(study.variables)}",
            tables=tables,
            words=say,
            key_figures=sweep_figures(tables),
            sections=sweep_sections(study, tables, swept.boundaries),
            notes=sweep_notes(study),
            facts=sweep_facts(study, swept.environment, swept.seconds["train"]),
            seconds=swept.seconds,
        ),
    )
