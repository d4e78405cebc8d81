"""What textbooks say that kinds of layers are for, compared with networks that were trained without them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
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


class Textbook(StrEnum):
    """What textbooks say of kinds of layers."""

    POOLING_AND_SHIFTS = "pooling makes a network robust to shifts"
    POOLING_AND_GAP = "pooling reduces overfitting"
    LARGEST_OR_MEAN = "the largest value of a window tells more than its mean"
    ACTIVATIONS = "activations let a network do what no linear one can"
    DROPOUT_AND_GAP = "dropout reduces overfitting"
    VARYING_AND_GAP = "varying the training pictures reduces overfitting"
    NORMALISATION = "normalisation makes training better"
    CHANNELS = "more channels see more"
    SHARED_WEIGHTS = "convolutions share their weights, so that few are enough"
    CONVOLUTION_AND_SHIFTS = "convolutions find a pattern wherever it is"
    DEPTH = "every hidden layer with weights is needed"


@dataclass(frozen=True)
class Claim:
    """What textbooks say, with the differences that decide on it.

    Attributes:
        claim: The claim.
        verdict: Whether it holds for this network and these examples.
        gains: The differences that decide; all must be above 0.
        asides: Differences that tell more and decide nothing.
    """

    claim: str
    verdict: Verdict
    gains: tuple[Gain, ...]
    asides: tuple[Gain, ...] = ()


@dataclass(frozen=True, eq=False)
class Trials:
    """The trials that claims are compared with.

    Attributes:
        by_name: Trials by the name of their variant.
        linear: Score of a linear model, for each seed.
        shift: Pixels by which pictures are shifted for the claims.
    """

    by_name: Mapping[str, Trial]
    linear: Scores
    shift: float

    @property
    def base(self) -> Trial:
        """The network as it is."""
        return self.by_name[AS_IT_IS]

    def shifted(self, trial: Trial) -> Scores:
        """Return the accuracy on shifted pictures."""
        return trial.at("shift", self.shift)

    def fall(self, trial: Trial) -> Scores:
        """Return the accuracy that the shift takes."""
        return trial.at("shift", 0.0) - self.shifted(trial)


def judge(trials: Trials) -> tuple[Claim, ...]:
    """Compare each claim with the trials, where the network has such layers.

    Args:
        trials: The trials.

    Returns:
        The claims.
    """
    claims = (
        _pooling_and_shifts(trials),
        _less_overfitting(trials, Textbook.POOLING_AND_GAP, NO_POOLING, "pooling"),
        _better(trials, Textbook.LARGEST_OR_MEAN, AVERAGE, AVERAGE),
        _activations(trials),
        _less_overfitting(trials, Textbook.DROPOUT_AND_GAP, NO_DROPOUT, "dropout"),
        _less_overfitting(trials, Textbook.VARYING_AND_GAP, PLAIN, "pictures varied in training"),
        _better(trials, Textbook.NORMALISATION, NO_NORM, NO_NORM),
        _better(trials, Textbook.CHANNELS, HALF, HALF),
        _better(trials, Textbook.SHARED_WEIGHTS, DENSE, "a dense network of as many weights"),
        _convolution_and_shifts(trials),
        _depth(trials),
    )
    return tuple(claim for claim in claims if claim is not None)


def verdict_of(signs: Sequence[int]) -> Verdict:
    """Judge a claim by the signs of its differences.

    It holds if each of them is real (`evaluation.compare_paired`, each for itself) and on the claimed side; it does not
    if one is real and on the other side; else it is not shown.
    """
    if any(sign < 0 for sign in signs):
        return "does not hold"
    return "holds" if signs and all(sign > 0 for sign in signs) else "is not shown"


def word_shift(shift: float) -> str:
    """Write by how much pictures are shifted."""
    return "one pixel" if shift == 1.0 else f"{shift:.0f} pixels"


def count_weights(network: Network) -> tuple[int, int]:
    """Count the weights of a network's convolutions, and those of dense layers between the same shapes."""
    convolutions = [layer for layer in network.layers if layer.weighted_sum is not None and layer.weighted_sum.is_slid]
    dense = sum(math.prod(layer.output_shape) * (math.prod(layer.input_shape) + 1) for layer in convolutions)
    return sum(layer.num_params for layer in convolutions), dense


def _claim(claim: str, gains: Sequence[Gain | None], asides: Sequence[Gain | None] = ()) -> Claim | None:
    known = tuple(gain for gain in gains if gain is not None)
    if not known or len(known) < len(gains):
        return None
    more = tuple(gain for gain in asides if gain is not None)
    return Claim(str(claim), verdict_of([gain.sign for gain in known]), known, more)


def _pooling_and_shifts(trials: Trials) -> Claim | None:
    base, without = trials.base, trials.by_name.get(NO_POOLING)
    if without is None or not base.distorted:
        return None
    compared = _compare_shifted(trials)
    others = [(name, trials.by_name[name]) for name in (STRIDED, AVERAGE) if name in trials.by_name]
    lost = "accuracy lost by the shift without pooling, over that with it"
    return _claim(
        Textbook.POOLING_AND_SHIFTS,
        [compared(NO_POOLING, without)],
        [compare(lost, trials.fall(without), trials.fall(base)), *(compared(name, trial) for name, trial in others)],
    )


def _compare_shifted(trials: Trials) -> Callable[[str, Trial], Gain | None]:
    words = f"accuracy on pictures shifted by {word_shift(trials.shift)}, over"
    return lambda name, trial: compare(f"{words} {name}", trials.shifted(trials.base), trials.shifted(trial))


def _less_overfitting(trials: Trials, claim: str, name: str, what: str) -> Claim | None:
    base, without = trials.base, trials.by_name.get(name)
    if without is None:
        return None
    return _claim(
        claim,
        [compare(f"gap between training and test without {what}, over that with it", without.gaps, base.gaps)],
        [compare(f"test score, over no {what}", base.test_scores, without.test_scores)],
    )


def _better(trials: Trials, claim: str, name: str, over: str) -> Claim | None:
    other = trials.by_name.get(name)
    if other is None:
        return None
    return _claim(claim, [compare(f"test score, over {over}", trials.base.test_scores, other.test_scores)])


def _activations(trials: Trials) -> Claim | None:
    linear, base = trials.by_name.get(LINEAR), trials.base.test_scores
    if linear is None:
        return None
    return _claim(
        Textbook.ACTIVATIONS,
        [
            compare("test score, over the linear network", base, linear.test_scores),
            compare("test score, over a linear model", base, trials.linear),
        ],
        [compare("test score of the linear network, over a linear model", linear.test_scores, trials.linear)],
    )


def _convolution_and_shifts(trials: Trials) -> Claim | None:
    dense = trials.by_name.get(DENSE)
    if dense is None or not trials.base.distorted:
        return None
    return _claim(Textbook.CONVOLUTION_AND_SHIFTS, [_compare_shifted(trials)("a dense network", dense)])


def _depth(trials: Trials) -> Claim | None:
    base = trials.base
    weighing = {spec.name for spec in base.variant.model if spec.purpose == "weigh"}
    removed = {
        trial.variant.removed: trial.test_scores
        for trial in trials.by_name.values()
        if trial.variant.removed in weighing
    }
    gains = [compare(f"test score, over no {name}", base.test_scores, scores) for name, scores in removed.items()]
    return _claim(Textbook.DEPTH, gains) if removed else None
