"""The measurements of `landscape`, as numbers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.labs.landscape.measure import Barrier, LineReading, Normalization, PathPlane
from descentlab.spec import Experiment

PlaneKind = Literal["random", "path"]
ByPart = dict[str, Float[np.ndarray, "..."]]
"""Measurements by the part of the data on which they were made; the part trained on comes first."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The loss along one line.

    Attributes:
        name: Name of the line.
        at: Places on the line.
        loss: Loss at each place, by part.
        accuracy: Accuracy at each place, by part; empty for regression.
        reading: The shape of the training loss.
        curvature: Second derivative of the training loss at the network, per squared unit of weight; None where it was
            not measured.
    """

    name: str
    at: Float[np.ndarray, " points"]
    loss: ByPart
    accuracy: ByPart
    reading: LineReading
    curvature: float | None = None


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines through the trained network.

    Attributes:
        random: Lines along random directions.
        sharpest: Line along the Hessian's eigenvector of the largest eigenvalue, or None.
        sharpness: That eigenvalue, or None.
        length: Length of the weights, and so of a step of 1 along any of the lines.
    """

    random: tuple[Curve, ...]
    sharpest: Curve | None
    sharpness: float | None
    length: float


@dataclass(frozen=True, eq=False)
class Plane:
    """The loss over a plane through the trained network.

    Attributes:
        kind: Along two random directions, or along the first two principal components of the path.
        x: Places along the first direction.
        y: Places along the second.
        loss: Loss by part, with a row for each place along the second direction.
        accuracy: Accuracy, laid out in the same way; empty for regression.
        cosine: Cosine of the angle between the two directions.
        path: Path of training in the plane, or None.
        path_loss: Training loss of the networks along the path, and of their shadows in the plane.
        is_repeated: Whether the path is that of a second training.
    """

    kind: PlaneKind
    x: Float[np.ndarray, " columns"]
    y: Float[np.ndarray, " rows"]
    loss: ByPart
    accuracy: ByPart
    cosine: float
    path: PathPlane | None = None
    path_loss: Float[np.ndarray, "2 networks"] | None = None
    is_repeated: bool = False


@dataclass(frozen=True, eq=False)
class Writing:
    """The same network written in another way: what lines make of it.

    Attributes:
        multiplied: The layer whose weights were multiplied.
        divided: The layer whose weights were divided.
        factor: By which number.
        at: Places on the lines.
        plain: Training loss along one plain direction, of the network as it is and as it is rewritten.
        normalised: The same along one filter-normalised direction.
    """

    multiplied: str
    divided: str
    factor: float
    at: Float[np.ndarray, " points"]
    plain: Float[np.ndarray, "2 points"]
    normalised: Float[np.ndarray, "2 points"]


@dataclass(frozen=True, eq=False)
class Between:
    """The straight line from one network to another.

    Attributes:
        names: Names of the two networks.
        curve: The loss from the first, at 0, to the second, at 1.
        barriers: Barrier of the loss, by part.
        accuracy_drop: Largest fall of the accuracy below the line between its ends, by part.
        distance: Distance between the two, as a share of the mean of their lengths.
    """

    names: tuple[str, str]
    curve: Curve
    barriers: dict[str, Barrier]
    accuracy_drop: dict[str, float]
    distance: float


@dataclass(frozen=True, eq=False)
class Crossing:
    """The line to another network, as it is and after its hidden units were matched.

    Attributes:
        plain: Line to the other network as it is.
        matched: Line to it with its units in the order nearest to the first's; None where they cannot be matched.
        num_moved: Units that came to another place.
        num_units: Hidden units.
    """

    plain: Between
    matched: Between | None
    num_moved: int
    num_units: int


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss around a trained network, as far as lines and planes show it.

    Attributes:
        name: What the network is called.
        experiment: What was trained.
        loss: Loss of the network itself, by part.
        accuracy: Accuracy of the network itself, by part; empty for regression.
        num_examples: Number of examples that the loss is averaged over, by part.
        num_available: Number of examples that there are, by part.
        num_params: Weights of the network.
        normalization: How random directions were brought to the size of the weights.
        span: How far lines and plane reach, 1 being the length of the weights.
        lines: Lines through the network.
        from_start: Line from the weights that training began with.
        planes: Planes through the network.
        writing: The same network written otherwise; None where there is no other way to write it.
        crossing: The line to another network; None where none was named.
    """

    name: str
    experiment: Experiment
    loss: dict[str, float]
    accuracy: dict[str, float]
    num_examples: dict[str, int]
    num_available: dict[str, int]
    num_params: int
    normalization: Normalization
    span: float
    lines: Lines
    from_start: Curve
    planes: tuple[Plane, ...]
    writing: Writing | None
    crossing: Crossing | None

    @property
    def held_out(self) -> str | None:
        """The part that was not trained on, where there is one."""
        return next(iter(list(self.loss)[1:]), None)

    def curves(self) -> tuple[Curve, ...]:
        """Return every line that was measured."""
        crossing = self.crossing
        between = [] if crossing is None else [crossing.plain, *([crossing.matched] if crossing.matched else [])]
        sharpest = [self.lines.sharpest] if self.lines.sharpest else []
        return (*self.lines.random, *sharpest, self.from_start, *(way.curve for way in between))
