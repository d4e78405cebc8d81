"""Draws of a few examples of each class, and pictures of another size beside PyTorch's."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from descentlab.core import DataError
from descentlab.labs.transfer.measure import count_classes, draw_shots, fit_pictures
from tests.labs.transfer.conftest import digits

SHAPE = (8, 8, 1)


def draw(**changes: int) -> dict[str, int]:
    return {"per_class": 10, "num_choose": 200, "num_test": 150, "seed": 0, **changes}


def test_the_first_of_a_draw_are_as_many_of_each_class() -> None:
    shots = draw_shots(digits(0), SHAPE, **draw())
    assert len(shots.dataset.train) == 100
    before: set[int] = set()
    for per_class in (1, 3, 10):
        labels = shots.labels("train", per_class)
        np.testing.assert_array_equal(np.bincount(labels), [per_class] * 10)
        own = set(shots.first(per_class).train.tolist())
        assert before <= own
        before = own


def test_what_is_learned_chosen_by_and_scored_is_kept_apart() -> None:
    dataset = digits(0)
    shots = draw_shots(dataset, SHAPE, **draw())
    parts = {name: shots.dataset.part(name) for name in ("train", "validation", "test")}
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 100, "validation": 200, "test": 150}
    everything = dataset.inputs[np.arange(len(dataset.targets))]
    known = {picture.tobytes(): row for row, picture in enumerate(everything)}
    rows = {name: {known[one.tobytes()] for one in shots.dataset.inputs[own]} for name, own in parts.items()}
    # Two digits of the whole set may be the same picture.
    assert len(rows["train"] & set(dataset.train.tolist())) >= 99
    assert len(rows["test"] & set(dataset.test.tolist())) >= 149
    assert not rows["train"] & rows["validation"]
    assert shots.dataset.inputs.dtype == np.uint8


def test_another_seed_draws_others_and_the_same_the_same() -> None:
    dataset = digits(0)
    first, again, other = (draw_shots(dataset, SHAPE, **draw(seed=seed)).real("train") for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_pictures_of_another_size_are_brought_to_it() -> None:
    dataset = digits(0)
    shots = draw_shots(dataset, (28, 28, 1), **draw(per_class=1))
    assert shots.dataset.input_shape == (28, 28, 1)
    assert shots.dataset.input_scale == 1.0
    assert 0.5 < shots.real("train").max() <= 1.0


@pytest.mark.parametrize("size", [(28, 20), (4, 3), (9, 7)])
def test_sizes_are_pytorchs(pictures: np.ndarray, size: tuple[int, int]) -> None:
    found = fit_pictures(pictures, (*size, 3))
    wanted = torch.nn.functional.interpolate(
        torch.tensor(pictures).permute(0, 3, 1, 2), size, mode="bilinear", align_corners=False, antialias=True
    )
    np.testing.assert_allclose(found, wanted.permute(0, 2, 3, 1).numpy(), atol=1e-5)


def test_colours_are_made_grey_and_grey_all_colours(pictures: np.ndarray) -> None:
    from PIL import Image

    grey = fit_pictures(pictures, (9, 7, 1))
    whole = (pictures * 255.0).round().astype(np.uint8)
    wanted = np.stack([np.asarray(Image.fromarray(one).convert("L")) for one in whole])
    np.testing.assert_allclose(255.0 * grey[..., 0], wanted, atol=1.5)
    np.testing.assert_array_equal(fit_pictures(grey, (9, 7, 3)), np.repeat(grey, 3, axis=3))
    with pytest.raises(DataError, match="3 channels cannot be brought to 2"):
        fit_pictures(pictures, (9, 7, 2))


def test_too_few_of_a_class_are_named_with_how_many_there_are() -> None:
    dataset = digits(0)
    fewest = min(count_classes(dataset))
    with pytest.raises(DataError, match=rf"digits has {fewest} training examples of '\d', and 500 of each class"):
        draw_shots(dataset, SHAPE, **draw(per_class=500))
    bare = replace(dataset, test=dataset.test[:0], validation=dataset.validation[:0])
    with pytest.raises(DataError, match="no part that is held out"):
        draw_shots(bare, SHAPE, **draw())
