"""The measurements of `curvature`: both ends of the Hessian's spectrum along a training, and its density at the end."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from descentlab import sharpness, training
from descentlab.data import Dataset
from descentlab.labs.curvature._escape import Escape
from descentlab.labs.curvature._measured import Curvature, Effort, Spectrum
from descentlab.labs.curvature._moments import run_moments
from descentlab.sharpness import NetworkLoss, SharpnessTrace, TrainingPoint
from descentlab.spec import Experiment
from descentlab.workbench import Run, Watcher, check_room, follow

DENSITY_STEPS = 40
TOLERANCE = 1e-3
"""Along a training, errors of a thousandth of the larger end are small enough to draw."""
END_TOLERANCE = 1e-5


class Measurement:
    """Measures the curvature along the training of one experiment."""

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
        self.seconds = {"train": 0.0, "measure": 0.0}

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
            batch_size=self._plan.batch_size,
            label_smoothing=self._plan.label_smoothing,
        )

    def measure_run(self, run: Run, member: int) -> None:
        """Measure a run at the epochs whose weights it kept."""
        begin = time.perf_counter()
        moments, diverged_at = run_moments(
            run, member, self._experiment, self._plan, dataset=self._dataset, loss=self._loss, watcher=self._watcher
        )
        self.seconds["train"] = time.perf_counter() - begin
        self._trace(self._experiment.optimizer.learning_rate, moments, diverged_at)

    def measure_training(self, rates: Sequence[float], num_points: int) -> None:
        """Train at every rate, and measure on the way."""
        begin = time.perf_counter()
        epochs = {int(epoch) for epoch in np.linspace(0, self._experiment.epochs, num_points + 1).round()}
        _, trainings = follow(self._experiment, self._dataset, rates, epochs=frozenset(epochs), watcher=self._watcher)
        self.seconds["train"] = time.perf_counter() - begin
        for place, (rate, (trained, moments)) in enumerate(zip(rates, trainings, strict=True)):
            self._watcher.on_loading("measuring the curvature", place, len(rates))
            self._trace(rate, moments, trained.diverged_at)
        self._watcher.on_loading("measuring the curvature", len(rates), len(rates))

    def _trace(self, rate: float, moments: Sequence[TrainingPoint], diverged_at: int | None) -> None:
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
        self.seconds["measure"] += time.perf_counter() - begin

    def _judge(self, last: TrainingPoint, ends: sharpness.Extremes) -> sharpness.Stop:
        dtype = self._plan.precision
        place = self._loss.place(last.params, last.statistics, dtype)
        others = None
        if len(self._dataset.train) >= 2 * self._effort.examples:
            others = self._network_loss(skip=self._effort.examples).place(last.params, last.statistics, dtype)
        return sharpness.judge_stop(ends, sharpness.look_around(place, ends, others=others))

    def _measure_spectrum(self, rate: float, last: TrainingPoint) -> Spectrum:
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

    def result(self, escape: Escape | None) -> Curvature:
        """Return what was measured, beside the losses of a test of escape."""
        num_train = len(self._dataset.train)
        return Curvature(
            experiment=self._experiment,
            traces=tuple(self._traces),
            spectrum=self._spectrum,
            escape=escape,
            num_examples=min(self._effort.examples, num_train),
            num_train=num_train,
            num_params=sum(layer.num_params for layer in self._plan.network.layers),
            steps_per_epoch=self._plan.steps_per_epoch,
        )
