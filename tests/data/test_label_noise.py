"""Noise in the labels of the training set: how much, of which kind, and nowhere else."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from descentlab.core import SpecError
from descentlab.data import Dataset, flip_labels, load, prepare
from descentlab.spec import BundledData, DataSpec, PlaygroundData, PointsData, SplitSpec, SyntheticData

SPLIT = SplitSpec(test=0.3, validation=0.2)
KINDS: dict[str, DataSpec] = {
    "table": BundledData(name="iris"),
    "pictures": BundledData(name="digits"),
    "regression": BundledData(name="diabetes"),
    "playground": PlaygroundData(name="circle"),
    "points": PointsData(points=tuple((i / 10, -i / 10, "ab"[i % 2]) for i in range(40))),
    "synthetic": SyntheticData(name="normal"),
}


def pair(kind: str, seed: int = 0, **noise: Any) -> tuple[Dataset, Dataset]:
    """Prepare the same data without and with noise."""
    spec = KINDS[kind]
    noisy = type(spec).model_validate({**spec.model_dump(), **noise})
    return prepare(load(spec), SPLIT, seed), prepare(load(noisy), SPLIT, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_shuffling_touches_the_training_set_alone_and_keeps_its_labels(kind: str) -> None:
    plain, noisy = pair(kind, shuffled_labels=0.5)
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(noisy.part(part), plain.part(part))
    np.testing.assert_array_equal(noisy.inputs[:], plain.inputs[:])
    for part in ("validation", "test"):
        np.testing.assert_array_equal(noisy.targets[noisy.part(part)], plain.targets[plain.part(part)])
    before, after = plain.targets[plain.train], noisy.targets[noisy.train]
    np.testing.assert_array_equal(np.sort(after), np.sort(before))
    num_changed = int((before != after).sum())
    assert 0 < num_changed <= round(0.5 * len(before))
    assert f"so that {num_changed:,} are wrong" in noisy.notes[-1]
    assert (noisy.target_shift, noisy.target_scale) == (plain.target_shift, plain.target_scale)


@pytest.mark.parametrize("kind", ["table", "pictures", "playground", "points"])
def test_flipping_changes_exactly_the_share_named(kind: str) -> None:
    plain, noisy = pair(kind, flipped_labels=0.25)
    is_flipped = noisy.targets != plain.targets
    assert is_flipped.sum() == round(0.25 * len(plain.train))
    assert np.isin(np.flatnonzero(is_flipped), plain.train).all()
    assert f"{is_flipped.sum():,} of them are flipped to another class" in noisy.notes[-1]


def test_flipped_labels_become_each_other_class_equally_often() -> None:
    labels = np.random.default_rng(0).integers(0, 5, 20_000)
    flipped = flip_labels(labels, len(labels), np.random.default_rng(1), classes=np.arange(5))
    steps = np.bincount((flipped - labels) % 5, minlength=5)
    assert steps[0] == 0
    assert chisquare(steps[1:]).pvalue > 0.01


def test_wholly_shuffled_labels_say_nothing_of_the_true_ones() -> None:
    plain, noisy = pair("pictures", shuffled_labels=1.0)
    agreement = float((plain.targets[plain.train] == noisy.targets[noisy.train]).mean())
    assert agreement == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / len(plain.train)))


def test_noise_is_drawn_by_the_seed() -> None:
    first, again, other = (pair("table", seed, flipped_labels=0.3) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[1].targets, again[1].targets)
    rows = [np.flatnonzero(plain.targets != noisy.targets) for plain, noisy in (first, other)]
    assert not np.array_equal(rows[0], rows[1])


def test_both_kinds_of_noise_stand_in_one_note() -> None:
    _, noisy = pair("table", shuffled_labels=0.5, flipped_labels=0.1)
    assert re.search(r"shuffled among each other .* and .* flipped to another class", noisy.notes[-1])


def test_a_real_number_has_no_other_class() -> None:
    with pytest.raises(SpecError, match=r"data.flipped_labels=0.1 needs classes, .*diabetes is a real number"):
        pair("regression", flipped_labels=0.1)
