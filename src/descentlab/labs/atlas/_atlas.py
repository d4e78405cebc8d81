"""`atlas`: the map of an outcome over two hyperparameters."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from descentlab import results, studies, training
from descentlab.core import DescentlabError, RunError, SpecError
from descentlab.evaluation import VERDICTS
from descentlab.labs.sweep import LOG_NAMES
from descentlab.results import Map, Page, Row, Section, WordTable
from descentlab.runs import StudyFolder, find_study
from descentlab.spec import StudySpec, parse_range, parse_study
from descentlab.studies import Atlas, BoxCount, Outcome
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._examples import Examples
from descentlab.workbench._job import Stopped
from descentlab.workbench._resolve import resolve
from descentlab.workbench._room import check_atlas_room, check_room
from descentlab.workbench._stopping import stop_on_signals
from descentlab.workbench._study_job import run_new_study
from descentlab.workbench._study_record import StudyRecord
from descentlab.workbench._watcher import SILENT, Watcher

SIZE = 32
DEFAULTS = {
    "fractal": (f"learning_rate.hidden=1:10000:{SIZE}", f"learning_rate.output=10:1000:{SIZE}"),
}
LABELS = {
    "converges": "converges",
    "loss": "training loss over the last 20 epochs",
    "epochs": "epochs until the loss is below the threshold",
    "verdict": "verdict",
}


class AtlasResult:
    """A finished map, and its folder.

    Attributes:
        folder: Its record on disk.
        atlas: The numbers of every network.
        box_count: How rough the border between converging and diverging networks is.
        sentences: What it shows, in words.
        metrics: Plain values, as `metrics.json` and `--json` have them.
    """

    def __init__(
        self,
        folder: StudyFolder,
        atlas: Atlas,
        box_count: BoxCount,
        *,
        sentences: tuple[str, ...],
        metrics: dict[str, Any],
    ) -> None:
        self.folder = folder
        self.atlas = atlas
        self.box_count = box_count
        self.sentences = sentences
        self.metrics = metrics

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self.folder.path

    def __str__(self) -> str:
        return "\n".join([f"{self.folder.name}  ({self.path})", *self.sentences])

    __repr__ = __str__


def atlas(
    what: Any,
    *,
    x: str | None = None,
    y: str | None = None,
    outcome: str = "converges",
    threshold: float | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> AtlasResult:
    """Train one network at every point of a plane of two hyperparameters, and map what became of it.

    All networks see the same data and begin with the same draw. To zoom, name a smaller rectangle.

    Args:
        what: A preset, an experiment file or a table, as for `train`.
        x: What is varied across, as "learning_rate.hidden=1:100000:64". The preset `fractal` has a default.
        y: What is varied upwards.
        outcome: What the map shows: "converges", "loss", "epochs" or "verdict". All are kept.
        threshold: Share of its first loss that "epochs" waits for. Default: 0.1.
        epochs: Passes over the training part.
        seed: Draws data and weights.
        set: Any other fields of the experiment.
        out: The study's own folder. Default: a new one under `./runs`.
        report: Whether to write `report.html`.
        watcher: What is called while it goes on.

    Returns:
        The map with its folder.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed; the map is saved and can be resumed.

    References:
        Sohl-Dickstein, "The boundary of neural network trainability is fractal" (2024).
    """
    begin = time.perf_counter()
    shown = _outcome(outcome)
    changes = Changes(fields={"epochs": epochs, "seed": seed}, settings=settings_as_texts(set))
    wish = resolve(what, changes)
    defaults = DEFAULTS.get(wish.experiment.name, (None, None))
    variables = [_variable(text or default, axis) for axis, text, default in zip("xy", (x, y), defaults, strict=True)]
    check_atlas_room(len(variables[0]["values"]) * len(variables[1]["values"]))
    examples = Examples(wish.experiment, on_loading=watcher.on_loading)
    experiment = wish.settle(examples.of(wish.experiment.seed)).model_copy(update={"num_seeds": 1})
    values = {"kind": "atlas", "variables": variables, "experiment": experiment}
    spec = parse_study(values if threshold is None else {**values, "threshold": threshold}, where="atlas")
    job = _Job(spec, examples, watcher, outcome=shown, writes_report=report, begin=begin)
    return job.run_new(None if out is None else Path(out))


def resume_atlas(
    study: str | os.PathLike[str], *, outcome: str = "converges", report: bool = True, watcher: Watcher = SILENT
) -> AtlasResult:
    """Continue a map that was stopped or killed; what was trained is not trained again.

    Args:
        study: Its folder or name.
        outcome: See `atlas`.
        report: See `atlas`.
        watcher: See `atlas`.

    Returns:
        The map.

    Raises:
        RunError: If it is no map, or is finished.
        Stopped: If Ctrl-C was pressed again.
    """
    begin = time.perf_counter()
    shown = _outcome(outcome)
    folder = find_study(os.fspath(study))
    spec = folder.study
    if spec.kind != "atlas":
        raise RunError(f"{folder.path} is a {spec.kind}; continue it by: descentlab {spec.kind} --resume {folder.path}")
    if folder.is_finished:
        raise RunError(f"{folder.path} is finished; to zoom, name a smaller rectangle by --x and --y")
    examples = Examples(spec.experiment, on_loading=watcher.on_loading)
    return _Job(spec, examples, watcher, outcome=shown, writes_report=report, begin=begin).run_again(folder)


def _outcome(word: str) -> Outcome:
    for known in studies.OUTCOMES:
        if word == known:
            return known
    raise SpecError(f"outcome={word}: choose one of {', '.join(studies.OUTCOMES)}")


def _variable(text: str | None, axis: str) -> dict[str, Any]:
    if text is None:
        raise SpecError(f"name what is varied along {axis}, as --{axis} learning_rate=0.001:10:{SIZE}")
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise SpecError(f"--{axis} {text}: expected NAME=LOW:HIGH:COUNT, as learning_rate=0.001:10:{SIZE}")
    name = name.strip()
    scale = "log" if name.partition(".")[0] in LOG_NAMES else "lin"
    return {"name": name, "values": parse_range(values, name=name, scale=scale)}


class _Job:
    """One map, from its start or what was trained of it to its end."""

    def __init__(
        self,
        spec: StudySpec,
        examples: Examples,
        watcher: Watcher,
        *,
        outcome: Outcome,
        writes_report: bool,
        begin: float,
    ) -> None:
        self._spec = spec
        self._watcher = watcher
        self._outcome: Outcome = outcome
        self._writes_report = writes_report
        self._begin = begin
        training.prepare_engine()
        self._dataset = examples.of(spec.experiment.seed)
        self._plan = studies.plan_atlas(spec, self._dataset)
        check_room(self._plan, spec.experiment.epochs)
        # Values out of range are refused before anything is written.
        network = training.make_plan(spec.experiment, self._dataset).network
        studies.check_values(spec, training.adjustable_numbers(spec.experiment, network))

    def run_new(self, out: Path | None) -> AtlasResult:
        seeds = (self._spec.experiment.seed,)
        return run_new_study(self._spec, self._run, out=out, checksum=self._dataset.checksum, seeds=seeds)

    def run_again(self, folder: StudyFolder) -> AtlasResult:
        with folder.lock():
            return self._run(folder)

    def _run(self, folder: StudyFolder) -> AtlasResult:
        begin = time.perf_counter()
        with stop_on_signals(self._watcher) as stop:
            record = StudyRecord(folder, stop)
            num_before = len(record.done)
            try:
                compile_s = studies.train_atlas(
                    self._spec,
                    self._plan,
                    self._dataset,
                    record,
                    done=record.done,
                    on_progress=self._watcher.on_training,
                    stop=stop,
                )
            except training.Interrupted:
                record.flush()
                raise Stopped(folder.path, "atlas") from None
            except DescentlabError:
                record.flush()
                raise
            train_s = time.perf_counter() - begin - compile_s
            seconds = {"load": begin - self._begin, "compile": compile_s, "train": train_s}
            rate = (self._spec.num_members - num_before) / max(train_s, 1e-9)
            return self._finish(folder, studies.gather_atlas(self._spec, record.measured()), seconds, rate)

    def _finish(self, folder: StudyFolder, found: Atlas, seconds: dict[str, float], rate: float) -> AtlasResult:
        counted = studies.box_count(found.converges)
        sentences = _describe(found, counted, rate)
        folder.save_members(_columns(found))
        if self._writes_report:
            folder.save_report(results.render_page(_page(found, counted, sentences, self._outcome)))
        metrics = {
            "verb": "atlas",
            "outcome": list(sentences),
            "shape": list(found.converges.shape),
            "converges": float(found.converges.mean()),
            "dimension": counted.dimension,
            "dimension_error": counted.error,
            "box_sizes": counted.sizes.tolist(),
            "box_counts": counted.counts.tolist(),
            "networks_per_second": rate,
            "seconds": {**seconds, "total": time.perf_counter() - self._begin},
        }
        folder.save_metrics(metrics)
        return AtlasResult(folder, found, counted, sentences=sentences, metrics=metrics)


def _columns(found: Atlas) -> dict[str, np.ndarray]:
    x, y = np.meshgrid(found.x, found.y)
    verdicts = np.array(VERDICTS, dtype=object)[found.columns["verdict"]]
    numbers = {name: values.ravel() for name, values in found.columns.items() if name != "verdict"}
    return {found.names[0]: x.ravel(), found.names[1]: y.ravel(), **numbers, "verdict": verdicts.ravel()}


def _describe(found: Atlas, counted: BoxCount, rate: float) -> tuple[str, ...]:
    share, total = float(found.converges.mean()), found.converges.size
    words = [
        f"{share:.1%} of {total:,} networks converge: over their last 20 epochs the loss averages below the one they "
        "began with."
    ]
    if not 0.0 < share < 1.0:
        words.append("There is no border between converging and diverging networks in this rectangle.")
    elif np.isnan(counted.dimension):
        words.append("The map is too coarse to tell the dimension of the border: use 64 values a side or more.")
    else:
        words.append(
            f"The border between them has a box-counting dimension of {counted.dimension:.2f} (standard error of the "
            f"fit {counted.error:.2f}), boxes of {counted.sizes[0]} to {counted.sizes[-1]} cells; 1 is a smooth line."
        )
    words.append(f"Trained {rate:,.0f} networks a second.")
    return tuple(words)


def _page(found: Atlas, counted: BoxCount, sentences: Sequence[str], outcome: Outcome) -> Page:
    values, names = studies.outcome_values(found, outcome)
    x_name, y_name = (name.replace("_", " ") for name in found.names)
    is_shade = outcome == "converges"
    drawn = Map(
        title=LABELS[outcome],
        x_label=x_name,
        y_label=y_name,
        x=found.x,
        y=found.y,
        values=values,
        value_label="converges (blue, the faster the darker) or diverges (orange)" if is_shade else LABELS[outcome],
        names=names,
        scale="diverging" if is_shade else "log" if outcome == "loss" else "linear",
        x_log=studies.is_log(found.x),
        y_log=studies.is_log(found.y),
        note="Each cell is one network, trained from the same draw on the same data.",
    )
    boxes = WordTable(
        "Boxes that hold a piece of the border",
        ("side of a box, in cells", "boxes"),
        tuple((f"{size:,}", f"{count:,}") for size, count in zip(counted.sizes, counted.counts, strict=True)),
    )
    experiment = found.spec.experiment
    dimension = "—" if np.isnan(counted.dimension) else f"{counted.dimension:.2f}"
    return Page(
        title=f"{experiment.name}: {found.converges.size:,} networks over {x_name} and {y_name}",
        kind="Atlas",
        outcome=tuple(sentences),
        figures=(
            Row("networks", f"{found.converges.size:,}"),
            Row("converge", f"{found.converges.mean():.1%}"),
            Row("dimension of the border", dimension),
        ),
        sections=(
            Section("The map", (), (drawn,)),
            Section(
                "How rough the border is",
                (
                    "The border is laid over with boxes of several sizes. The number of boxes that hold a piece of it "
                    "grows as 1 / size to the power of its dimension: 1 for a smooth line, more for a rough one.",
                ),
                (boxes,),
            ),
        ),
        facts=(
            Row("experiment", f"{experiment.name}, {experiment.epochs:,} epochs, batch size {experiment.batch_size}"),
            Row("precision", experiment.precision),
            Row("seed", str(experiment.seed)),
            Row("files", "study.toml, members.parquet, metrics.json beside this page"),
        ),
    )
