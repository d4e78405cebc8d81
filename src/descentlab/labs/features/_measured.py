"""What `features` measured, as numbers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import Estimate
from descentlab.labs.features._claim import Difference, Textbook, Verdict, judge
from descentlab.representations import Depth, Division, Kernels, Method, Preferred, Saliency, Strongest, Tuning
from descentlab.spec import Experiment


@dataclass(frozen=True, eq=False)
class Selectivity:
    """How selective the channels of one layer are for orientation, beside untrained ones.

    Attributes:
        tuning: Tuning curves of the first network's channels.
        index: Selectivity of the channels of all networks.
        untrained: Selectivity of channels that were drawn and never trained.
        gain: How much more selective the trained ones are on average.
        threshold: Selectivity that 95% of the untrained channels stay below.
    """

    tuning: Tuning
    index: Float[np.ndarray, " channels"]
    untrained: Float[np.ndarray, " untrained"]
    gain: Estimate
    threshold: float

    @property
    def share(self) -> float:
        """Share of the channels above the threshold; 0.05 is what chance gives."""
        return float((self.index > self.threshold).mean())


@dataclass(frozen=True, eq=False)
class Explained:
    """One prediction, and the pixels that it rests on.

    Attributes:
        place: Place of the example in its part.
        picture: The example.
        truth: Its class, or its number.
        predicted: Class or number that the network predicts.
        saliency: Maps for the predicted logit.
        random: The same maps of a network whose weights were drawn anew.
        sanity: By method, rank correlations of maps with those of redrawn networks: over all pixels, and over those
            with ink; one for each of several examples.
    """

    place: int
    picture: Float[np.ndarray, "rows columns colours"]
    truth: str
    predicted: str
    saliency: Saliency
    random: Saliency
    sanity: dict[Method, tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]]


@dataclass(frozen=True, eq=False)
class ChannelView:
    """What single channels look for.

    Attributes:
        layer: Layer whose channels are shown.
        channel: The channel whose examples are shown.
        strongest: The strongest examples of every channel.
        pictures: The strongest examples of the one channel.
        truths: Their classes, or their numbers.
        preferred: Preferred inputs by layer.
    """

    layer: str
    channel: int
    strongest: Strongest
    pictures: Float[np.ndarray, "examples rows columns colours"]
    truths: tuple[str, ...]
    preferred: tuple[Preferred, ...]


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike the layers of two networks see the same examples.

    Attributes:
        rows: Names of the layers of the first network.
        columns: Names of the layers that they are compared with.
        other: Name of the network that has those.
        values: Linear CKA.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    other: str
    values: Float[np.ndarray, "rows columns"]


@dataclass(frozen=True, eq=False)
class Features:
    """What the layers of a network have learned.

    Attributes:
        name: Name of the network.
        experiment: The experiment that it was trained by.
        classes: The classes' names; empty for regression.
        part: Part of the data whose examples are shown and scored.
        num_members: Number of networks behind the intervals.
        num_params: Number of weights of a network.
        layers: Names of the layers, from the pixels on.
        weighted: Names of the convolutions and dense layers.
        widths: Numbers that each layer gives for an example.
        kept: Share of each layer's variance that the probes saw.
        depths: What can be read where, by property.
        division: Examples of the probes.
        selectivity: Selectivity for orientation of the first two layers with weights.
        extent: Share of the picture's side that the first layer's median unit looks at; None if that is unknown.
        differences: Differences that decide the textbook's claims.
        kernels: The first layer's weights, or None.
        maps: The example's activations by layer.
        explained: The example's prediction.
        channel: What single channels look for.
        likeness: Layers beside layers, a network each.
        num_compared: Number of examples on which layers are compared.
    """

    name: str
    experiment: Experiment
    classes: tuple[str, ...]
    part: str
    num_members: int
    num_params: int
    layers: tuple[str, ...]
    weighted: tuple[str, ...]
    widths: dict[str, int]
    kept: dict[str, float]
    depths: tuple[Depth, ...]
    division: Division
    selectivity: tuple[Selectivity, ...]
    extent: float | None
    differences: tuple[Difference, ...]
    kernels: Kernels | None
    maps: dict[str, np.ndarray]
    explained: Explained
    channel: ChannelView
    likeness: tuple[Likeness, ...]
    num_compared: int

    @property
    def verdicts(self) -> dict[Textbook, Verdict]:
        """What became of each of the textbook's claims."""
        return {claim: judge(claim, self.differences, self.extent) for claim in Textbook}
