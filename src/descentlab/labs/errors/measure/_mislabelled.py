"""Which labels are likely to be wrong, by confident learning; and whether that finds labels flipped on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import generator
from descentlab.evaluation import Interval, mean_and_deviation

FLIPPED_SHARE = 0.05
NUM_DRAWS = 20


@dataclass(frozen=True, eq=False)
class Suspects:
    """Labels that the network confidently contradicts.

    Attributes:
        thresholds: By class, the mean probability that examples labelled so get of it; NaN for a class without.
        joint: How many examples labelled by row are confidently of the class of the column.
        rows: The examples off its diagonal, the smallest normalised margin first.
        likely: The class that each of them confidently is.
        margins: Their normalised margins: the label's probability less the largest of the others.
        share: Estimated share of all labels that are wrong.
    """

    thresholds: Float[np.ndarray, " classes"]
    joint: Int[np.ndarray, "classes classes"]
    rows: Int[np.ndarray, " suspects"]
    likely: Int[np.ndarray, " suspects"]
    margins: Float[np.ndarray, " suspects"]
    share: float


@dataclass(frozen=True)
class Share:
    """A share over several draws, with the 95% interval of its mean."""

    mean: float
    interval: Interval


@dataclass(frozen=True)
class FlipCheck:
    """How well labels that were flipped on purpose are found.

    A label that was wrong before counts as a false alarm here, so that the precision can only be too low.

    Attributes:
        num_flipped: Labels flipped in each draw.
        num_examples: Of so many.
        num_draws: Draws.
        precision: Share of the suspects that were flipped.
        recall: Share of the flipped labels that are suspects.
        top_precision: Share flipped among the first suspects, as many as were flipped.
        plain_precision: The same as `precision` for the plain rule that suspects every example told otherwise.
        plain_recall: Its recall.
        estimated: Estimated share of wrong labels.
    """

    num_flipped: int
    num_examples: int
    num_draws: int
    precision: Share
    recall: Share
    top_precision: Share
    plain_precision: Share
    plain_recall: Share
    estimated: Share

    @property
    def flipped_share(self) -> float:
        """Share of the labels that were flipped, which is the precision of pointing at random."""
        return self.num_flipped / self.num_examples


def find_suspects(
    probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
) -> Suspects:
    """Find the labels that are likely to be wrong, by confident learning.

    A class's threshold is the mean probability that the examples labelled so get of it. An example is confidently of
    the class that, among those whose threshold it reaches, it has the greatest probability of. Where that is not its
    label, the label is a suspect. The counts, brought to the number of examples that each label has, estimate the share
    of labels that are wrong.

    The probabilities must come from a network that did not learn from these labels: one that did remembers them.

    Args:
        probabilities: One row an example.
        labels: The label of each.

    Returns:
        The suspects, ranked by normalised margin.

    References:
        Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021): equations 1
        and 2 for the confident joint, method 2 of section 3.2, the examples off its diagonal, and normalised margin.
    """
    wide = probabilities.astype(np.float64)
    num, num_classes = wide.shape
    sizes = np.bincount(labels, minlength=num_classes)
    own = wide[np.arange(num), labels]
    sums = np.bincount(labels, weights=own, minlength=num_classes)
    thresholds = np.divide(sums, sizes, out=np.full(num_classes, np.nan), where=sizes > 0)
    # The mean of equal numbers may exceed them by a rounding, and each must reach it.
    reaches = wide >= np.where(sizes > 0, thresholds * (1.0 - 1e-12), np.inf)
    likely = np.where(reaches, wide, -1.0).argmax(axis=1)
    is_sure = reaches.any(axis=1)
    joint = np.bincount(labels[is_sure] * num_classes + likely[is_sure], minlength=num_classes**2)
    joint = joint.reshape(num_classes, num_classes)
    others = wide.copy()
    others[np.arange(num), labels] = -1.0
    margins = own - others.max(axis=1)
    found = np.flatnonzero(is_sure & (likely != labels))
    found = found[np.argsort(margins[found], kind="stable")]
    return Suspects(thresholds, joint, found, likely[found], margins[found], _wrong_share(joint, sizes))


def _wrong_share(joint: Int[np.ndarray, "classes classes"], sizes: Int[np.ndarray, " classes"]) -> float:
    """Estimate the share of wrong labels from the confident joint, its rows brought to the labels' own numbers."""
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
    """Flip labels at random in copies, and see how many of them `find_suspects` finds.

    Each flipped label becomes one of the other classes that are there, all with the same chance. The network is not
    trained again, so that it has not seen the wrong labels.

    Args:
        probabilities: One row an example.
        labels: The labels as they are, of at least two classes.
        share: Of the labels to flip; at least one is.
        num_draws: How often.
        seed: Draws them.

    Returns:
        Precision and recall.
    """
    num = len(labels)
    num_flipped = max(1, round(share * num))
    present = np.unique(labels)
    told = probabilities.argmax(axis=1)
    rows = []
    for draw in range(num_draws):
        rng = generator(seed, "flipped labels", draw)
        flipped = rng.permutation(num)[:num_flipped]
        # The place of the new class is counted on from the old one's, so that it is never the same.
        places = np.searchsorted(present, labels[flipped]) + rng.integers(1, len(present), num_flipped)
        changed = labels.copy()
        changed[flipped] = present[places % len(present)]
        is_flipped = np.zeros(num, np.bool_)
        is_flipped[flipped] = True
        rows.append(_one_check(probabilities, changed, told, is_flipped))
    columns = np.array(rows).T
    return FlipCheck(num_flipped, num, num_draws, *(_over_draws(column) for column in columns))


def _one_check(
    probabilities: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    told: Int[np.ndarray, " examples"],
    is_flipped: Bool[np.ndarray, " examples"],
) -> tuple[float, ...]:
    found = find_suspects(probabilities, labels)
    num_flipped = int(is_flipped.sum())
    hits, plain = is_flipped[found.rows], is_flipped[told != labels]
    return (
        _share_of(hits),
        int(hits.sum()) / num_flipped,
        _share_of(hits[:num_flipped]),
        _share_of(plain),
        int(plain.sum()) / num_flipped,
        found.share,
    )


def _share_of(hits: Bool[np.ndarray, " pointed"]) -> float:
    """Return the share of hits; 0 where nothing was pointed at."""
    return float(hits.mean()) if len(hits) else 0.0


def _over_draws(values: Sequence[float] | np.ndarray) -> Share:
    mean, _, interval = mean_and_deviation([float(value) for value in values])
    low, high = interval or (0.0, 1.0)
    return Share(mean, (max(0.0, low), min(1.0, high)))
