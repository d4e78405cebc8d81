"""One picture under a network's eyes, beside closed forms, sums that must come out, and central differences."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from descentlab.core import SpecError
from descentlab.live import PictureReader
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    Conv2DSpec,
    CrossEntropySpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    HeadSpec,
    MaxPool2DSpec,
    SquaredErrorSpec,
)

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def reader() -> PictureReader:
    model = [
        Conv2DSpec(name="conv", filters=4, kernel=(3, 3), activation="relu"),
        MaxPool2DSpec(name="pool", window=(2, 2)),
        FlattenSpec(),
        DropoutSpec(rate=0.5),
        DenseSpec(name="output"),
    ]
    network = build_network(model, SHAPE, 10)
    params = network.draw(3)
    params["output"]["bias"] = np.linspace(-0.5, 0.5, 10)
    return PictureReader(network, build_objective(CrossEntropySpec(), HeadSpec(), task_of(10)), params, {})


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(1).uniform(0.05, 0.9, SHAPE).astype(np.float32)


def losses(reader: PictureReader, pictures: np.ndarray, label: int) -> np.ndarray:
    """PyTorch's word on the cost, in float64."""
    params = {name: {role: torch.from_numpy(np.asarray(array, np.float64)) for role, array in own.items()}
              for name, own in reader.net.params.items()}  # fmt: skip
    images = torch.from_numpy(np.asarray(pictures, np.float64)).permute(0, 3, 1, 2)
    kernels = params["conv"]["weight"].permute(3, 2, 0, 1)
    seen = functional.max_pool2d(
        functional.relu(functional.conv2d(images, kernels, params["conv"]["bias"], padding=1)), 2
    )
    logits = seen.permute(0, 2, 3, 1).flatten(1) @ params["output"]["weight"] + params["output"]["bias"]
    return functional.cross_entropy(logits, torch.full((len(images),), label), reduction="none").numpy()


def test_the_last_layer_s_terms_add_up_to_the_logits(reader: PictureReader, picture: np.ndarray) -> None:
    glance = reader.look(picture)
    parts = glance.contributions
    assert parts is not None
    assert parts.terms.shape == (64, 10)  # 8x8, pooled to 4x4, of 4 channels
    np.testing.assert_allclose(parts.logits, glance.logits, rtol=1e-5, atol=1e-5)
    terms = np.exp(glance.logits - glance.logits.max())
    np.testing.assert_allclose(glance.probabilities, terms / terms.sum(), rtol=1e-5)
    assert glance.winner == int(glance.logits.argmax())
    assert list(glance.maps) == ["conv", "pool", "output"]
    assert glance.maps["conv"].shape == (8, 8, 4)


def test_a_network_whose_last_layer_is_curved_has_no_terms() -> None:
    network = build_network([FlattenSpec(), DenseSpec(activation="tanh")], SHAPE, 10)
    reader = PictureReader(network, build_objective(CrossEntropySpec(), HeadSpec(), task_of(10)), network.draw(0), {})
    assert reader.look(np.zeros(SHAPE, np.float32)).contributions is None


def test_pixels_share_every_logit_out(reader: PictureReader, picture: np.ndarray) -> None:
    found = reader.attribute(picture)
    assert found.maps.shape == (10, 8, 8)
    np.testing.assert_allclose(found.logits, reader.look(picture).logits, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.maps.sum(axis=(1, 2)), found.logits - found.baseline_logits, atol=0.02)
    np.testing.assert_allclose(found.missed, 0.0, atol=0.02)


def test_pixels_of_a_linear_network_speak_by_weight_times_ink(picture: np.ndarray) -> None:
    network = build_network([FlattenSpec(), DenseSpec(name="output")], SHAPE, 10)
    params = network.draw(0)
    reader = PictureReader(network, build_objective(SquaredErrorSpec(), HeadSpec(), task_of(10)), params, {})
    expected = (params["output"]["weight"].reshape(8, 8, 10) * picture).transpose(2, 0, 1)
    np.testing.assert_allclose(reader.attribute(picture).maps, expected, atol=1e-6)


def test_the_wish_for_pixels_is_the_slope_that_differences_give(reader: PictureReader, picture: np.ndarray) -> None:
    wish = reader.wanted_change(picture, 4)
    eps = 1e-5
    ways = np.eye(64).reshape(64, *SHAPE) * eps
    both = losses(reader, np.concatenate([picture + ways, picture - ways]), 4)
    np.testing.assert_allclose(wish.picture.ravel(), -(both[:64] - both[64:]) / (2.0 * eps), atol=1e-6)
    assert wish.cost == pytest.approx(losses(reader, picture[None], 4)[0])


def test_the_step_along_the_wish_is_within_the_picture_and_does_what_is_told(
    reader: PictureReader, picture: np.ndarray
) -> None:
    wish = reader.wanted_change(picture, 4)
    assert wish.moved.min() >= 0.0
    assert wish.moved.max() <= 1.0
    assert np.linalg.norm(wish.moved - picture) <= 1.0 + 1e-6
    before, after = losses(reader, np.stack([picture, wish.moved]), 4)
    assert wish.actual_change == pytest.approx(after - before, abs=1e-6)
    assert wish.actual_change < 0.0
    assert wish.linear_change == pytest.approx(-(wish.picture * (wish.moved - picture)).sum())
    assert wish.moved_probability == pytest.approx(np.exp(-after), rel=1e-4)


def test_layers_share_the_squared_gradient_out(reader: PictureReader, picture: np.ndarray) -> None:
    wish = reader.wanted_change(picture, 0, top=5)
    assert [nudge.layer for nudge in wish.nudges] == ["conv", "pool", "flatten1", "dropout1", "output"]
    assert sum(nudge.share for nudge in wish.nudges) == pytest.approx(1.0)
    squares = [nudge.gradient**2 for nudge in wish.nudges if nudge.gradient is not None]
    assert sum(squares) == pytest.approx(wish.gradient**2)
    last = wish.nudges[-1]
    # Of softmax and cross-entropy: δ = p - y at the logits.
    told = reader.look(picture).probabilities - np.eye(10)[0]
    assert last.delta == pytest.approx(np.linalg.norm(told), rel=1e-4)
    np.testing.assert_allclose(wish.logit_changes, -told, atol=1e-5)
    sizes = [abs(each.gradient) for each in wish.effective]
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)


def test_what_takes_no_pictures_is_refused() -> None:
    network = build_network([DenseSpec()], (4,), 3)
    with pytest.raises(SpecError, match="takes pictures"):
        PictureReader(network, build_objective(CrossEntropySpec(), HeadSpec(), task_of(3)), network.draw(0), {})
