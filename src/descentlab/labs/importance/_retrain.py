"""Training a network's variants anew, each from the same seeds."""

from dataclasses import dataclass, replace

import numpy as np

from descentlab.core import SpecError, generator, unknown_name
from descentlab.data import Dataset
from descentlab.labs.importance import measure as ablation
from descentlab.labs.importance._measure import held_out
from descentlab.labs.importance._retraining import Retraining
from descentlab.labs.importance._trials import DISTORTED_EXAMPLES, SCORED_EXAMPLES, TRAIN, Trainer
from descentlab.labs.importance.measure import LINEAR, Evidence, Variant
from descentlab.networks import Network
from descentlab.spec import Experiment
from descentlab.workbench import Networks, Watcher

SEEDS = 6
"""The sign-flip test can show nothing at 5% with fewer."""
SMALL_PICTURE = 16


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
    job = Trainer(source, experiment, datasets, watcher)
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
