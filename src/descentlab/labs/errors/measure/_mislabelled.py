"""Which labels are likely to be wrong by confident learning, and whether it finds labels flipped on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import Estimate, generator
from descentlab.data import flip_labels
from descentlab.evaluation import mean_and_deviation

FLIPPED_SHARE = 0.05
NUM_DRAWS = 20


@dataclass(frozen=True, eq=False)
class Suspects:
    """Labels that the network contradicts with confidence.

    Attributes:
        thresholds: For each class, its mean probability over the examples with that label; NaN without such examples.
        joint: Number of examples with the label of the row that are confidently of the class of the column.
        rows: Places of the examples off its diagonal, the smallest normalised margin first.
        likely: Class that each of them confidently is of.
        margins: Normalised margin of each of them: the label's probability less the largest of the others.
        share: Estimated share of all labels that are wrong.
    """

    thresholds: Float[np.ndarray, " classes"]
    joint: Int[np.ndarray, "classes classes"]
    rows: Int[np.ndarray, " suspects"]
    likely: Int[np.ndarray, " suspects"]
    margins: Float[np.ndarray, " suspects"]
    share: float


@dataclass(frozen=True)
class FlipCheck:
    """How many of the labels that were flipped on purpose are detected: means over draws with 95% intervals.

    A label that was wrong before counts as a false alarm here, so the precision can only be too low.

    Attributes:
        num_flipped: Number of labels flipped in each draw.
        num_examples: Number of labels.
        num_draws: Number of draws.
        precision: Share of the suspects that were flipped.
        recall: Share of the flipped labels that are suspects.
        top_precision: Share of flipped labels among the first suspects, as many as were flipped.
        plain_precision: Precision of the plain rule that suspects every label that differs from the prediction.
        plain_recall: Recall of the plain rule.
        estimated: Estimated share of wrong labels.
    """

    num_flipped: int
    num_examples: int
    num_draws: int
    precision: Estimate
    recall: Estimate
    top_precision: Estimate
    plain_precision: Estimate
    plain_recall: Estimate
    estimated: Estimate

    @property
    def flipped_share(self) -> float:
        """Share of the labels that were flipped, which is the precision of suspecting labels at random."""
        return self.num_flipped / self.num_examples


def find_suspects(
    probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
) -> Suspects:
    """Find the labels that are likely to be wrong, by confident learning.

    The threshold of a class is its mean probability over the examples with that label. An example is confidently of the
    class with the largest probability among those whose threshold it reaches. Where that is not its label, the label is
    a suspect. The counts, scaled to the number of examples that each label has, estimate the share of wrong labels.

    The probabilities must come from a network that was not trained on these labels: such a network remembers them.

    Args:
        probabilities: A row for each example.
        labels: Label of each example.

    Returns:
        The suspects, ranked by normalised margin.

    References:
        Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021): equations 1
        and 2 for the confident joint, method 2 of section 3.2, the examples off its diagonal, and normalised margin.
    """
    wide = probabilities.astype(np.float64)
    num, num_classes = wide.shape
    sizes = np.bincount(labels, minlength=num_classes)
    labelled = wide[np.arange(num), labels]
    sums = np.bincount(labels, weights=labelled, minlength=num_classes)
    thresholds = np.divide(sums, sizes, out=np.full(num_classes, np.nan), where=sizes > 0)
    # The mean of equal numbers may exceed them by a rounding, and each must reach it.
    reaches = wide >= np.where(sizes > 0, thresholds * (1.0 - 1e-12), np.inf)
    likely = np.where(reaches, wide, -1.0).argmax(axis=1)
    is_sure = reaches.any(axis=1)
    joint = np.bincount(labels[is_sure] * num_classes + likely[is_sure], minlength=num_classes**2)
    joint = joint.reshape(num_classes, num_classes)
    others = wide.copy()
    others[np.arange(num), labels] = -1.0
    margins = labelled - others.max(axis=1)
    suspects = np.flatnonzero(is_sure & (likely != labels))
    suspects = suspects[np.argsort(margins[suspects], kind="stable")]
    return Suspects(thresholds, joint, suspects, likely[suspects], margins[suspects], _wrong_share(joint, sizes))


def _wrong_share(joint: Int[np.ndarray, "classes classes"], sizes: Int[np.ndarray, " classes"]) -> float:
    """Estimate the share of wrong labels from the confident joint, with its rows scaled to the labels' numbers."""
    totals = joint.sum(axis=1)
    kept = np.divide(np.diag(joint), totals, out=np.ones(len(totals)), where=totals > 0)
    return float(((1.0 - kept) * sizes).sum() / sizes.sum())


def check_by_flipping(
    probabilities: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    *,
    share: float = FLIPPED_SHARE,
    num_draws: int = NUM_DRAWS,
    seed: int = 0,
) -> FlipCheck:
    """Flip labels at random in copies, and measure how many of them `find_suspects` finds.

    A flipped label becomes one of the other classes among the labels, all with the same probability. The network is not
    trained again, so it was never trained on the wrong labels.

    Args:
        probabilities: A row for each example.
        labels: Labels as they are, of at least two classes.
        share: Share of the labels to flip; at least one is.
        num_draws: Number of draws.
        seed: Seed of the draws.

    Returns:
        Precision and recall.
    """
    num = len(labels)
    num_flipped = max(1, round(share * num))
    present = np.unique(labels)
    predicted = probabilities.argmax(axis=1)
    rows = []
    for draw in range(num_draws):
        rng = generator(seed, "flipped labels", draw)
        changed = flip_labels(labels, num_flipped, rng, classes=present)
        rows.append(_check_draw(probabilities, changed, predicted, changed != labels))
    columns = np.array(rows).T
    return FlipCheck(num_flipped, num, num_draws, *(_over_draws(column) for column in columns))


def _check_draw(
    probabilities: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    predicted: Int[np.ndarray, " examples"],
    is_flipped: Bool[np.ndarray, " examples"],
) -> tuple[float, ...]:
    suspects = find_suspects(probabilities, labels)
    num_flipped = int(is_flipped.sum())
    hits, plain = is_flipped[suspects.rows], is_flipped[predicted != labels]
    return (
        _share_of(hits),
        int(hits.sum()) / num_flipped,
        _share_of(hits[:num_flipped]),
        _share_of(plain),
        int(plain.sum()) / num_flipped,
        suspects.share,
    )


def _share_of(hits: Bool[np.ndarray, " suspects"]) -> float:
    """Return the share of hits; 0 where nothing is suspected."""
    return float(hits.mean()) if len(hits) else 0.0


def _over_draws(values: Sequence[float] | np.ndarray) -> Estimate:
    mean, _, interval = mean_and_deviation([float(value) for value in values])
    low, high = interval or (0.0, 1.0)
    return Estimate(mean, max(0.0, low), min(1.0, high))
