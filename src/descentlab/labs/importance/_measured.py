"""What `importance` measured, as numbers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import Estimate, LayerRow
from descentlab.labs.importance.measure import ChannelWorths, Claim, Gain, Method, Trial, Worth, compare
from descentlab.spec import Experiment


@dataclass(frozen=True)
class LayerSummary:
    """A layer: what it is, what it costs, and what it is worth.

    Attributes:
        row: Name, kind, role, output shape, parameters, multiply-adds.
        is_inner: Whether it lies within a residual block.
        milliseconds: Time of its forward pass for 1,000 examples.
        worths: Cost of taking it away, by method.
    """

    row: LayerRow
    is_inner: bool
    milliseconds: float
    worths: dict[Method, Worth]


@dataclass(frozen=True, eq=False)
class Retraining:
    """Variants of a network, each trained from the same seeds.

    Attributes:
        trials: The network itself, then its variants.
        claims: What textbooks say, with the differences that decide.
        refused: Messages about the changes that the layers' shapes do not allow, and about much larger variants.
        seeds: Seeds that all were trained from.
        epochs: Epochs of each training.
        num_train: Number of training examples.
        num_scored: Examples of the training part, and of the held-out part, that are scored.
        num_distorted: Number of examples that are distorted; 0 where there are no pictures.
        shift: Pixels of the shift that claims look at.
        linear_scores: Score of a linear model for each seed; NaN where no claim needs it.
        convolution_weights: Weights of the network's convolutions, and of dense layers between the same shapes.
        is_classes: Whether scores are points of accuracy; else they are losses with their sign turned.
        is_varied: Whether training pictures were varied at random.
    """

    trials: tuple[Trial, ...]
    claims: tuple[Claim, ...]
    refused: tuple[str, ...]
    seeds: tuple[int, ...]
    epochs: int
    num_train: int
    num_scored: tuple[int, int]
    num_distorted: int
    shift: float
    linear_scores: Float[np.ndarray, " seeds"]
    convolution_weights: tuple[int, int]
    is_classes: bool
    is_varied: bool

    @property
    def base(self) -> Trial:
        """The network as it is."""
        return self.trials[0]

    @property
    def num_networks(self) -> int:
        """Number of networks that were trained."""
        return len(self.trials) * len(self.seeds)

    def gain(self, trial: Trial) -> Gain | None:
        """Compare a variant's test score with that of the network itself."""
        return compare(trial.variant.name, trial.test_scores, self.base.test_scores)

    def gap_gain(self, trial: Trial) -> Gain | None:
        """Compare a variant's overfitting with that of the network itself."""
        return compare(trial.variant.name, trial.gaps, self.base.gaps)


@dataclass(frozen=True, eq=False)
class Importance:
    """What the layers of a network are worth.

    Attributes:
        name: Name of the network.
        experiment: The experiment that it was trained by.
        part: Part of the data whose examples are measured.
        num_examples: Number of measured examples.
        num_reference: Number of training examples that means are taken over.
        num_members: Number of networks behind the intervals.
        accuracy: Accuracy of the networks as they are, with its interval; None for regression.
        loss: Mean loss of the networks as they are.
        chance: Accuracy of always predicting the most frequent class of the same examples; None for regression.
        layers: The layers, from the input on.
        channels: Cost of single channels of the first network.
        milliseconds: Time of the whole network's forward pass for 1,000 examples.
        retraining: Variants that were trained anew; None if that was not asked for.
    """

    name: str
    experiment: Experiment
    part: str
    num_examples: int
    num_reference: int
    num_members: int
    accuracy: Estimate | None
    loss: float
    chance: float | None
    layers: tuple[LayerSummary, ...]
    channels: tuple[ChannelWorths, ...]
    milliseconds: float
    retraining: Retraining | None = None
