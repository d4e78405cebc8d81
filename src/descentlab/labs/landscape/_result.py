"""What `landscape` found, as plain data."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from descentlab.core import TextTable
from descentlab.labs.landscape.measure import Barrier, LineReading, Normalization, PathPlane
from descentlab.spec import Experiment
from descentlab.workbench import Told

PlaneKind = Literal["random", "path"]
ByPart = dict[str, Float[np.ndarray, "..."]]
"""Measurements by the part of the data on which they were made; the part trained on comes first."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The loss along one line.

    Attributes:
        name: Which line.
        at: Places on it.
        loss: By part.
        accuracy: By part; empty for regression.
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

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "at": self.at.tolist(),
            "loss": {part: values.tolist() for part, values in self.loss.items()},
            "accuracy": {part: values.tolist() for part, values in self.accuracy.items()},
            "shape": vars(self.reading),
            "curvature": self.curvature,
        }


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines through the trained network.

    Attributes:
        random: Along random directions.
        sharpest: Along the Hessian's eigenvector of the largest eigenvalue, or None.
        sharpness: That eigenvalue.
        length: Of the weights, and so of a step of 1 along any of the lines.
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
        loss: By part, a row a place along the second.
        accuracy: The same; empty for regression.
        cosine: Of the angle between the two directions.
        path: The path in it, or None.
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

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        path = self.path
        return {
            "kind": self.kind,
            "x": self.x.tolist(),
            "y": self.y.tolist(),
            "loss": {part: values.tolist() for part, values in self.loss.items()},
            "accuracy": {part: values.tolist() for part, values in self.accuracy.items()},
            "cosine": self.cosine,
            "path": None if path is None or self.path_loss is None else {
                "epochs": path.epochs.tolist(),
                "places": path.places.tolist(),
                "distances_off": path.distances.tolist(),
                "distances_from_end": path.lengths.tolist(),
                "loss": self.path_loss[0].tolist(),
                "loss_of_shadow": self.path_loss[1].tolist(),
                "shares": path.shares.tolist(),
                "shares_of_random_walks": path.walk_shares.tolist(),
                "ranges_of_random_walks": path.walk_ranges.tolist(),
                "share_of_plane": path.share,
                "share_of_plane_of_random_walks": list(path.walk_totals),
                "is_repeated": self.is_repeated,
            },
        }  # fmt: skip


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

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in vars(self).items()}


@dataclass(frozen=True, eq=False)
class Between:
    """The straight line from one network to another.

    Attributes:
        names: Of the two.
        curve: The loss from the first, at 0, to the second, at 1.
        barriers: By part.
        accuracy_drop: By part, how far accuracy falls at most below the line between its ends.
        distance: Between the two, as a share of the mean of their lengths.
    """

    names: tuple[str, str]
    curve: Curve
    barriers: dict[str, Barrier]
    accuracy_drop: dict[str, float]
    distance: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "names": list(self.names),
            "curve": self.curve.to_json(),
            "barriers": {part: barrier.to_json() for part, barrier in self.barriers.items()},
            "accuracy_drop": self.accuracy_drop,
            "distance": self.distance,
        }


@dataclass(frozen=True, eq=False)
class Crossing:
    """The line to another network, as it is and after its hidden units were matched.

    Attributes:
        plain: As it is.
        matched: With the other's units in the order nearest to the first's; None where units cannot be matched.
        num_moved: Units that came to another place.
        num_units: Hidden units.
    """

    plain: Between
    matched: Between | None
    num_moved: int
    num_units: int


