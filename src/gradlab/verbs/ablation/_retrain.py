"""Training a network's variants anew, each from the same seeds."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from gradlab import ablation, training
from gradlab.ablation import LINEAR, Distortion, Evidence, Subject, Trial, Variant
from gradlab.core import SpecError, generator, unknown_name
from gradlab.data import Dataset, PartName
from gradlab.evaluation import infer
from gradlab.networks import Network, build_network
from gradlab.reports import seconds as word_seconds
from gradlab.spec import Experiment
from gradlab.training import Member, Plan, Progress, Trained
from gradlab.verbs._networks import Networks
from gradlab.verbs._room import check_room
from gradlab.verbs._stopping import stop_on_signals
from gradlab.verbs._watcher import Watcher
from gradlab.verbs.ablation._measure import held_out
from gradlab.verbs.ablation._retraining import Retraining

SEEDS = 6
"""The sign-flip test can show nothing at 5% with fewer."""
SCORED_EXAMPLES = 5_000
DISTORTED_EXAMPLES = 1_000
SMALL_PICTURE = 16
STEPS = 1_000
TRAIN: PartName = "train"


@dataclass(frozen=True)
class Retrain:
    """What is asked of a retraining.

    Attributes:
        seeds: How many networks of each variant.
        epochs: Of each training; None: the experiment's.
        train_examples: Training examples at most; None: all.
        variants: Names of the variants; all of them if there are none.
    """

    seeds: int = SEEDS
    epochs: int | None = None
    train_examples: int | None = None
    variants: tuple[str, ...] = ()


def retrain(source: Networks, wish: Retrain, watcher: Watcher) -> Retraining:
    """Train the network and its variants, and hold the textbook's claims against what comes of them.

    All networks of one seed have the same examples in the same order, and layers that are the same begin with the same
    weights.

    Args:
        source: The network and its data.
        wish: What is asked for.
        watcher: What is called while it goes on.

    Returns:
        What came of it.

    Raises:
        SpecError: If there is no such variant, or too few seeds or examples.
    """
    experiment = _experiment(source.experiment, wish)
    variants, refused = choose_variants(experiment, source.network, wish)
    seeds = tuple(range(experiment.seed, experiment.seed + experiment.num_seeds))
    datasets = {seed: _subset(source.examples.of(seed), seed, wish.train_examples) for seed in seeds}
    job = _Job(source, experiment, datasets, watcher)
    trials = job.run(variants)
    first = datasets[seeds[0]]
    train, test = (min(len(first.part(part)), SCORED_EXAMPLES) for part in (TRAIN, held_out(first)))
    shift = 1.0 if first.is_pictures and min(first.input_shape[:2]) < SMALL_PICTURE else 2.0
    linear = job.linear_scores() if any(one.variant.name == LINEAR for one in trials) else np.full(len(seeds), np.nan)
    is_classes = source.objective.num_classes > 0
    evidence = Evidence(source.network, {one.variant.name: one for one in trials}, linear, shift, is_classes)
    return Retraining(
        trials=trials,
        claims=ablation.judge(evidence),
        refused=(*refused, *[one.note for one in variants if one.note]),
        seeds=seeds,
        epochs=experiment.epochs,
        num_train=len(first.train),
        num_scored=(train, test),
        num_distorted=min(test, DISTORTED_EXAMPLES) if job.has_pictures else 0,
        shift=shift,
        is_classes=is_classes,
        is_varied=_varies(experiment),
    )


def choose_variants(
    experiment: Experiment, network: Network, wish: Retrain
) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Make the variants that are asked for.

    Args:
        experiment: What is trained.
        network: Its layers.
        wish: What is asked for.

    Returns:
        The network itself and its variants, and a sentence for each that its shapes do not allow.

    Raises:
        SpecError: If there is no such variant, or a number is too small.
    """
    for name, value, least in (
        ("seeds", wish.seeds, 1),
        ("epochs", wish.epochs, 1),
        ("train_examples", wish.train_examples, 2),
    ):
        if value is not None and value < least:
            raise SpecError(f"{name}={value}: expected {least} or more")
    every, refused = ablation.make_variants(
        experiment.model, network.input_shape, network.num_outputs, is_varied=_varies(experiment)
    )
    known = [one.name for one in every]
    for name in wish.variants:
        if name not in known:
            raise SpecError(unknown_name("variant", name, known))
    chosen = tuple(one for one in every if not wish.variants or one.name in wish.variants or one is every[0])
    return chosen, refused


def _varies(experiment: Experiment) -> bool:
    return experiment.augment is not None and not experiment.augment.is_idle


def _experiment(experiment: Experiment, wish: Retrain) -> Experiment:
    epochs = experiment.epochs if wish.epochs is None else wish.epochs
    return experiment.model_copy(update={"num_seeds": wish.seeds, "epochs": epochs})


def _subset(dataset: Dataset, seed: int, count: int | None) -> Dataset:
    if count is None or count >= len(dataset.train):
        return dataset
    rows = generator(seed, "ablation", "train").choice(dataset.train, count, replace=False)
    return replace(dataset, train=rows)


