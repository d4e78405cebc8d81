"""The measurements behind a landscape: lines, planes, the path, and the line to another network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from descentlab import sharpness
from descentlab.core import ShapeError, generator
from descentlab.labs.landscape import measure
from descentlab.labs.landscape._measured import (
    Between,
    ByPart,
    Crossing,
    Curve,
    Landscape,
    Lines,
    Plane,
    PlaneKind,
    Writing,
)
from descentlab.labs.landscape._subject import Other, Source, Subject, Walk, held_out_part
from descentlab.labs.landscape.measure import Normalization, Sample, Survey
from descentlab.networks import HostArrays
from descentlab.sharpness import NetworkLoss
from descentlab.training import precision_of
from descentlab.workbench import Watcher

PRODUCTS = 30
TOLERANCE = 0.01
"""Of the sharpness: a direction that is this near the sharpest is as good for a line."""
MARGIN = 0.25
"""Share of a path's extent that is left free around it."""
FACTOR = 5.0
"""Number by which a layer is multiplied to write a network in another way."""


@dataclass(frozen=True)
class Extent:
    """What is measured of a landscape, and how finely.

    Attributes:
        kinds: Kinds of the planes.
        points: Number of points along a line, and along each side of a plane; odd.
        span: How far lines and planes reach, 1 being the length of the weights.
        lines: Number of random directions.
        normalization: How directions are brought to the size of the weights.
        examples: Number of examples of each part that the loss is averaged over.
        seed: Seed of the directions.
    """

    kinds: tuple[PlaneKind, ...]
    points: int
    span: float
    lines: int
    normalization: Normalization
    examples: int
    seed: int