@dataclass(frozen=True, eq=False, repr=False)
class Landscape(Told):
    """The loss around a trained network, as far as lines and planes show it.

    Attributes:
        name: What the network is called.
        experiment: What was trained.
        loss: Of the network itself, by part.
        accuracy: The same; empty for regression.
        num_examples: By part, how many examples the loss is averaged over.
        num_available: By part, how many there are.
        num_params: Weights of the network.
        normalization: How random directions were brought to the size of the weights.
        span: How far lines and plane reach, 1 being the length of the weights.
        lines: Through the network.
        from_start: The line from the weights that training began with.
        planes: Through the network.
        writing: The same network written otherwise; None where there is no other way to write it.
        crossing: The line to another network; None where none was named.
        sentences: What it shows, in words.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
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
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    path: Path | None = None

    @property
    def held_out(self) -> str | None:
        """The part that was not trained on, where there is one."""
        return next(iter(list(self.loss)[1:]), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        crossing = self.crossing
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "name": self.name,
            "loss": self.loss,
            "accuracy": self.accuracy,
            "num_examples": self.num_examples,
            "num_available": self.num_available,
            "num_params": self.num_params,
            "normalization": self.normalization,
            "span": self.span,
            "length": self.lines.length,
            "lines": [curve.to_json() for curve in self.lines.random],
            "sharpest": None if self.lines.sharpest is None else self.lines.sharpest.to_json(),
            "sharpness": self.lines.sharpness,
            "from_start": self.from_start.to_json(),
            "planes": [plane.to_json() for plane in self.planes],
            "writing": None if self.writing is None else self.writing.to_json(),
            "between": None if crossing is None else crossing.plain.to_json(),
            "between_matched": None if crossing is None or crossing.matched is None else {
                **crossing.matched.to_json(), "num_moved": crossing.num_moved, "num_units": crossing.num_units,
            },
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }  # fmt: skip

    def curves(self) -> tuple[Curve, ...]:
        """Return every line that was measured."""
        crossing = self.crossing
        between = [] if crossing is None else [crossing.plain, *([crossing.matched] if crossing.matched else [])]
        sharpest = [self.lines.sharpest] if self.lines.sharpest else []
        return (*self.lines.random, *sharpest, self.from_start, *(one.curve for one in between))

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        parts = [(name, getattr(self, name)) for name in ("loss", "accuracy")]
        columns = [f"{part}_{name}" for name, values in parts for part in values]
        found = {"lines": _stacked([_curve_columns(curve, columns) for curve in self.curves()])}
        if self.planes:
            found["planes"] = _stacked([_plane_columns(plane, columns) for plane in self.planes])
        for plane in self.planes:
            if plane.path is not None and plane.path_loss is not None:
                found["path"] = {
                    "epoch": plane.path.epochs, "x": plane.path.places[:, 0], "y": plane.path.places[:, 1],
                    "distance_off": plane.path.distances, "distance_from_end": plane.path.lengths,
                    "loss": plane.path_loss[0], "loss_of_shadow": plane.path_loss[1],
                }  # fmt: skip
        return found

    def table(self) -> TextTable:
        """Return one row a line: where its loss is lowest, how high it rises, and whether it looks convex."""
        rows = [
            (
                curve.name,
                f"{curve.at[0]:g} to {curve.at[-1]:g}",
                f"{curve.reading.lowest:.4g}",
                f"{curve.reading.lowest_at:g}",
                f"{_highest(curve):.4g}",
                "yes" if curve.reading.is_convex else "no",
                "-" if curve.curvature is None else f"{curve.curvature:.3g}",
            )
            for curve in self.curves()
        ]
        return TextTable(("line", "from, to", "lowest", "at", "highest", "convex", "curvature"), tuple(rows))


def _highest(curve: Curve) -> float:
    loss = next(iter(curve.loss.values()))
    return float(np.max(np.where(np.isnan(loss), np.inf, loss)))


def _measured(loss: ByPart, accuracy: ByPart, columns: list[str]) -> dict[str, np.ndarray]:
    flat = {f"{part}_loss": values.ravel() for part, values in loss.items()}
    flat |= {f"{part}_accuracy": values.ravel() for part, values in accuracy.items()}
    return {name: flat[name] for name in columns}


def _curve_columns(curve: Curve, columns: list[str]) -> dict[str, np.ndarray]:
    names = np.full(len(curve.at), curve.name, dtype=object)
    return {"line": names, "at": curve.at, **_measured(curve.loss, curve.accuracy, columns)}


def _plane_columns(plane: Plane, columns: list[str]) -> dict[str, np.ndarray]:
    x, y = (axis.ravel() for axis in np.meshgrid(plane.x, plane.y))
    kinds = np.full(len(x), plane.kind, dtype=object)
    return {"plane": kinds, "x": x, "y": y, **_measured(plane.loss, plane.accuracy, columns)}


def _stacked(rows: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([one[name] for one in rows]) for name in rows[0]}
