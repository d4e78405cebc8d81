"""A few examples of each class of another data set, and others to score on, in the source network's input shape."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax
import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import DataError, PartName, generator
from descentlab.data import Dataset

CHUNK = 256
LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in grey (ITU-R BT.601)."""
COLOURS = 3

Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Shots:
    """The examples of a draw.

    Attributes:
        seed: Seed of the draw.
        dataset: The examples, of the source network's input shape. Its training part is the drawn ones, the first of
            every class before the second of any, so that the first `k * classes` are k of each; its validation part is
            examples to choose by, its test part those to score on.
    """

    seed: int
    dataset: Dataset

    def first(self, per_class: int) -> Dataset:
        """Return the data set with so many training examples of each class only."""
        return replace(self.dataset, train=self.dataset.train[: per_class * len(self.dataset.classes)])

    def real(self, part: PartName, per_class: int | None = None) -> Float[np.ndarray, "examples *shape"]:
        """Return the inputs of a part as the network gets them."""
        dataset = self.dataset if per_class is None else self.first(per_class)
        return dataset.real_inputs(dataset.part(part))

    def labels(self, part: PartName, per_class: int | None = None) -> Int[np.ndarray, " examples"]:
        """Return the class ids of a part."""
        dataset = self.dataset if per_class is None else self.first(per_class)
        return dataset.targets[dataset.part(part)].astype(np.int64)


def draw_shots(dataset: Dataset, shape: Shape, *, per_class: int, num_choose: int, num_test: int, seed: int) -> Shots:
    """Draw the same number of training examples of each class, and examples to choose by and to score on.

    Args:
        dataset: The target's data, divided by the seed; pictures with classes.
        shape: Input shape of the source network.
        per_class: Number of training examples of each class.
        num_choose: Number of examples to choose by, at most: those of the validation part, then other training ones.
        num_test: Number of examples of the held-out part to score on, at most.
        seed: Seed of the draw.

    Returns:
        The examples, resized where they have another size.

    Raises:
        DataError: If a class has too few, or nothing is held out.
    """
    sizes = count_classes(dataset)
    if min(sizes) < per_class:
        least = int(np.argmin(sizes))
        raise DataError(
            f"{dataset.name} has {min(sizes):,} training examples of '{dataset.classes[least]}', and {per_class:,} of "
            f"each class are asked for: use at most {min(sizes):,}"
        )
    has_test = len(dataset.test) > 0
    held = dataset.test if has_test else dataset.validation
    if not len(held):
        raise DataError(f"{dataset.name} has no part that is held out: set split.test above 0, as 0.2")
    rng = generator(seed, "shots")
    order = rng.permutation(dataset.train)
    labels = dataset.targets[order]
    by_class = [order[labels == k] for k in range(len(dataset.classes))]
    train = np.stack([rows[:per_class] for rows in by_class], axis=1).ravel()
    others = rng.permutation(np.concatenate([rows[per_class:] for rows in by_class]))
    apart = rng.permutation(dataset.validation if has_test else dataset.validation[:0])
    rest = np.concatenate([apart, others])[:num_choose]
    test = np.sort(rng.permutation(held)[:num_test])
    return Shots(seed, _cut(dataset, (train, rest, test), shape))


def count_classes(dataset: Dataset) -> Sequence[int]:
    """Count the training examples of each class."""
    return np.bincount(dataset.targets[dataset.train].astype(np.int64), minlength=len(dataset.classes)).tolist()


def _cut(dataset: Dataset, parts: tuple[np.ndarray, np.ndarray, np.ndarray], shape: Shape) -> Dataset:
    """Keep the rows of three parts, in this order, and bring them to a shape."""
    rows = np.concatenate(parts)
    ends = np.cumsum([len(part) for part in parts])
    places = np.split(np.arange(len(rows)), ends[:-1])
    inputs, scale = dataset.inputs[rows], dataset.input_scale
    if dataset.input_shape != shape:
        inputs, scale = fit_pictures(dataset.real_inputs(rows), shape), 1.0
    return replace(
        dataset,
        inputs=inputs,
        targets=dataset.targets[rows],
        input_scale=scale,
        train=places[0],
        validation=places[1],
        test=places[2],
        labels=(),
        raw={},
    )


def fit_pictures(
    pictures: Shaped[np.ndarray, "pictures rows columns colours"], shape: Shape
) -> Float[np.ndarray, "pictures height width channels"]:
    """Bring pictures to another size and number of colours.

    They are resized bilinearly, smoothed first where they shrink; their sides may be stretched apart. Grey becomes all
    colours alike; of red, green and blue grey is the luminance.

    Args:
        pictures: Pictures as a network gets them.
        shape: Rows, columns, colours.

    Returns:
        The pictures.

    Raises:
        DataError: If the pictures have channels that cannot be brought to that number.
    """
    height, width, colours = shape
    values = _recoloured(pictures.astype(np.float32), colours)
    resized = [
        np.asarray(jax.image.resize(jax.device_put(chunk), (len(chunk), height, width, colours), "linear"))
        for chunk in np.split(values, range(CHUNK, len(values), CHUNK))
    ]
    return np.concatenate(resized)


def _recoloured(pictures: Float[np.ndarray, "pictures rows columns colours"], colours: int) -> np.ndarray:
    channels = pictures.shape[3]
    if channels == colours:
        return pictures
    if channels == 1:
        return np.repeat(pictures, colours, axis=3)
    if channels == COLOURS and colours == 1:
        return (pictures @ np.array(LUMINANCE, np.float32))[..., None]
    raise DataError(f"pictures of {channels} channels cannot be brought to {colours}")
