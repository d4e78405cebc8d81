"""Training and measuring one variant of a network after the other, from the same seeds."""

import math
import threading
import time
from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Float

from descentlab import training
from descentlab.core import PartName
from descentlab.data import Dataset
from descentlab.evaluation import infer
from descentlab.labs.importance import measure as ablation
from descentlab.labs.importance._measure import draw_rows, held_out
from descentlab.labs.importance.measure import Distortion, Subject, Trial, Variant
from descentlab.networks import build_network
from descentlab.results import seconds as word_seconds
from descentlab.spec import Experiment
from descentlab.training import Member, Plan, Progress, Trained
from descentlab.workbench import Networks, Watcher, check_room, stop_on_signals

SCORED_EXAMPLES = 5_000
DISTORTED_EXAMPLES = 1_000
STEPS = 1_000
TRAIN: PartName = "train"
LAYOUT_WORK = 8
"""Multiply-adds that each number of a layer's output counts as, for layers without multiply-adds take time too."""


class Trainer:
    """Trains variants of one network, each from every seed, and measures them."""

    def __init__(
        self, source: Networks, experiment: Experiment, datasets: dict[int, Dataset], watcher: Watcher
    ) -> None:
        """Take what all variants have in common.

        Args:
            source: The network as it is.
            experiment: The experiment by which it is trained.
            datasets: The examples of each seed.
            watcher: Called as the work goes on.
        """
        self._source, self._experiment, self._datasets, self._watcher = source, experiment, datasets, watcher
        first = next(iter(datasets.values()))
        self._part: PartName = held_out(first)
        self.has_pictures = source.objective.num_classes > 0 and _are_pictures(first)

    def run(self, variants: Sequence[Variant]) -> tuple[Trial, ...]:
        """Train and measure every variant; from the time of the first that of the others is estimated."""
        work = [self._work(variant) for variant in variants]
        num = len(self._datasets)
        base, *others = variants
        with stop_on_signals(self._watcher) as stop:
            begin = time.perf_counter()
            first, compiling = self._train(base, _Bar(self._watcher, f"{_networks(num)} as it is", work[:1]), stop)
            spent = time.perf_counter() - begin - compiling
            rest = compiling * len(others) + spent * sum(work[1:]) / max(work[0], 1)
            bar = _Bar(self._watcher, f"{_networks(num * len(others))}, about {word_seconds(rest)}", work[1:])
            return (first, *[self._train(variant, bar, stop)[0] for variant in others])

    def _train(self, variant: Variant, bar: "_Bar", stop: threading.Event) -> tuple[Trial, float]:
        """Train a variant from every seed and measure it; return the trial and the seconds of compiling."""
        plan, begin = self._plan(variant), time.perf_counter()
        try:
            population = training.train_population(
                self._of(variant),
                plan,
                [Member(seed) for seed in self._datasets],
                self._datasets.__getitem__,
                on_progress=bar,
                stop=stop,
            )
        except training.Interrupted:
            raise KeyboardInterrupt from None
        spent = time.perf_counter() - begin - population.compile_seconds
        trial = self._measure(variant, plan, population.trained, spent / len(self._datasets))
        bar.next()
        return trial, population.compile_seconds

    def _of(self, variant: Variant) -> Experiment:
        changes = {"model": variant.model, **({"augment": None} if variant.is_plain else {})}
        return self._experiment.model_copy(update=changes)

    def _plan(self, variant: Variant) -> Plan:
        first = next(iter(self._datasets.values()))
        plan = training.make_plan(
            self._of(variant), first, num_members=len(self._datasets), num_devices=training.device_count()
        )
        check_room(plan, self._experiment.epochs)
        return plan

    def _work(self, variant: Variant) -> int:
        network = build_network(variant.model, self._source.network.input_shape, self._source.network.num_outputs)
        return sum(layer.multiply_adds + LAYOUT_WORK * math.prod(layer.output_shape) for layer in network.layers)

    def _measure(self, variant: Variant, plan: Plan, trained: Sequence[Trained], seconds: float) -> Trial:
        members = list(zip(trained, self._datasets.values(), self._datasets, strict=True))
        distorted: dict[Distortion, Float[np.ndarray, "seeds levels"]] = {}
        if self.has_pictures:
            each = [self._robustness(plan, member, dataset, seed) for member, dataset, seed in members]
            distorted = {kind: np.stack([accuracies[kind] for accuracies in each]) for kind in ablation.LEVELS}
        rows = plan.network.table()
        train, test = (
            np.array([_score(plan, member, dataset, part, seed) for member, dataset, seed in members])
            for part in (TRAIN, self._part)
        )
        return Trial(
            variant=variant,
            num_params=sum(row.num_params for row in rows),
            multiply_adds=sum(row.multiply_adds for row in rows),
            seconds=seconds,
            train_scores=train,
            test_scores=test,
            distorted=distorted,
        )

    def _robustness(
        self, plan: Plan, trained: Trained, dataset: Dataset, seed: int
    ) -> dict[Distortion, Float[np.ndarray, " levels"]]:
        if trained.diverged_at is not None:
            return {kind: np.full(len(levels), np.nan) for kind, levels in ablation.LEVELS.items()}
        rows = draw_rows(dataset.part(self._part), DISTORTED_EXAMPLES, seed, "distorted")
        subject = Subject(plan.network, plan.objective, trained.params, trained.statistics, seed)
        accuracies = ablation.measure_robustness(subject, dataset.real_inputs(rows), dataset.targets[rows])
        return {kind: 100.0 * values for kind, values in accuracies.items()}

    def linear_scores(self) -> Float[np.ndarray, " seeds"]:
        """Score a linear model on the data of every seed."""
        scores = []
        for place, (seed, dataset) in enumerate(self._datasets.items()):
            self._watcher.on_loading("a linear model", place, len(self._datasets))
            rows = draw_rows(dataset.part(self._part), SCORED_EXAMPLES, seed, self._part)
            fitted = dataset.train[: ablation.MOST_EXAMPLES]
            train, test = ((dataset.real_inputs(part), dataset.targets[part]) for part in (fitted, rows))
            scores.append(ablation.linear_score(train, test, self._source.objective))
        self._watcher.on_loading("a linear model", len(scores), len(scores))
        return np.array(scores)


