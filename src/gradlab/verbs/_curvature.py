"""`curvature`: how sharp the loss is where training went, beside the limit of the rule that trained."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from gradlab import reports, sharpness as shape, training
from gradlab.core import RunError, SpecError
from gradlab.data import Dataset
from gradlab.runs import find_run, save_results
from gradlab.spec import ArraysData, Experiment, parse_range
from gradlab.verbs._changes import Changes, Settings, settings_as_texts
from gradlab.verbs._curvature_report import build_page
from gradlab.verbs._examples import Examples
from gradlab.verbs._resolve import resolve
from gradlab.verbs._room import check_room
from gradlab.verbs._run import Run
from gradlab.verbs._stopping import stop_on_signals
from gradlab.verbs._watcher import SILENT, Watcher

POINTS = 20
PRODUCTS = 30
NEAR = 0.02
"""A sharpness within 2% of the limit is said to be at it."""


WARNING = "a rate above it at the start is a warning, not a verdict"


@dataclass(frozen=True)
class SharpnessTrace:
    """The ends of the Hessian's spectrum along one training.

    Attributes:
        learning_rate: The rate.
        limit: The sharpness above which the rule is unstable with it.
        epochs: After which epochs it was measured.
        largest: Largest eigenvalue.
        largest_error: Bound of its error.
        smallest: Smallest eigenvalue.
        loss: Training loss.
        gradient_norm: Length of the gradient.
        diverged_at: Step at which the loss was no longer a number, or None.
        stop: What kind of place it ended at; None if it diverged.
    """

    learning_rate: float
    limit: float
    epochs: Int[np.ndarray, " points"]
    largest: Float[np.ndarray, " points"]
    largest_error: Float[np.ndarray, " points"]
    smallest: Float[np.ndarray, " points"]
    loss: Float[np.ndarray, " points"]
    gradient_norm: Float[np.ndarray, " points"]
    diverged_at: int | None
    stop: shape.Stop | None


@dataclass(frozen=True)
class Curvature:
    """The curvature of a network's loss.

    Attributes:
        experiment: What was trained.
        traces: One a learning rate.
        trace_of_hessian: Its estimate and standard error where the first training ended.
        density: The density of the spectrum there.
        num_examples: Training examples that the loss was averaged over.
        num_params: Weights of the network.
        sentences: What it shows, in words.
        path: Where page and numbers are; None if they were not written.
    """

    experiment: Experiment
    traces: tuple[SharpnessTrace, ...]
    trace_of_hessian: tuple[float, float] | None
    density: shape.Density | None
    num_examples: int
    num_params: int
    sentences: tuple[str, ...]
    path: Path | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "outcome": list(self.sentences),
            "num_examples": self.num_examples,
            "num_params": self.num_params,
            "trace": None if self.trace_of_hessian is None else list(self.trace_of_hessian),
            "rates": [
                {
                    "learning_rate": one.learning_rate,
                    "limit": one.limit,
                    "diverged_at": one.diverged_at,
                    "stop": None if one.stop is None else one.stop.kind,
                    "epochs": one.epochs.tolist(),
                    "largest": one.largest.tolist(),
                    "largest_error": one.largest_error.tolist(),
                    "smallest": one.smallest.tolist(),
                    "loss": one.loss.tolist(),
                    "gradient_norm": one.gradient_norm.tolist(),
                }
                for one in self.traces
            ],
        }


def curvature(
    what: str | os.PathLike[str] | Experiment | Run,
    *,
    learning_rates: str | Sequence[float] | None = None,
    trace: int | None = None,
    examples: int = shape.MAX_EXAMPLES,
    products: int = PRODUCTS,
    seed: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Curvature:
    """Measure how sharp the training loss is: at the end of a run, or all along a training.

    A run is measured where it began and where it ended. Anything else is trained, from the same draw at each rate, and
    measured on the way.

    Args:
        what: A run, or what `train` takes.
        learning_rates: Rates to train at, as "0.2,0.1,0.05"; a run is then trained again. Default: its own.
        trace: At how many epochs to measure. Default: 20; a run's own end alone.
        examples: Training examples that the loss is averaged over.
        products: Products with the Hessian for each measurement.
        seed: Draws data and weights.
        set: Any other fields of the experiment.
        out: Where page and numbers go. Default: `curvature/` in the run's folder, or `runs/NAME-curvature`.
        report: Whether to write the page.
        watcher: What is called while it goes on.

    Returns:
        The curvature.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If a rate or a number is out of range.

    Example:
        >>> import gradlab as gl
        >>> found = gl.curvature("edge-of-stability", learning_rates="0.2,0.1,0.05,0.02")  # doctest: +SKIP

    References:
        Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
    """
    probe = _Probe(examples, products)
    if trace is not None and trace < 1:
        raise SpecError(f"trace={trace}: expected the number of epochs to measure at, 1 or more")
    training.prepare_engine()
    run = _as_run(what)
    if run is not None and learning_rates is None and trace is None:
        return _of_run(run, probe, out, writes_report=report)
    experiment = run.experiment if run is not None else resolve(what, Changes()).experiment  # pyright: ignore[reportArgumentType] - no run
    changes = Changes(fields={"seed": seed, "num_seeds": 1}, settings=settings_as_texts(set))
    wish = resolve(experiment, changes)
    rates = _rates(learning_rates, wish.experiment)
    loaded = Examples(wish.experiment, on_loading=watcher.on_loading)
    dataset = loaded.of(wish.experiment.seed)
    experiment = wish.settle(dataset)
    traces, plan, last = _follow(experiment, dataset, rates, num_points=trace or POINTS, probe=probe, watcher=watcher)
    place = Path("runs") / f"{experiment.name}-curvature" if out is None else Path(out)
    return _finish(experiment, plan, dataset, traces, last=last, probe=probe, place=place, writes_report=report)


@dataclass(frozen=True)
class _Probe:
    """How much is spent on a measurement."""

    examples: int
    products: int

    def __post_init__(self) -> None:
        if self.examples < 1:
            raise SpecError(f"examples={self.examples}: expected 1 or more")
        if self.products < 2:
            raise SpecError(f"products={self.products}: expected 2 or more products with the Hessian")


def _as_run(what: Any) -> Run | None:
    if isinstance(what, Run):
        return what
    if isinstance(what, Experiment):
        return None
    text = os.fspath(what)
    is_run = any((place / "experiment.toml").is_file() for place in (Path(text), Path("runs") / text))
    return Run(find_run(text)) if is_run else None


def _rates(learning_rates: str | Sequence[float] | None, experiment: Experiment) -> tuple[float, ...]:
    if learning_rates is None:
        return (experiment.optimizer.learning_rate,)
    read = (
        parse_range(learning_rates, name="learning_rate") if isinstance(learning_rates, str) else tuple(learning_rates)
    )
    if min(read) <= 0.0:
        raise SpecError(f"learning_rate={min(read):g}: expected rates above 0")
    return read


def _of_run(run: Run, probe: "_Probe", out: str | os.PathLike[str] | None, *, writes_report: bool) -> Curvature:
    experiment = run.experiment
    if isinstance(experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, which are not kept: its loss cannot be measured")
    params, statistics = run.weights(0)
    dataset = Examples(experiment).of(experiment.seed)
    plan = training.make_plan(experiment, dataset)
    drawn = (plan.network.draw(experiment.seed), plan.network.start_statistics())
    epochs = np.array([0, experiment.epochs])
    points = [drawn, (params, statistics)]
    rate = experiment.optimizer.learning_rate
    found = _measure(plan, dataset, experiment, rate, epochs, points, probe=probe)
    place = run.path / "curvature" if out is None else Path(out)
    return _finish(
        experiment, plan, dataset, [found], last=points[-1], probe=probe, place=place, writes_report=writes_report
    )


def _follow(
    experiment: Experiment,
    dataset: Dataset,
    rates: Sequence[float],
    *,
    num_points: int,
    probe: "_Probe",
    watcher: Watcher,
) -> tuple[list[SharpnessTrace], training.Plan, Any]:
    """Train at every rate from the same draw, and measure on the way."""
    plan = training.make_plan(experiment, dataset, num_members=len(rates), is_brief=True)
    check_room(plan, experiment.epochs)
    wanted = sorted({int(epoch) for epoch in np.linspace(0, experiment.epochs, num_points + 1).round()})
    members = [training.Member(experiment.seed, (("learning_rate", float(rate)),)) for rate in rates]
    with stop_on_signals(watcher.on_stop) as stop:
        try:
            trained = training.train_population(
                experiment,
                plan,
                members,
                lambda _: dataset,
                snapshot_epochs=frozenset(wanted),
                on_progress=watcher.on_training,
                stop=stop,
            ).trained
        except training.Interrupted:
            raise KeyboardInterrupt from None
    traces = []
    last = None
    for place, (rate, one) in enumerate(zip(rates, trained, strict=True)):
        epochs = np.array(sorted(one.snapshots))
        points = [(one.snapshots[epoch]["params"], one.snapshots[epoch]["statistics"]) for epoch in epochs.tolist()]
        watcher.on_loading("measuring the curvature", place, len(rates))
        traces.append(
            _measure(plan, dataset, experiment, rate, epochs, points, probe=probe, diverged_at=one.diverged_at)
        )
        if last is None and one.diverged_at is None:
            last = points[-1]
    watcher.on_loading("measuring the curvature", len(rates), len(rates))
    return traces, plan, last


def _measure(
    plan: training.Plan,
    dataset: Dataset,
    experiment: Experiment,
    rate: float,
    epochs: Int[np.ndarray, " points"],
    points: Sequence[Any],
    *,
    probe: "_Probe",
    diverged_at: int | None = None,
) -> SharpnessTrace:
    loss = _loss_of(plan, dataset, experiment, probe.examples)
    rows: list[tuple[float, ...]] = []
    ends: shape.Extremes | None = None
    for params, statistics in points:
        with training.precision_of(plan.precision):
            loss_fn, at = loss.at(params, statistics, plan.precision)
            value, slope = jax.value_and_grad(loss_fn)(at)
            if not np.isfinite(float(value)):
                break
            product = shape.hessian_product(loss_fn, at)
            ends = shape.find_extremes(product, at.size, num_steps=probe.products, dtype=plan.precision)
        norm = float(np.linalg.norm(np.asarray(slope, np.float64)))
        rows.append((ends.largest, ends.largest_error, ends.smallest, float(value), norm))
    columns = np.array(rows, np.float64).reshape(-1, 5).T
    stop = None
    if diverged_at is None and ends is not None:
        stop = shape.judge_stop(
            ends, gradient_norm=rows[-1][4], loss=rows[-1][3], first_sharpness=rows[0][0] if len(rows) > 1 else None
        )
    limit = shape.stability_limit(experiment.optimizer, rate)
    return SharpnessTrace(rate, limit, epochs[: len(rows)], *columns, diverged_at=diverged_at, stop=stop)


def _loss_of(plan: training.Plan, dataset: Dataset, experiment: Experiment, examples: int) -> shape.NetworkLoss:
    return shape.network_loss(plan.network, plan.objective, dataset, num_examples=examples, l2=experiment.optimizer.l2)


def _finish(
    experiment: Experiment,
    plan: training.Plan,
    dataset: Dataset,
    traces: Sequence[SharpnessTrace],
    *,
    last: Any,
    probe: "_Probe",
    place: Path,
    writes_report: bool,
) -> Curvature:
    hutchinson, density, size = None, None, sum(layer.num_params for layer in plan.network.layers)
    if last is not None:
        with training.precision_of(plan.precision):
            loss_fn, at = _loss_of(plan, dataset, experiment, probe.examples).at(last[0], last[1], plan.precision)
            product = shape.hessian_product(loss_fn, at)
            hutchinson = shape.estimate_trace(product, at.size, dtype=plan.precision)
            density = shape.spectral_density(product, at.size, dtype=plan.precision)
    num_examples = min(probe.examples, len(dataset.train))
    sentences = _describe(experiment, traces, num_examples, len(dataset.train))
    found = Curvature(
        experiment, tuple(traces), hutchinson, density, num_examples, size, sentences, place if writes_report else None
    )
    if writes_report:
        save_results(
            place,
            result=found.to_json(),
            tables={"sharpness": _table(traces)},
            report=reports.render_page(build_page(found)),
        )
    return found


def _table(traces: Sequence[SharpnessTrace]) -> dict[str, np.ndarray]:
    return {
        "learning_rate": np.concatenate([np.full(len(one.epochs), one.learning_rate) for one in traces]),
        "limit": np.concatenate([np.full(len(one.epochs), one.limit) for one in traces]),
        "epoch": np.concatenate([one.epochs for one in traces]),
        **{
            name: np.concatenate([getattr(one, name) for one in traces])
            for name in ("largest", "largest_error", "smallest", "loss", "gradient_norm")
        },
    }


def _describe(
    experiment: Experiment, traces: Sequence[SharpnessTrace], num_examples: int, num_train: int
) -> tuple[str, ...]:
    words = [_one(experiment, one) for one in traces]
    if num_examples < num_train:
        words.append(f"Measured on the first {num_examples:,} of {num_train:,} training examples.")
    if shape.is_preconditioned(experiment.optimizer):
        words.append(
            f"{experiment.optimizer.kind} divides each weight's step by a number of its own, so its limit is one of "
            "the Hessian divided likewise; the plain sharpness above is not to be compared with it."
        )
    return tuple(words)


def _one(experiment: Experiment, one: SharpnessTrace) -> str:
    if not len(one.epochs):
        return f"Rate {one.learning_rate:g}: the loss was never a number."
    is_plain = not shape.is_preconditioned(experiment.optimizer)
    share = one.largest[-1] / one.limit
    begin = one.largest[0] / one.limit
    told = f"Rate {one.learning_rate:g}: "
    if one.diverged_at is not None:
        why = (
            f"; it began at a sharpness of {one.largest[0]:.3g}, {begin:.2f} of its limit {one.limit:.3g}"
            if is_plain
            else ""
        )
        return f"{told}diverged at step {one.diverged_at:,}{why}."
    told += f"the sharpness ended at {one.largest[-1]:.4g}"
    if is_plain:
        told += f", {share:.3f} of the limit {one.limit:.4g}"
        if abs(share - 1.0) <= NEAR:
            told += ": at the edge of stability"
        if begin > 1.0 and share <= 1.0 + NEAR:
            told += f". It began above the limit ({begin:.2f} of it) and moved to a flatter place: {WARNING}"
    return f"{told}. {one.stop.sentence if one.stop else ''}".strip()