class _Job:
    """One retraining: all variants, one after the other."""

    def __init__(
        self, source: Networks, experiment: Experiment, datasets: dict[int, Dataset], watcher: Watcher
    ) -> None:
        self._source, self._experiment, self._datasets, self._watcher = source, experiment, datasets, watcher
        first = next(iter(datasets.values()))
        self._part: PartName = held_out(first)
        self.has_pictures = source.objective.num_classes > 0 and _are_pictures(first)

    def run(self, variants: Sequence[Variant]) -> tuple[Trial, ...]:
        """Train and measure every variant; the first tells how long the others will take."""
        work = [self._work(variant) for variant in variants]
        num = len(self._datasets)
        base, *others = variants
        with stop_on_signals(self._watcher.on_stop) as stop:

            def train(variant: Variant, bar: "_Bar") -> Trial:
                plan = self._plan(variant)
                begin = time.perf_counter()
                try:
                    population = training.train_population(
                        self._of(variant), plan, [Member(seed) for seed in self._datasets],
                        self._datasets.__getitem__, on_progress=bar, stop=stop,
                    )  # fmt: skip
                except training.Interrupted:
                    raise KeyboardInterrupt from None
                spent = time.perf_counter() - begin - population.compile_seconds
                trial = self._measure(variant, plan, population.trained, spent / num)
                bar.next()
                return trial

            begin = time.perf_counter()
            trials = [train(base, _Bar(self._watcher, f"training {_networks(num)} as it is", work[:1]))]
            rest = (time.perf_counter() - begin) * sum(work[1:]) / max(work[0], 1)
            title = f"{_networks(num * len(others))} of {len(others)} variants, about {word_seconds(rest)}"
            bar = _Bar(self._watcher, title, work[1:])
            trials += [train(variant, bar) for variant in others]
        return tuple(trials)

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
        # What costs no multiply-adds costs time too; a few for every number that a layer gives.
        return sum(layer.multiply_adds + 8 * math.prod(layer.output_shape) for layer in network.layers)

    def _measure(self, variant: Variant, plan: Plan, trained: Sequence[Trained], seconds: float) -> Trial:
        scores = [self._score(plan, one, seed) for one, seed in zip(trained, self._datasets, strict=True)]
        distorted: dict[Distortion, Float[np.ndarray, "seeds levels"]] = {}
        if self.has_pictures:
            each = [self._robustness(plan, one, seed) for one, seed in zip(trained, self._datasets, strict=True)]
            distorted = {kind: np.stack([one[kind] for one in each]) for kind in ablation.LEVELS}
        rows = plan.network.table()
        return Trial(
            variant=variant,
            num_params=sum(row.num_params for row in rows),
            multiply_adds=sum(row.multiply_adds for row in rows),
            seconds=seconds,
            train_scores=np.array([train for train, _ in scores]),
            test_scores=np.array([test for _, test in scores]),
            distorted=distorted,
        )

    def _score(self, plan: Plan, one: Trained, seed: int) -> tuple[float, float]:
        if one.diverged_at is not None:
            return math.nan, math.nan
        train, test = (self._part_score(plan, one, self._datasets[seed], part) for part in (TRAIN, self._part))
        return train, test

    def _part_score(self, plan: Plan, one: Trained, dataset: Dataset, part: PartName) -> float:
        rows = dataset.part(part)[:SCORED_EXAMPLES]
        with training.precision_of(plan.precision):
            told = infer(
                plan.network, plan.objective, one.params, one.statistics, dataset.inputs[rows], dataset.targets[rows],
                input_scale=dataset.input_scale,
            )  # fmt: skip
        if not plan.is_classification:
            return -float(told.losses.mean(dtype=np.float64))
        right = plan.objective.are_right(jnp.asarray(told.logits), jnp.asarray(dataset.targets[rows]))
        return 100.0 * float(jnp.mean(right))

    def _robustness(self, plan: Plan, one: Trained, seed: int) -> dict[Distortion, Float[np.ndarray, " levels"]]:
        if one.diverged_at is not None:
            return {kind: np.full(len(levels), np.nan) for kind, levels in ablation.LEVELS.items()}
        dataset = self._datasets[seed]
        rows = dataset.part(self._part)[:DISTORTED_EXAMPLES]
        subject = Subject(plan.network, plan.objective, one.params, one.statistics, seed)
        found = ablation.measure_robustness(subject, dataset.real_inputs(rows), dataset.targets[rows])
        return {kind: 100.0 * values for kind, values in found.items()}

    def linear_scores(self) -> Float[np.ndarray, " seeds"]:
        """Score a linear model on the data of every seed."""
        found = []
        for place, dataset in enumerate(self._datasets.values()):
            self._watcher.on_loading("fitting a linear model", place, len(self._datasets))
            rows = dataset.part(self._part)[:SCORED_EXAMPLES]
            own = dataset.train[: ablation.MOST_EXAMPLES]
            train, test = ((dataset.real_inputs(part), dataset.targets[part]) for part in (own, rows))
            found.append(ablation.linear_score(train, test, self._source.objective))
        self._watcher.on_loading("fitting a linear model", len(found), len(found))
        return np.array(found)


def _are_pictures(dataset: Dataset) -> bool:
    """Say whether examples are pictures with values from 0 to 1, which alone can be distorted."""
    if not dataset.is_pictures:
        return False
    some = dataset.real_inputs(dataset.train[:DISTORTED_EXAMPLES])
    return bool(some.min() >= 0.0 and some.max() <= 1.0)


class _Bar:
    """Tells the watcher how far some trainings are, each counted by its work."""

    def __init__(self, watcher: Watcher, title: str, work: Sequence[int]) -> None:
        self._watcher, self._title, self._work = watcher, title, list(work)
        self._done, self._total = 0.0, max(sum(work), 1)

    def __call__(self, now: Progress) -> None:
        own = self._work[0] if self._work else 0
        self._tell(self._done + now.share * own)

    def next(self) -> None:
        """Count one training as done."""
        self._done += self._work.pop(0)
        self._tell(self._done)

    def _tell(self, done: float) -> None:
        self._watcher.on_loading(self._title, int(STEPS * done / self._total), STEPS)


def _networks(num: int) -> str:
    return "1 network" if num == 1 else f"{num} networks"
