"""Training a network's variants anew, each from the same seeds."""

from dataclasses import dataclass, replace

import numpy as np

from descentlab.core import SpecError, generator, unknown_name
from descentlab.data import Dataset
from descentlab.labs.importance import measure as ablation
from descentlab.labs.importance._measure import held_out
from descentlab.labs.importance._measured import Retraining
from descentlab.labs.importance._trials import DISTORTED_EXAMPLES, SCORED_EXAMPLES, TRAIN, Trainer
from descentlab.labs.importance.measure import LINEAR, Trials, Variant
from descentlab.networks import Network
from descentlab.spec import Experiment
from descentlab.workbench import Networks, Watcher

SEEDS = 6
"""The sign-flip test can show nothing at 5% with fewer."""
SMALL_PICTURE = 16


@dataclass(frozen=True)
class RetrainRequest:
    """What is asked of a retraining.

    Attributes:
        seeds: Number of networks of each variant.
        epochs: Epochs of each training; None for the experiment's.
        train_examples: Training examples at most; None for all.
        variants: Names of the variants; all of them if there are none.
    """

    seeds: int = SEEDS
    epochs: int | None = None
    train_examples: int | None = None
    variants: tuple[str, ...] = ()


def read_request(
    *, is_wanted: bool, seeds: int | None, epochs: int | None, train_examples: int | None, variants: tuple[str, ...]
) -> RetrainRequest | None:
    """Read what is asked of a retraining, before anything is trained.

    Raises:
        SpecError: If something is asked of a retraining that is not wanted.
    """
    if is_wanted:
        return RetrainRequest(SEEDS if seeds is None else seeds, epochs, train_examples, variants)
    given = {"seeds": seeds, "epochs": epochs, "train_examples": train_examples, "variants": variants or None}
    for name, value in given.items():
        if value is not None:
            raise SpecError(f"{name} says how variants are trained: ask for that by retrain, or leave {name} out")
    return None


def retrain(source: Networks, request: RetrainRequest, watcher: Watcher) -> Retraining:
    """Train the network and its variants, and compare the textbooks' claims with their scores.

    All networks of a seed have the same examples in the same order, and layers that are the same begin with the same
    weights.

    Args:
        source: The network and its data.
        request: What is asked for.
        watcher: Called as the work goes on.

    Returns:
        The scores of all networks, and the claims.

    Raises:
        SpecError: If there is no such variant, or too few seeds or examples.
    """
    experiment = _experiment(source.experiment, request)
    variants, refused = choose_variants(experiment, source.network, request)
    seeds = tuple(range(experiment.seed, experiment.seed + experiment.num_seeds))
    datasets = {seed: _subset(source.examples.of(seed), seed, request.train_examples) for seed in seeds}
    trainer = Trainer(source, experiment, datasets, watcher)
    trials = {trial.variant.name: trial for trial in trainer.run(variants)}
    first = datasets[seeds[0]]
    train, test = (min(len(first.part(part)), SCORED_EXAMPLES) for part in (TRAIN, held_out(first)))
    shift = 1.0 if first.is_pictures and min(first.input_shape[:2]) < SMALL_PICTURE else 2.0
    linear = trainer.linear_scores() if LINEAR in trials else np.full(len(seeds), np.nan)
    return Retraining(
        trials=tuple(trials.values()),
        claims=ablation.judge(Trials(trials, linear, shift)),
        refused=(*refused, *[variant.note for variant in variants if variant.note]),
        seeds=seeds,
        epochs=experiment.epochs,
        num_train=len(first.train),
        num_scored=(train, test),
        num_distorted=min(test, DISTORTED_EXAMPLES) if trainer.has_pictures else 0,
        shift=shift,
        linear_scores=linear,
        convolution_weights=ablation.count_weights(source.network),
        is_classes=source.objective.num_classes > 0,
        is_varied=_varies(experiment),
    )


def choose_variants(
    experiment: Experiment, network: Network, request: RetrainRequest
) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Make the variants that are asked for.

    Args:
        experiment: The experiment that is trained.
        network: Its layers.
        request: What is asked for.

    Returns:
        The network itself and its variants, and a sentence for each that its shapes do not allow.

    Raises:
        SpecError: If there is no such variant, or a number is too small.
    """
    for name, value, least in (
        ("seeds", request.seeds, 1),
        ("epochs", request.epochs, 1),
        ("train_examples", request.train_examples, 2),
    ):
        if value is not None and value < least:
            raise SpecError(f"--{name.replace('_', '-')} {value}: expected {least} or more")
    (base, *others), refused = ablation.make_variants(
        experiment.model, network.input_shape, network.num_outputs, is_varied=_varies(experiment)
    )
    known = [variant.name for variant in (base, *others)]
    for name in request.variants:
        if name not in known:
            raise SpecError(unknown_name("variant", name, known))
    chosen = [variant for variant in others if not request.variants or variant.name in request.variants]
    return (base, *chosen), refused


def _varies(experiment: Experiment) -> bool:
    return experiment.augment is not None and not experiment.augment.is_idle


def _experiment(experiment: Experiment, request: RetrainRequest) -> Experiment:
    epochs = experiment.epochs if request.epochs is None else request.epochs
    return experiment.model_copy(update={"num_seeds": request.seeds, "epochs": epochs})


def _subset(dataset: Dataset, seed: int, count: int | None) -> Dataset:
    if count is None or count >= len(dataset.train):
        return dataset
    rows = generator(seed, "ablation", "train").choice(dataset.train, count, replace=False)
    return replace(dataset, train=rows)
