"""`learning-rate`: the one-command answer, with its evidence."""

import time
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, laboratory
from descentlab.labs._options import (
    BatchSize,
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
    from descentlab.labs.learning_rate._measured import LearningRate
    from descentlab.results import Result
    from descentlab.workbench import Swept, Watcher


@laboratory(
    "learning-rate circle",
    "learning-rate my.csv --target species",
    "learning-rate mnist-mlp --epochs 3 --seeds 2",
)
def learning_rate(
    what: Trainable,
    target: Target = None,
    *,
    epochs: Annotated[
        int | None, Option("Epochs of the sweep.", "N", default="the experiment's, fewer where it is large")
    ] = None,
    batch_size: BatchSize = None,
    hidden: Hidden = None,
    seed: Annotated[int | None, Option("First seed.", "N", default="the experiment's")] = None,
    seeds: Annotated[
        int | None, Option("Number of networks for each rate.", "N", default="10, fewer where training is long")
    ] = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: StudyFolder = None,
    report: StudyReport = True,
    watcher: "Watcher | None" = None,
) -> "Result[LearningRate]":
    """Recommend a learning rate for your data and network, with reasons, and show a tenth and ten times of it.

    Three kinds of evidence: a range test, the sharpness of the loss at the start, and a sweep over nine rates from
    several seeds, which decides.

    Returns:
        The result; `result.measured.rate` is the rate, `result.path` the folder of the sweep.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed; the sweep is saved and can be resumed.
    """
    from descentlab import training
    from descentlab.labs.learning_rate._measured import LearningRate, around
    from descentlab.labs.learning_rate._search import (
        affordable,
        choose_rates,
        initial_limit,
        measure_sharpness,
        run_range_test,
    )
    from descentlab.sharpness import check_descends
    from descentlab.spec import parse_study
    from descentlab.workbench import SILENT, Changes, ExamplesByData, SweepJob, resolve, settings_as_texts

    begin = time.perf_counter()
    watcher = watcher or SILENT
    changes = Changes(
        data={"target": target},
        fields={"epochs": epochs, "batch_size": read_batch(batch_size), "seed": seed},
        hidden=read_units(hidden),
        settings=settings_as_texts(set),
    )
    request = resolve(what, changes)
    check_descends(request.experiment.optimizer)
    examples = ExamplesByData(request.experiment, None, watcher)
    dataset = examples.of(request.experiment, request.experiment.seed)
    experiment = request.settle(dataset)
    training.prepare_engine()
    tested = run_range_test(experiment, dataset, watcher)
    limit = initial_limit(experiment, dataset)
    swept_experiment = affordable(experiment, dataset, seeds, epochs)
    rates = choose_rates(tested, experiment)
    spec = parse_study({"variables": [{"name": "learning_rate", "values": rates}], "experiment": swept_experiment})

    def show(swept: "Swept") -> "Result[LearningRate]":
        study, chosen = swept.study, around(swept.study)
        traces = measure_sharpness(swept_experiment, dataset, chosen, watcher) if chosen else ()
        rate = None if study.best is None else rates[study.best.place]
        return _show(LearningRate(rate, tested, limit, traces, study, experiment), swept)

    return SweepJob(spec, examples, watcher, begin=begin).run(show, out=out, report=report)


def _show(measured: "LearningRate", swept: "Swept") -> "Result[LearningRate]":
    from descentlab.labs.learning_rate._page import lay_out
    from descentlab.labs.learning_rate._tables import fill_tables
    from descentlab.labs.learning_rate._words import say
    from descentlab.results import Declaration, Result
    from descentlab.studies import sweep_facts, sweep_figures, sweep_notes

    study, tables = measured.study, fill_tables(measured)
    return Result(
        measured,
        Declaration(
            laboratory="learning_rate",
            title=f"{study.spec.experiment.name}: {study.num_networks:,} networks over learning_rate",
            tables=tables,
            words=say,
            key_figures=sweep_figures(tables),
            sections=lay_out(measured, tables, swept.boundaries),
            notes=sweep_notes(study),
            facts=sweep_facts(study, swept.environment, swept.seconds["train"]),
            seconds=swept.seconds,
        ),
    )
