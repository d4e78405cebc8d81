"""What textbooks say that kinds of layers are for, held against networks that were trained without them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.labs.importance.measure._trial import Gain, Trial, compare
from descentlab.labs.importance.measure._variants import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LINEAR,
    NO_DROPOUT,
    NO_NORM,
    NO_POOLING,
    PLAIN,
    STRIDED,
)
from descentlab.networks import Network

Verdict = Literal["holds", "does not hold", "is not shown"]
Scores = Float[np.ndarray, " seeds"]


@dataclass(frozen=True)
class Claim:
    """What textbooks say beside the evidence.

    Attributes:
        claim: The claim.
        verdict: Whether it holds for this network and these examples.
        evidence: Why, in words.
        gains: The differences that decide; all must be above 0.
        asides: Differences that tell more and decide nothing.
    """

    claim: str
    verdict: Verdict
    evidence: str
    gains: tuple[Gain, ...]
    asides: tuple[Gain, ...] = ()


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that claims are held against.

    Attributes:
        network: The layers of the network itself.
        trials: By the variant's name.
        linear: What a linear model scores, of each seed.
        shift: Pixels of the shift that is looked at.
        is_classes: Whether scores are points of accuracy.
    """

    network: Network
    trials: Mapping[str, Trial]
    linear: Scores
    shift: float
    is_classes: bool

    @property
    def base(self) -> Trial:
        """The network itself."""
        return self.trials[AS_IT_IS]

    def word(self, values: Scores) -> str:
        """Write the mean of scores."""
        mean = _mean(values)
        if mean is None:
            return "nothing, since it diverged from every seed"
        return f"{mean:.1f}%" if self.is_classes else f"a loss of {-mean:.4g}"

    def points(self, values: Scores) -> str:
        """Write the mean of differences of scores."""
        mean = _mean(values)
        if mean is None:
            return "nothing"
        return f"{mean:.2f} points" if self.is_classes else f"{mean:.4g}"


def _mean(values: Scores) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def judge(found: Evidence) -> tuple[Claim, ...]:
    """Hold each claim against the evidence, where the network has such layers.

    A claim holds if each of its differences is real (`evaluation.compare_paired`, each for itself) and on the claimed
    side; it does not if one is real and on the other side; else it is not shown.

    Args:
        found: The trials.

    Returns:
        The claims.
    """
    made = [
        _pooling_and_shifts(found),
        _pooling_and_overfitting(found),
        _largest_or_mean(found),
        _activation(found),
        _dropout(found),
        _varied_pictures(found),
        _normalisation(found),
        _channels(found),
        _shared_weights(found),
        _convolution_and_shifts(found),
        _depth(found),
    ]
    return tuple(claim for claim in made if claim is not None)


def _verdict(gains: Sequence[Gain]) -> Verdict:
    signs = [gain.sign for gain in gains]
    if any(sign < 0 for sign in signs):
        return "does not hold"
    return "holds" if signs and all(sign > 0 for sign in signs) else "is not shown"


def _claim(claim: str, evidence: str, gains: Sequence[Gain | None], asides: Sequence[Gain | None] = ()) -> Claim | None:
    known = tuple(gain for gain in gains if gain is not None)
    if not known or len(known) < len(gains):
        return None
    return Claim(claim, _verdict(known), evidence, known, tuple(gain for gain in asides if gain is not None))


def _pooling_and_shifts(found: Evidence) -> Claim | None:
    without = found.trials.get(NO_POOLING)
    if without is None or not found.base.distorted:
        return None
    shifted = _shifted(found)
    words = f"on pictures shifted by {_pixels(found)}"
    told = (
        f"{words} it is right in {found.word(shifted(found.base))}, and without pooling in "
        f"{found.word(shifted(without))}"
    )
    others = [(name, found.trials[name]) for name in (STRIDED, AVERAGE) if name in found.trials]
    told += "".join(f"; with {name}: {found.word(shifted(one))}" for name, one in others)
    return _claim(
        "pooling makes a network robust to shifts",
        told,
        [compare(f"accuracy {words}, over no pooling", shifted(found.base), shifted(without))],
        [
            compare("accuracy lost by the shift without pooling, over that with it", *_falls(found, without)),
            *[compare(f"accuracy {words}, over {name}", shifted(found.base), shifted(one)) for name, one in others],
        ],
    )


def _falls(found: Evidence, without: Trial) -> tuple[Scores, Scores]:
    return _fall(without, found.shift), _fall(found.base, found.shift)


def _pixels(found: Evidence) -> str:
    return "one pixel" if found.shift == 1.0 else f"{found.shift:.0f} pixels"


def _shifted(found: Evidence) -> Callable[[Trial], Scores]:
    return lambda trial: trial.at("shift", found.shift)


def _fall(trial: Trial, shift: float) -> Scores:
    """Return how much accuracy a shift takes."""
    return trial.at("shift", 0.0) - trial.at("shift", shift)


def _pooling_and_overfitting(found: Evidence) -> Claim | None:
    return _less_overfitting(found, NO_POOLING, "pooling", "pooling reduces overfitting")