class Measurement:
    """Measures the landscape around one network."""

    def __init__(self, subject: Subject, extent: Extent, watcher: Watcher) -> None:
        """Draw the examples and lay them out."""
        self._subject = subject
        self._extent = extent
        self._watcher = watcher
        self._precision = subject.plan.precision
        self._samples, self.num_available = _draw_samples(subject, extent.examples)
        self._survey = Survey(subject.plan.network, subject.plan.objective, self._samples, dtype=self._precision)
        self._space = self._survey.space
        self._weights = self._space.flatten(subject.params)
        self._at = np.linspace(-extent.span, extent.span, extent.points)

    @property
    def num_examples(self) -> dict[str, int]:
        """By part, how many examples a loss is the mean over."""
        return {part: len(sample) for part, sample in self._samples.items()}

    def centre(self) -> tuple[dict[str, float], dict[str, float]]:
        """Measure the network itself: loss and accuracy by part."""
        loss, accuracy = self._measure(self._weights[None], np.ones((1, 1)), "the network")
        return {part: float(value[0]) for part, value in loss.items()}, {p: float(v[0]) for p, v in accuracy.items()}

    def lines(self) -> Lines:
        """Measure along random directions and along the sharpest one."""
        directions = [self._direction(index) for index in range(self._extent.lines)]
        length = measure.length_of_weights(self._space, self._weights)
        extremes, curvatures = self._bends(directions)
        if extremes is None:
            return Lines(self._along(directions), None, None, length)
        # As long a step as along the others.
        *random, sharpest = self._along([*directions, extremes.upward * length])
        known = [replace(curve, curvature=value) for curve, value in zip(random, curvatures, strict=True)]
        named = replace(sharpest, name="sharpest direction", curvature=extremes.largest)
        return Lines(tuple(known), named, extremes.largest, length)

    def _along(self, directions: Sequence[Float[np.ndarray, " params"]]) -> tuple[Curve, ...]:
        """Measure along several directions at once."""
        count, at = len(directions), self._at
        shares = np.zeros((count, len(at), count + 1))
        shares[:, :, 0] = 1.0
        shares[np.arange(count), :, np.arange(count) + 1] = at
        values = self._measure(np.stack([self._weights, *directions]), shares.reshape(-1, count + 1), "the lines")
        loss, accuracy = ({part: array.reshape(count, -1) for part, array in by_part.items()} for by_part in values)
        return tuple(
            self._curve(
                f"random direction {index + 1}",
                at,
                {part: values[index] for part, values in loss.items()},
                {part: values[index] for part, values in accuracy.items()},
            )
            for index in range(count)
        )

    def _direction(
        self, index: int, normalization: Normalization | None = None, weights: Any = None
    ) -> Float[np.ndarray, " params"]:
        return measure.draw_direction(
            self._space,
            self._weights if weights is None else weights,
            seed=self._extent.seed,
            index=index,
            normalization=normalization or self._extent.normalization,
        )

    def _curve(self, name: str, at: Float[np.ndarray, " points"], loss: ByPart, accuracy: ByPart) -> Curve:
        return Curve(name, at, loss, accuracy, measure.read_line(at, loss["train"], precision=self._precision))

    def _bends(
        self, directions: Sequence[Float[np.ndarray, " params"]]
    ) -> tuple[sharpness.Extremes | None, list[float]]:
        """Measure the Hessian's largest eigenvalue, and how the loss bends along some directions.

        Not with batch norm, whose statistics would have to follow the weights.
        """
        network = self._subject.plan.network
        if network.start_statistics():
            return None, []
        sample = self._samples["train"]
        whole = NetworkLoss(network, self._subject.plan.objective, sample.inputs, sample.targets)
        with precision_of(self._precision):
            place = whole.place(self._subject.params, {}, self._precision)
            extremes = sharpness.find_extremes(
                place.product, place.size, num_steps=PRODUCTS, tolerance=TOLERANCE, dtype=self._precision
            )
            curvatures = []
            for direction in directions:
                unit = direction / (np.linalg.norm(direction) or 1.0)
                curvatures.append(float(unit @ np.asarray(place.product(jax.device_put(unit.astype(self._precision))))))
        return extremes, curvatures

    def from_start(self) -> Curve:
        """Measure on the straight line from the weights that training began with."""
        at, shares = self._way()
        ends = np.stack([self._space.flatten(self._subject.initial), self._weights])
        loss, accuracy = self._measure(ends, shares, "the line from the start")
        return self._curve("initial to trained", at, loss, accuracy)

    def _way(self) -> tuple[Float[np.ndarray, " points"], Float[np.ndarray, "points 2"]]:
        at = np.linspace(0.0, 1.0, self._extent.points)
        return at, np.stack([1.0 - at, at], axis=1)

    def random_plane(self) -> Plane:
        """Measure over a plane along two random directions."""
        directions = np.stack([self._direction(0), self._direction(1)])
        lengths = np.linalg.norm(directions, axis=1)
        cosine = float(directions[0] @ directions[1] / (lengths.prod() or 1.0))
        loss, accuracy = self._over(self._weights, directions, self._at, self._at, "the random plane")
        return Plane("random", self._at, self._at, loss, accuracy, cosine)

    def path_plane(self, walk: Walk) -> Plane | str:
        """Measure over the plane of a path.

        Returns:
            The plane; or why there is none, in words.
        """
        try:
            plane = measure.path_plane(walk.epochs, walk.networks, seed=self._extent.seed)
        except ShapeError as error:
            return f"The plane of the path is left out: {error}."
        x, y = (_around(plane.places[:, axis], self._extent.points) for axis in (0, 1))
        loss, accuracy = self._over(walk.networks[-1], plane.directions, x, y, "the plane of the path")
        on_path = self._survey.measure(walk.networks, np.eye(len(walk.networks)), part="train").loss
        shadows = self._survey.measure(
            np.concatenate([walk.networks[-1:], plane.directions]),
            np.concatenate([np.ones((len(plane.places), 1)), plane.places], axis=1),
            part="train",
        ).loss
        return Plane("path", x, y, loss, accuracy, 0.0, plane, np.stack([on_path, shadows]), walk.is_repeated)

    def _over(
        self, origin: np.ndarray, directions: np.ndarray, x: np.ndarray, y: np.ndarray, label: str
    ) -> tuple[ByPart, ByPart]:
        across, up = (axis.ravel() for axis in np.meshgrid(x, y))
        shares = np.stack([np.ones(len(across)), across, up], axis=1)
        values = self._measure(np.concatenate([origin[None], directions]), shares, label)
        shape = (len(y), len(x))
        loss, accuracy = ({part: array.reshape(shape) for part, array in by_part.items()} for by_part in values)
        return loss, accuracy

    def writing(self) -> Writing | None:
        """Measure along one direction, plain and normalised, of the network as it is and as it can be rewritten."""
        network, params = self._subject.plan.network, self._subject.params
        other = measure.rescale(network, params, FACTOR)
        if other is None:
            return None
        losses: dict[Normalization, list[np.ndarray]] = {"none": [], "filter": []}
        shares = np.stack([np.ones(len(self._at)), self._at], axis=1)
        for weights in (self._weights, self._space.flatten(other.params)):
            for normalization, curves in losses.items():
                anchors = np.stack([weights, self._direction(0, normalization, weights)])
                curves.append(self._survey.measure(anchors, shares, part="train").loss)
        plain, normalised = (np.stack(losses[name]) for name in ("none", "filter"))
        return Writing(other.multiplied, other.divided, FACTOR, self._at, plain, normalised)

    def crossing(self, other: Other) -> Crossing:
        """Measure on the line to another network, and again with its hidden units matched."""
        plain = self._between(other, other.params, f"{self._subject.name} to {other.name}")
        matching = measure.match_units(self._subject.plan.network, self._subject.params, other.params)
        if matching is None:
            return Crossing(plain, None, 0, 0)
        matched = self._between(other, matching.params, "the same, units matched")
        return Crossing(plain, matched, matching.num_moved, matching.num_units)

    def _between(self, other: Other, params: HostArrays, name: str) -> Between:
        at, shares = self._way()
        ends = np.stack([self._weights, self._space.flatten(params)])
        loss: ByPart = {}
        accuracy: ByPart = {}
        barriers = {}
        for part in self._samples:
            readings = self._survey.measure(ends, shares, part=part, keeps_examples=True)
            assert readings.losses is not None
            loss[part] = readings.loss
            barriers[part] = measure.find_barrier(at, readings.losses, precision=self._precision)
            if readings.accuracy is not None:
                accuracy[part] = readings.accuracy
        drops = {
            part: float(np.max((1.0 - at) * values[0] + at * values[-1] - values)) for part, values in accuracy.items()
        }
        distance = float(np.linalg.norm(ends[0] - ends[1]) / (np.linalg.norm(ends, axis=1).mean() or 1.0))
        curve = self._curve(name, at, loss, accuracy)
        return Between((self._subject.name, other.name), curve, barriers, drops, distance)

    def _measure(self, anchors: np.ndarray, shares: np.ndarray, label: str) -> tuple[ByPart, ByPart]:
        loss: ByPart = {}
        accuracy: ByPart = {}
        total = len(shares) * len(self._samples)
        for place, part in enumerate(self._samples):
            before = place * len(shares)
            readings = self._survey.measure(
                anchors,
                shares,
                part=part,
                on_progress=lambda done, _, before=before: self._watcher.on_loading(
                    f"measuring {label}", before + done, total
                ),
            )
            loss[part] = readings.loss
            if readings.accuracy is not None:
                accuracy[part] = readings.accuracy
        return loss, accuracy


