"""Label noise: some targets of the training set are shuffled or flipped, and those of the other parts stay true."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int, Shaped

from descentlab.core import SpecError, generator
from descentlab.data._dataset import Dataset
from descentlab.data._names import counted
from descentlab.data._source import ExampleSource
from descentlab.spec import SplitSpec


@dataclass(frozen=True, eq=False)
class NoisySource:
    """Examples whose training labels are partly wrong.

    Attributes:
        source: The examples with their true labels.
        shuffled: Share of the training labels that are shuffled among each other.
        flipped: Share of the training labels that become another class.
    """

    source: ExampleSource
    shuffled: float
    flipped: float

    @property
    def name(self) -> str:
        """Name of the data."""
        return self.source.name

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on reading the data, one sentence each."""
        return self.source.notes

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the examples, learn their preparation, and draw the noise of the training labels.

        Raises:
            SpecError: If labels are to be flipped and there are no classes.
        """
        dataset = self.source.prepare(split, seed)
        if self.flipped and not dataset.classes:
            raise SpecError(
                f"data.flipped_labels={self.flipped:g} needs classes, and the target of {dataset.name} is a real "
                "number; use data.shuffled_labels"
            )
        labels = true_labels = dataset.targets[dataset.train]
        words = []
        if self.shuffled:
            num = round(self.shuffled * len(labels))
            labels = shuffle_labels(labels, num, generator(seed, "shuffled labels"))
            words.append(f"{num:,} of them are shuffled among each other (data.shuffled_labels={self.shuffled:g})")
        if self.flipped:
            num = round(self.flipped * len(labels))
            classes = np.arange(len(dataset.classes))
            labels = flip_labels(labels, num, generator(seed, "flipped labels"), classes=classes)
            words.append(f"{num:,} of them are flipped to another class (data.flipped_labels={self.flipped:g})")
        num_changed = int((labels != true_labels).sum())
        targets = dataset.targets.copy()
        targets[dataset.train] = labels
        note = (
            f"Label noise in {counted(len(labels), 'training example')}: {' and '.join(words)}, so that "
            f"{num_changed:,} are wrong. Validation and test set keep their labels."
        )
        return replace(dataset, targets=targets, notes=(*dataset.notes, note))


def shuffle_labels(
    labels: Shaped[np.ndarray, " examples"], num_shuffled: int, rng: np.random.Generator
) -> Shaped[np.ndarray, " examples"]:
    """Shuffle the labels of some examples among each other; some of them may get their own back.

    Args:
        labels: Classes or real numbers.
        num_shuffled: Number of examples to draw.
        rng: Generator of random numbers.

    Returns:
        The labels, with the same number of each class.

    References:
        Zhang, Bengio, Hardt, Recht and Vinyals, "Understanding deep learning requires rethinking generalization"
        (2017).
    """
    chosen = rng.permutation(len(labels))[:num_shuffled]
    changed = labels.copy()
    changed[chosen] = rng.permutation(labels[chosen])
    return changed


def flip_labels(
    labels: Int[np.ndarray, " examples"],
    num_flipped: int,
    rng: np.random.Generator,
    *,
    classes: Int[np.ndarray, " classes"],
) -> Int[np.ndarray, " examples"]:
    """Flip the labels of some examples: each becomes one of the other classes, all with the same probability.

    Args:
        labels: Class ids.
        num_flipped: Number of examples to draw.
        rng: Generator of random numbers.
        classes: Class ids to choose from, in ascending order; each label is one of them.

    Returns:
        The labels, exactly `num_flipped` of which differ.
    """
    chosen = rng.permutation(len(labels))[:num_flipped]
    # At least 1 is added to the place of the old class, so the new class is never the same.
    places = np.searchsorted(classes, labels[chosen]) + rng.integers(1, len(classes), num_flipped)
    changed = labels.copy()
    changed[chosen] = classes[places % len(classes)]
    return changed
