"""`curvature`: how sharp the loss is where training went, beside the limit of the rule that trained."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from descentlab import results, sharpness, training
from descentlab.core import RunError, SpecError
from descentlab.data import Dataset
from descentlab.labs.curvature._escape import NOISE, SEEDS, try_escape
from descentlab.labs.curvature._page import build_page
from descentlab.labs.curvature._result import Curvature, Effort, Spectrum
from descentlab.labs.curvature._run import run_moments
from descentlab.labs.curvature._words import describe, notes_of
from descentlab.runs import save_results
from descentlab.sharpness import Moment, NetworkLoss, SharpnessTrace
from descentlab.spec import ArraysData, Experiment, parse_range
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._examples import Examples
from descentlab.workbench._follow import follow
from descentlab.workbench._resolve import resolve
from descentlab.workbench._room import check_room
from descentlab.workbench._run import Run, as_run
from descentlab.workbench._train import check_same_data
from descentlab.workbench._watcher import SILENT, Watcher

POINTS = 20
PRODUCTS = 60
PROBES = 12
DENSITY_STEPS = 40
TOLERANCE = 1e-3
"""Along a training, errors of a thousandth of the larger end are small enough to draw."""
END_TOLERANCE = 1e-5


def curvature(
    what: str | os.PathLike[str] | Experiment | Run,
    *,
    learning_rates: str | Sequence[float] | None = None,
    trace: int | None = None,
    escape: bool = False,
    seeds: int = SEEDS,
    noise: float = NOISE,
    examples: int = sharpness.MAX_EXAMPLES,
    products: int = PRODUCTS,
    probes: int = PROBES,
    member: int = 0,
    seed: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Curvature:
    """Measure how sharp the training loss is, what the rate allows, and at what kind of place training stopped.

    A run is measured where it began, at the epochs whose weights it kept, and where it ended. Anything else is trained,
    from the same draw at each rate, and measured on the way.

    Args:
        what: A run, or what `train` takes.
        learning_rates: Rates to train at, as "0.2,0.1,0.05"; a run is then trained again. Default: its own.
        trace: At how many epochs to measure, beside the start. Default: 20; a run is trained again for it.
        escape: Whether to find out if training was stuck: from several seeds, training on as it is, with noise, and
            from a fresh draw.
        seeds: Networks for `escape`; of fewer than 6 nothing can be told from chance.
        noise: Its standard deviation, as a share of the root mean square of each array of weights.
        examples: Training examples that the loss is averaged over.
        products: Most products with the Hessian for the ends of a spectrum.
        probes: Random vectors for the trace of the Hessian; a third as many for the density.
        member: Which network of a run with several seeds.
        seed: Draws data and weights of what is trained.
        set: Any other fields of the experiment.
        out: Where page and numbers go. Default: `curvature/` in the run's folder, or `runs/NAME-curvature`.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        The curvature.

    Raises:
        RunError: If a run's data is gone, or it has no weights.
        SpecError: If a rate or a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> found = dl.curvature("edge-of-stability", learning_rates="0.2,0.1,0.05,0.02")  # doctest: +SKIP

    References:
        Cohen et al., "Gradient descent on neural networks typically occurs at the edge of stability" (2021).
    """
    begin = time.perf_counter()
    effort = Effort(examples, products, probes)
    _check(trace=trace, seeds=seeds, noise=noise, effort=effort)
    training.prepare_engine()
    run = as_run(what)
    changes = Changes(fields={"seed": seed, "num_seeds": None if run else 1}, settings=settings_as_texts(set))
    own = run.experiment if run is not None else what
    if run is not None and isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory, which are not kept: its loss cannot be measured")
    wish = resolve(own, changes)  # pyright: ignore[reportArgumentType] - a run has given way to its experiment
    loaded = Examples(wish.experiment, on_loading=watcher.on_loading)
    first = loaded.of(wish.experiment.seed)
    experiment = wish.settle(first)
    if run is not None:
        check_same_data(run.folder, first)
        experiment = experiment.model_copy(update={"seed": experiment.seed + _checked(run, member), "num_seeds": 1})
    dataset = loaded.of(experiment.seed)
    job = _Job(experiment, dataset, effort, watcher)
    if run is not None and learning_rates is None and trace is None and not changes.settings and seed is None:
        job.measure_run(run, member)
    else:
        job.measure_training(_rates(learning_rates, experiment), trace or POINTS)
    escaped = try_escape(experiment, loaded, num_seeds=seeds, noise=noise, watcher=watcher) if escape else None
    found = replace(job.result(), escape=escaped)
    found = replace(found, sentences=describe(found), notes=notes_of(found, run))
    found = replace(found, seconds={**found.seconds, "total": time.perf_counter() - begin})
    if not report:
        return found
    usual = run.path / "curvature" if run is not None else Path("runs") / f"{experiment.name}-curvature"
    place = usual if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)


def _check(*, trace: int | None, seeds: int, noise: float, effort: Effort) -> None:
    if trace is not None and trace < 1:
        raise SpecError(f"trace={trace}: expected the number of epochs to measure at, 1 or more")
    if seeds < 1:
        raise SpecError(f"seeds={seeds}: expected 1 or more networks for the test of escape")
    if not 0.0 < noise < np.inf:
        raise SpecError(f"noise={noise:g}: expected its size as a share of the weights' own, above 0, as 0.1")
    if effort.examples < 1:
        raise SpecError(f"examples={effort.examples}: expected 1 or more")
    if effort.products < 2:
        raise SpecError(f"products={effort.products}: expected 2 or more products with the Hessian")
    if effort.probes < 3:
        raise SpecError(f"probes={effort.probes}: expected 3 or more random vectors")


def _checked(run: Run, member: int) -> int:
    run.member_data(member)
    return member


def _rates(learning_rates: str | Sequence[float] | None, experiment: Experiment) -> tuple[float, ...]:
    if learning_rates is None:
        return (experiment.optimizer.learning_rate,)
    is_text = isinstance(learning_rates, str)
    read = parse_range(learning_rates, name="learning_rate") if is_text else tuple(learning_rates)
    if not read or not all(0.0 < rate < np.inf for rate in read):
        raise SpecError(f"learning_rate={min(read, default=0.0):g}: expected rates above 0")
    return read


class _Job:
    """One measurement of the curvature."""

    def __init__(self, experiment: Experiment, dataset: Dataset, effort: Effort, watcher: Watcher) -> None:
        self._experiment = experiment
        self._dataset = dataset
        self._effort = effort
        self._watcher = watcher
        self._plan = training.make_plan(experiment, dataset)
        check_room(self._plan, experiment.epochs)
        self._loss = self._network_loss()
        self._traces: list[SharpnessTrace] = []
        self._spectrum: Spectrum | None = None
        self._seconds = {"train": 0.0, "measure": 0.0}

    def _network_loss(self, skip: int = 0) -> NetworkLoss:
        rule = self._experiment.optimizer
        return sharpness.network_loss(
            self._plan.network,
            self._plan.objective,
            self._dataset,
            num_examples=self._effort.examples,
            skip=skip,
            l2=rule.l2,
            l1=rule.l1,
            is_balanced=self._plan.has_class_weights,
        )

    def measure_run(self, run: Run, member: int) -> None:
        """Measure a run at the epochs whose weights it kept."""
        begin = time.perf_counter()
        moments, diverged_at = run_moments(
            run, member, self._experiment, self._plan, dataset=self._dataset, loss=self._loss, watcher=self._watcher
        )
        self._seconds["train"] = time.perf_counter() - begin
        self._trace(self._experiment.optimizer.learning_rate, moments, diverged_at)

    def measure_training(self, rates: Sequence[float], num_points: int) -> None:
        """Train at every rate, and measure on the way."""
        begin = time.perf_counter()
        epochs = {int(epoch) for epoch in np.linspace(0, self._experiment.epochs, num_points + 1).round()}
        _, found = follow(self._experiment, self._dataset, rates, epochs=frozenset(epochs), watcher=self._watcher)
        self._seconds["train"] = time.perf_counter() - begin
        for place, (rate, (trained, moments)) in enumerate(zip(rates, found, strict=True)):
            self._watcher.on_loading("measuring the curvature", place, len(rates))
            self._trace(rate, moments, trained.diverged_at)
        self._watcher.on_loading("measuring the curvature", len(rates), len(rates))

    def _trace(self, rate: float, moments: Sequence[Moment], diverged_at: int | None) -> None:
        begin = time.perf_counter()
        rule, dtype = self._experiment.optimizer, self._plan.precision
        with training.precision_of(dtype):
            trace, ends = sharpness.trace_sharpness(
                self._loss,
                moments,
                rule,
                learning_rate=rate,
                is_divided=sharpness.is_preconditioned(rule),
                num_products=self._effort.products,
                tolerance=TOLERANCE,
                last_tolerance=END_TOLERANCE,
                dtype=dtype,
                diverged_at=diverged_at,
            )
            if diverged_at is None and ends is not None and len(trace.epochs) == len(moments):
                trace = replace(trace, stop=self._judge(moments[-1], ends))
                if self._spectrum is None:
                    self._spectrum = self._measure_spectrum(rate, moments[-1])
        self._traces.append(trace)
        self._seconds["measure"] += time.perf_counter() - begin

    def _judge(self, last: Moment, ends: sharpness.Extremes) -> sharpness.Stop:
        dtype = self._plan.precision
        place = self._loss.place(last.params, last.statistics, dtype)
        others = None
        if len(self._dataset.train) >= 2 * self._effort.examples:
            others = self._network_loss(skip=self._effort.examples).place(last.params, last.statistics, dtype)
        return sharpness.judge_stop(ends, sharpness.look_around(place, ends, others=others))

    def _measure_spectrum(self, rate: float, last: Moment) -> Spectrum:
        dtype, probes = self._plan.precision, self._effort.probes
        place = self._loss.place(last.params, last.statistics, dtype)
        trace, error = sharpness.estimate_trace(place.product, place.size, num_probes=probes, dtype=dtype)
        density = sharpness.spectral_density(
            place.product,
            place.size,
            num_probes=max(1, probes // 3),
            num_steps=min(DENSITY_STEPS, self._effort.products),
            dtype=dtype,
        )
        return Spectrum(rate, trace, error, density, probes)

    def result(self) -> Curvature:
        """Return what was measured, still without words."""
        num_train = len(self._dataset.train)
        return Curvature(
            experiment=self._experiment,
            traces=tuple(self._traces),
            spectrum=self._spectrum,
            escape=None,
            num_examples=min(self._effort.examples, num_train),
            num_train=num_train,
            num_params=sum(layer.num_params for layer in self._plan.network.layers),
            steps_per_epoch=self._plan.steps_per_epoch,
            sentences=(),
            notes=(),
            seconds=self._seconds,
            path=None,
        )
