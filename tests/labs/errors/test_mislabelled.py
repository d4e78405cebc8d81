"""Confident learning beside a second implementation, word for word from the paper, and beside planted labels."""

import numpy as np
import pytest

from descentlab.labs.errors.measure import Suspects, _mislabelled, check_by_flipping, find_suspects


def predictions(num: int = 600, num_classes: int = 4, sharpness: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities of a network that is mostly right, and the true labels."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, num_classes, num)
    logits = rng.normal(size=(num, num_classes)) + sharpness * np.eye(num_classes)[truth]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), truth


def by_the_paper(p: np.ndarray, labels: np.ndarray) -> tuple[list[list[int]], list[int], float]:
    """Northcutt, Jiang and Chuang (2021), equations 1 to 3, example by example."""
    num_classes = p.shape[1]
    t = [float(np.mean([p[x][j] for x in range(len(p)) if labels[x] == j])) for j in range(num_classes)]
    counts = [[0] * num_classes for _ in range(num_classes)]
    off = []
    for x in range(len(p)):
        above = [j for j in range(num_classes) if p[x][j] >= t[j]]
        if above:
            j = max(above, key=lambda k: p[x][k])
            counts[labels[x]][j] += 1
            if j != labels[x]:
                off.append(x)
    margin = {x: p[x][labels[x]] - max(p[x][k] for k in range(num_classes) if k != labels[x]) for x in off}
    wrong = 0.0
    for i in range(num_classes):
        size = int(np.sum(labels == i))
        joint = [counts[i][j] / sum(counts[i]) * size for j in range(num_classes)]
        wrong += (size - joint[i]) / len(p)
    return counts, sorted(off, key=lambda x: margin[x]), wrong


@pytest.mark.parametrize("sharpness", [1.0, 3.0, 6.0])
def test_it_does_what_the_paper_says(sharpness: float) -> None:
    probabilities, truth = predictions(sharpness=sharpness)
    labels = truth.copy()
    labels[::17] = (labels[::17] + 1) % 4
    suspects = find_suspects(probabilities, labels)
    counts, order, wrong = by_the_paper(probabilities, labels)
    np.testing.assert_array_equal(suspects.joint, counts)
    assert suspects.rows.tolist() == order
    assert suspects.share == pytest.approx(wrong)
    assert np.all(np.diff(suspects.margins) >= 0.0)


def test_planted_labels_are_found_and_named() -> None:
    probabilities, truth = predictions(sharpness=9.0)
    planted = np.arange(0, 600, 20)
    labels = truth.copy()
    labels[planted] = (truth[planted] + 2) % 4
    suspects = find_suspects(probabilities, labels)
    assert set(planted) <= set(suspects.rows[: len(planted) + 3].tolist())
    is_planted = np.isin(suspects.rows, planted)
    np.testing.assert_array_equal(suspects.likely[is_planted], truth[suspects.rows[is_planted]])
    assert suspects.share == pytest.approx(len(planted) / 600, abs=0.01)


def test_equal_probabilities_reach_their_own_mean() -> None:
    """The mean of many equal numbers may be a rounding above them."""
    probabilities = np.tile([0.9, 0.1], (3_000, 1))
    suspects = find_suspects(probabilities, np.zeros(3_000, np.int64))
    assert suspects.joint[0, 0] == 3_000
    assert np.isnan(suspects.thresholds[1])


def test_the_check_counts_what_it_flipped() -> None:
    probabilities, truth = predictions(sharpness=9.0)
    check = check_by_flipping(probabilities, truth, share=0.1, num_draws=8)
    assert (check.num_flipped, check.num_examples, check.flipped_share) == (60, 600, 0.1)
    assert check.precision.value > 0.95
    assert check.recall.value > 0.85
    # The network is right nearly always, so that whatever differs from its answer was flipped.
    is_right = (probabilities.argmax(axis=1) == truth).mean()
    assert check.plain_recall.value == pytest.approx(is_right, abs=0.02)
    assert check.estimated.low - 0.02 < 0.1 < check.estimated.high + 0.02


def test_a_network_that_knows_nothing_finds_nothing() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), 2_000)
    check = check_by_flipping(probabilities, rng.integers(0, 4, 2_000), share=0.1, num_draws=8)
    assert check.precision.value == pytest.approx(0.1, abs=0.02)


def test_flipped_labels_are_others_of_the_classes_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.tile([0.1, 0.4, 0.1, 0.2, 0.2], (60, 1))
    labels = np.array([1, 3, 4])[np.arange(60) % 3]
    watched = []

    def watch(probabilities: np.ndarray, changed: np.ndarray) -> Suspects:
        watched.append(changed)
        return find_suspects(probabilities, changed)

    monkeypatch.setattr(_mislabelled, "find_suspects", watch)
    check_by_flipping(probabilities, labels, share=0.5, num_draws=10)
    assert [int((changed != labels).sum()) for changed in watched] == [30] * 10
    pairs = {(int(a), int(b)) for changed in watched for a, b in zip(labels, changed, strict=True) if a != b}
    assert pairs == {(1, 3), (1, 4), (3, 1), (3, 4), (4, 1), (4, 3)}