def _dropout(found: Evidence) -> Claim | None:
    return _less_overfitting(found, NO_DROPOUT, "dropout", "dropout reduces overfitting")


def _varied_pictures(found: Evidence) -> Claim | None:
    return _less_overfitting(
        found, PLAIN, "pictures varied in training", "varying the training pictures reduces overfitting"
    )


def _less_overfitting(found: Evidence, name: str, what: str, claim: str) -> Claim | None:
    without = found.trials.get(name)
    if without is None:
        return None
    told = (
        f"training accuracy is above that held out by {found.points(found.base.gaps)} with {what} and by "
        f"{found.points(without.gaps)} without"
        if found.is_classes
        else f"the loss held out is above that in training by {found.points(found.base.gaps)} with {what} and by "
        f"{found.points(without.gaps)} without"
    )
    told += f"; held out, it scores {found.word(found.base.test_scores)} and {found.word(without.test_scores)}"
    return _claim(
        claim,
        told,
        [compare(f"gap between training and test without {what}, over that with it", without.gaps, found.base.gaps)],
        [compare(f"test score, over no {what}", found.base.test_scores, without.test_scores)],
    )


def _better(found: Evidence, name: str, claim: str, told: str, over: str) -> Claim | None:
    other = found.trials.get(name)
    if other is None:
        return None
    evidence = told.format(found.word(found.base.test_scores), found.word(other.test_scores))
    return _claim(claim, evidence, [compare(f"test score, over {over}", found.base.test_scores, other.test_scores)])


def _largest_or_mean(found: Evidence) -> Claim | None:
    return _better(
        found,
        AVERAGE,
        "the largest value of a window tells more than its mean",
        "with max pooling it scores {}, with average pooling {}",
        "average pooling",
    )


def _normalisation(found: Evidence) -> Claim | None:
    return _better(
        found, NO_NORM, "normalisation makes training better", "with it, it scores {}, without {}", "no normalisation"
    )


def _channels(found: Evidence) -> Claim | None:
    return _better(
        found,
        HALF,
        "more channels see more",
        "with all its channels and units it scores {}, with half of them {}",
        "half the channels",
    )


def _activation(found: Evidence) -> Claim | None:
    linear = found.trials.get(LINEAR)
    if linear is None:
        return None
    base = found.base.test_scores
    told = (
        f"it scores {found.word(base)}; with everything linear {found.word(linear.test_scores)}, and a linear model "
        f"({'logistic' if found.is_classes else 'ridge'} regression) on the same inputs {found.word(found.linear)}"
    )
    return _claim(
        "activations let a network do what no linear one can",
        told,
        [
            compare("test score, over the linear network", base, linear.test_scores),
            compare("test score, over a linear model", base, found.linear),
        ],
        [compare("test score of the linear network, over a linear model", linear.test_scores, found.linear)],
    )


def _shared_weights(found: Evidence) -> Claim | None:
    dense = found.trials.get(DENSE)
    if dense is None:
        return None
    own = [layer for layer in found.network.layers if layer.weighted_sum is not None and layer.weighted_sum.is_slid]
    shared = sum(layer.num_params for layer in own)
    unshared = sum(math.prod(layer.output_shape) * (math.prod(layer.input_shape) + 1) for layer in own)
    told = (
        f"its convolutions have {shared:,} weights, where dense layers between the same shapes would need "
        f"{unshared:,}; with {found.base.num_params:,} weights in all it scores {found.word(found.base.test_scores)}, "
        f"and a dense network of {dense.num_params:,} scores {found.word(dense.test_scores)}"
    )
    return _claim(
        "convolutions share their weights, so that few are enough",
        told,
        [compare("test score, over a dense network of as many weights", found.base.test_scores, dense.test_scores)],
    )


def _convolution_and_shifts(found: Evidence) -> Claim | None:
    dense = found.trials.get(DENSE)
    if dense is None or not found.base.distorted:
        return None
    shifted, words = _shifted(found), f"on pictures shifted by {_pixels(found)}"
    told = (
        f"{words} it is right in {found.word(shifted(found.base))}, and a dense network of as many weights in "
        f"{found.word(shifted(dense))}"
    )
    return _claim(
        "convolutions find a pattern wherever it is",
        told,
        [compare(f"accuracy {words}, over a dense network", shifted(found.base), shifted(dense))],
    )


def _depth(found: Evidence) -> Claim | None:
    weighing = {spec.name for spec in found.base.variant.model if spec.purpose == "weigh"}
    removed = [one for one in found.trials.values() if one.variant.removed in weighing]
    if not removed:
        return None
    base = found.base.test_scores
    told = f"it scores {found.word(base)}; " + ", ".join(
        f"without {one.variant.removed} {found.word(one.test_scores)}" for one in removed
    )
    gains = [compare(f"test score, over no {one.variant.removed}", base, one.test_scores) for one in removed]
    return _claim("every hidden layer with weights is needed", told, gains)
