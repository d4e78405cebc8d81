"""`learning-rate`: the one-command answer, with its evidence."""

import os
import time
from typing import TYPE_CHECKING, Annotated

from descentlab.core import Option, SpecError, laboratory
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
    from descentlab.runs import StudyFolder as StudyRecordFolder
    from descentlab.spec import Experiment, StudySpec
    from descentlab.workbench import ExamplesByData, Swept, Watcher


@laboratory(
    "learning-rate circle",
    "learning-rate my.csv --target species",
    "learning-rate mnist-mlp --epochs 3 --seeds 2",
)
def learning_rate(
    what: Trainable = None,
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
    resume: Annotated[
        str | os.PathLike[str] | None, Option("Continue a search that was stopped or killed.", "STUDY")
    ] = None,
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
        RunError: If the search to continue is none, is finished, or its data has changed since.
        Stopped: If Ctrl-C was pressed; the sweep is saved and can be resumed.
    """
    from descentlab.sharpness import check_descends
    from descentlab.spec import parse_study
    from descentlab.workbench import (
        SILENT,
        Changes,
        ExamplesByData,
        continuing,
        open_unfinished,
        options_of,
        resolve,
        settings_as_texts,
    )

    begin = time.perf_counter()
    watcher = watcher or SILENT
    if (what is None) == (resume is None):
        raise SpecError(
            "name what to train, as `descentlab learning-rate circle`, or a search to continue: --resume STUDY"
        )
    if resume is not None:
        if set or any(other is not None for other in (target, epochs, batch_size, hidden, seed, seeds, out)):
            raise SpecError("--resume continues a search as it was begun; leave out all but --no-report")
        folder = open_unfinished(resume, "learning-rate", "for other seeds or epochs, search anew")
        study = folder.study
        with continuing(folder.path, study.kind):
            examples = ExamplesByData(study.experiment, None, watcher)
            search = _Search(study.requested or study.experiment, examples, watcher, begin)
            is_shown = report and bool(study.options.get("report", True))
            return search.run(study, out=None, resumed=folder, report=is_shown)
    changes = Changes(
        data={"target": target},
        fields={"epochs": epochs, "batch_size": read_batch(batch_size), "seed": seed},
        hidden=read_units(hidden),
        settings=settings_as_texts(set),
    )
    request = resolve(what, changes)
    check_descends(request.experiment.optimizer)
    examples = ExamplesByData(request.experiment, None, watcher)
    experiment = request.settle(examples.of(request.experiment, request.experiment.seed))
    search = _Search(experiment, examples, watcher, begin)
    swept, rates = search.plan(seeds, epochs)
    values = {
        "kind": "learning-rate",
        "variables": [{"name": "learning_rate", "values": rates}],
        "options": options_of(report=report),
        "experiment": swept,
        "requested": experiment,
    }
    return search.run(parse_study(values), out=out, resumed=None, report=report)


class _Search:
    """The evidence beside a sweep over rates, which is found anew where an interrupted sweep is continued."""

    def __init__(self, experiment: "Experiment", examples: "ExamplesByData", watcher: "Watcher", begin: float) -> None:
        from descentlab import training
        from descentlab.labs.learning_rate._search import initial_limit, run_range_test

        self._experiment, self._examples, self._watcher, self._begin = experiment, examples, watcher, begin
        self._dataset = examples.of(experiment, experiment.seed)
        training.prepare_engine()
        self._tested = run_range_test(experiment, self._dataset, watcher)
        self._limit = initial_limit(experiment, self._dataset)

    def plan(self, seeds: int | None, epochs: int | None) -> "tuple[Experiment, list[float]]":
        """Return the experiment of the sweep, and its rates."""
        from descentlab.labs.learning_rate._search import affordable, choose_rates

        swept = affordable(self._experiment, self._dataset, seeds, epochs)
        return swept, choose_rates(self._tested, self._experiment)

    def run(
        self,
        spec: "StudySpec",
        *,
        out: str | os.PathLike[str] | None,
        resumed: "StudyRecordFolder | None",
        report: bool,
    ) -> "Result[LearningRate]":
        """Sweep over the rates, or continue to do so."""
        from descentlab.labs.learning_rate._measured import LearningRate, around
        from descentlab.labs.learning_rate._search import measure_sharpness
        from descentlab.workbench import SweepJob

        def show(swept: "Swept") -> "Result[LearningRate]":
            study, chosen = swept.study, around(swept.study)
            traces = measure_sharpness(spec.experiment, self._dataset, chosen, self._watcher) if chosen else ()
            rate = None if study.best is None else float(spec.variables[0].values[study.best.place])
            return _show(LearningRate(rate, self._tested, self._limit, traces, study, self._experiment), swept)

        job = SweepJob(spec, self._examples, self._watcher, begin=self._begin)
        return job.run(show, out=out, resumed=resumed, report=report)


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
