"""`atlas`: the map of an outcome over two hyperparameters."""

import os
import threading
import time
from typing import TYPE_CHECKING, Annotated, Any

from descentlab.core import Option, SpecError, laboratory
from descentlab.labs._options import Epochs, Seed, Settings, StudyFolder, StudyReport

if TYPE_CHECKING:
    import numpy as np

    from descentlab.labs.atlas._measured import AtlasMap
    from descentlab.results import Result
    from descentlab.spec import StudySpec
    from descentlab.studies import Atlas, MapView
    from descentlab.workbench import Examples, StudyJob, StudyRecord, TrainedStudy, Watcher

SIZE = 32
DEFAULTS = {
    "fractal": (f"learning_rate.hidden=1:10000:{SIZE}", f"learning_rate.output=10:1000:{SIZE}"),
}


@laboratory(
    "atlas fractal - where training converges and where it diverges: the border is a fractal",
    "atlas fractal --x learning_rate.hidden=20:60:128 --y learning_rate.output=20:60:128 - zoom",
    "atlas circle --x learning_rate=0.001:10:32 --y initial_scale=0.1:10:32 --outcome loss",
)
def atlas(
    what: Annotated[
        Any, Option("A preset (as fractal), an experiment file, a table.", "WHAT", is_argument=True)
    ] = None,
    *,
    x: Annotated[
        str | None,
        Option(
            "Setting along the horizontal axis, as learning_rate=0.001:10:64.",
            "NAME=RANGE",
            default="that of the preset fractal",
        ),
    ] = None,
    y: Annotated[
        str | None,
        Option(
            "Setting along the vertical axis, as momentum=0:0.9:64.", "NAME=RANGE", default="that of the preset fractal"
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        Option("Quantity that the map shows: converges, loss, epochs or verdict.", "WORD", default="converges"),
    ] = None,
    threshold: Annotated[
        float | None,
        Option(
            "For --outcome epochs: the share of its first loss to which the loss has to fall.", "SHARE", default="0.1"
        ),
    ] = None,
    epochs: Epochs = None,
    seed: Seed = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: StudyFolder = None,
    resume: Annotated[
        str | os.PathLike[str] | None, Option("Continue a map that was stopped or killed.", "STUDY")
    ] = None,
    report: StudyReport = True,
    watcher: "Watcher | None" = None,
) -> "Result[AtlasMap]":
    """Map how training ends over two hyperparameters, with a network at every point of a plane.

    All networks see the same data and begin with the same draw. The axes are numbers: rates (learning_rate, or that
    of one layer as learning_rate.hidden), momentum, weight_decay, l1, l2, initial_scale, dropout. To zoom, name a
    smaller rectangle.

    Returns:
        The result; `result.measured.atlas` has the numbers of every network, `result.path` is the study's folder.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        RunError: If the map to continue is none, is finished, or its data has changed since.
        Stopped: If Ctrl-C was pressed; the map is saved and can be resumed.

    References:
        Sohl-Dickstein, "The boundary of neural network trainability is fractal" (2024).
    """
    from descentlab.spec import parse_study
    from descentlab.workbench import (
        SILENT,
        Changes,
        Examples,
        check_atlas_room,
        continuing,
        open_unfinished,
        options_of,
        read_axis,
        resolve,
        settings_as_texts,
    )

    begin = time.perf_counter()
    watcher = watcher or SILENT
    if (what is None) == (resume is None):
        raise SpecError("name what to map, as `descentlab atlas fractal`, or a map to continue: --resume STUDY")
    shown = _outcome(outcome or "converges")
    if resume is not None:
        if set or any(other is not None for other in (x, y, threshold, epochs, seed, out)):
            raise SpecError("--resume continues a map as it was begun; leave out all but --outcome and --no-report")
        folder = open_unfinished(resume, "atlas", "to zoom, name a smaller rectangle by --x and --y")
        study = folder.study
        shown = shown if outcome else _outcome(str(study.options.get("outcome", shown)))
        with continuing(folder.path, study.kind):
            examples = Examples(study.experiment, on_loading=watcher.on_loading)
            is_shown = report and bool(study.options.get("report", True))
            return _job(study, examples, watcher, begin, outcome=shown, report=is_shown).run(None, folder)
    changes = Changes(fields={"epochs": epochs, "seed": seed}, settings=settings_as_texts(set))
    request = resolve(what, changes)
    defaults = DEFAULTS.get(request.experiment.name, (None, None))
    variables = [read_axis(text or usual, axis, SIZE) for axis, text, usual in zip("xy", (x, y), defaults, strict=True)]
    check_atlas_room(len(variables[0]["values"]) * len(variables[1]["values"]))
    examples = Examples(request.experiment, on_loading=watcher.on_loading)
    experiment = request.settle(examples.of(request.experiment.seed)).model_copy(update={"num_seeds": 1})
    options = options_of(report=report, outcome=shown)
    values = {"kind": "atlas", "variables": variables, "options": options, "experiment": experiment}
    spec = parse_study(values if threshold is None else {**values, "threshold": threshold}, where="atlas")
    return _job(spec, examples, watcher, begin, outcome=shown, report=report).run(out, None)


def _outcome(word: str) -> "MapView":
    from descentlab.studies import MAP_VIEWS

    for known in MAP_VIEWS:
        if word == known:
            return known
    raise SpecError(f"--outcome {word}: choose one of {', '.join(MAP_VIEWS)}")


def _job(
    spec: "StudySpec", examples: "Examples", watcher: "Watcher", begin: float, *, outcome: "MapView", report: bool
) -> "StudyJob[Result[AtlasMap]]":
    """Plan the training, and check it before anything is written."""
    from descentlab import studies, training
    from descentlab.workbench import StudyJob, check_room, save_study

    training.prepare_engine()
    dataset = examples.of(spec.experiment.seed)
    plan = studies.plan_atlas(spec, dataset)
    check_room(plan, spec.experiment.epochs)
    network = training.make_plan(spec.experiment, dataset).network
    studies.check_values(spec, training.adjustable_numbers(spec.experiment, network))

    def train(record: "StudyRecord", stop: threading.Event) -> float:
        return studies.train_atlas(
            spec, plan, dataset, record, done=record.done, on_progress=watcher.on_training, stop=stop
        )

    def finish(trained: "TrainedStudy") -> "Result[AtlasMap]":
        atlas = studies.gather_atlas(spec, trained.record.measured())
        trained.folder.save_members(_member_columns(atlas))
        return save_study(_show(atlas, outcome, trained), trained.folder, report=report, begin=begin)

    return StudyJob(spec, train, finish, watcher, begin, dataset.checksum, (spec.experiment.seed,))


def _show(atlas: "Atlas", outcome: "MapView", trained: "TrainedStudy") -> "Result[AtlasMap]":
    from descentlab.labs.atlas._measured import AtlasMap
    from descentlab.labs.atlas._page import facts, key_figures, lay_out, title_of
    from descentlab.labs.atlas._tables import fill_tables
    from descentlab.labs.atlas._words import say
    from descentlab.results import Declaration, Result
    from descentlab.studies import box_count

    rate = trained.num_fresh / max(trained.seconds["train"], 1e-9)
    measured = AtlasMap(atlas, box_count(atlas.converges), outcome, rate)
    tables = fill_tables(measured)
    return Result(
        measured,
        Declaration(
            laboratory="atlas",
            title=title_of(atlas),
            tables=tables,
            words=say,
            key_figures=key_figures(tables),
            sections=lay_out(measured, tables),
            facts=facts(atlas),
            seconds=trained.seconds,
        ),
    )


def _member_columns(atlas: "Atlas") -> "dict[str, np.ndarray]":
    """Lay out one row a network, as `members.parquet` has them."""
    import numpy as np

    from descentlab.judgement import OUTCOMES

    x, y = np.meshgrid(atlas.x, atlas.y)
    outcomes = np.array(OUTCOMES, dtype=object)[atlas.columns["outcome"]]
    numbers = {name: values.ravel() for name, values in atlas.columns.items() if name != "outcome"}
    return {atlas.names[0]: x.ravel(), atlas.names[1]: y.ravel(), **numbers, "verdict": outcomes.ravel()}