def _score(plan: Plan, trained: Trained, dataset: Dataset, part: PartName, seed: int) -> float:
    if trained.diverged_at is not None:
        return math.nan
    rows = draw_rows(dataset.part(part), SCORED_EXAMPLES, seed, part)
    inputs, targets, weights = dataset.inputs[rows], dataset.targets[rows], (trained.params, trained.statistics)
    with training.precision_of(plan.precision):
        answers = infer(plan.network, plan.objective, *weights, inputs, targets, input_scale=dataset.input_scale)
    if not plan.is_classification:
        return -float(answers.losses.mean(dtype=np.float64))
    right = plan.objective.are_right(jax.device_put(answers.logits), jax.device_put(targets))
    # Counted in float64: a rounding would break the ties between seeds, and with them the test.
    return 100.0 * float(np.mean(np.asarray(right)))


def _are_pictures(dataset: Dataset) -> bool:
    """Whether examples are pictures with values from 0 to 1, which alone can be distorted."""
    if not dataset.is_pictures:
        return False
    some = dataset.real_inputs(dataset.train[:DISTORTED_EXAMPLES])
    return bool(some.min() >= 0.0 and some.max() <= 1.0)


class _Bar:
    """Shows the watcher the progress of some trainings, each counted by its work."""

    def __init__(self, watcher: Watcher, title: str, work: Sequence[int]) -> None:
        self._watcher, self._title, self._work = watcher, title, list(work)
        self._done, self._total = 0.0, max(sum(work), 1)

    def __call__(self, now: Progress) -> None:
        current = self._work[0] if self._work else 0
        self._show(self._done + now.share * current)

    def next(self) -> None:
        """Count one training as done."""
        self._done += self._work.pop(0)
        self._show(self._done)

    def _show(self, done: float) -> None:
        self._watcher.on_loading(self._title, int(STEPS * done / self._total), STEPS)


def _networks(num: int) -> str:
    return "1 network" if num == 1 else f"{num} networks"