def measure_landscape(source: Source, extent: Extent, watcher: Watcher) -> tuple[Landscape, tuple[str, ...]]:
    """Measure all of a landscape.

    Args:
        source: The networks.
        extent: What is measured, and how finely.
        watcher: What is called while it goes on.

    Returns:
        The landscape, and why something was left out, in words.
    """
    subject, work = source.subject, Measurement(source.subject, extent, watcher)
    loss, accuracy = work.centre()
    crossing = None if source.other is None else work.crossing(source.other)
    lines, from_start = work.lines(), work.from_start()
    planes: list[Plane | str] = [work.random_plane()] if "random" in extent.kinds else []
    unknown = measure.not_rescalable(subject.plan.network)
    if "path" in extent.kinds and source.walk is not None:
        planes.append(work.path_plane(source.walk))
    landscape = Landscape(
        name=subject.name,
        experiment=subject.experiment,
        loss=loss,
        accuracy=accuracy,
        num_examples=work.num_examples,
        num_available=work.num_available,
        num_params=subject.space.size,
        normalization=extent.normalization,
        span=extent.span,
        lines=lines,
        from_start=from_start,
        planes=tuple(plane for plane in planes if isinstance(plane, Plane)),
        writing=work.writing(),
        crossing=crossing,
    )
    return landscape, (*([unknown] if unknown else []), *(plane for plane in planes if isinstance(plane, str)))


def _draw_samples(subject: Subject, num_examples: int) -> tuple[dict[str, Sample], dict[str, int]]:
    """Draw examples of the training part and of the held-out one, and say how many each has."""
    dataset = subject.dataset
    part = held_out_part(dataset)
    rows = {"train": dataset.train, **({part: dataset.part(part)} if part else {})}
    samples: dict[str, Sample] = {}
    for name, every in rows.items():
        # A table may be sorted, by class for one, so that its first rows would be of one class.
        is_drawn = num_examples < len(every)
        chosen = generator(0, "landscape", name).permutation(every)[:num_examples] if is_drawn else every
        samples[name] = Sample(dataset.real_inputs(chosen), dataset.targets[chosen])
    return samples, {name: len(every) for name, every in rows.items()}


def _around(places: Float[np.ndarray, " networks"], points: int) -> Float[np.ndarray, " points"]:
    low, high = float(places.min()), float(places.max())
    room = MARGIN * (high - low)
    return np.linspace(low - room, high + room, points)
