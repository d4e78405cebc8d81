"""What single channels look for: kernels, strongest examples, preferred inputs."""

from dataclasses import replace

import numpy as np
import pytest

from descentlab.representations import (
    Box,
    WeightedNetwork,
    depth_names,
    find_preferred,
    find_strongest,
    first_kernels,
    receptive_field,
    untrained,
    weighted_layers,
)
from descentlab.spec import BatchNormSpec, Conv2DSpec, DenseSpec, FlattenSpec, GlobalAvgPool2DSpec
from tests.representations.conftest import weighted


def test_kernels_are_the_first_layers_weights(small_cnn: WeightedNetwork, linear: WeightedNetwork) -> None:
    found = first_kernels(small_cnn)
    assert found is not None
    assert found.layer == "conv1"
    assert (found.weights[3, :, :, 0] == small_cnn.params["conv1"]["weight"][:, :, 0, 3]).all()
    dense = first_kernels(linear)
    assert dense is not None
    # Pixel (2, 3) of pictures four pixels wide is the twelfth.
    assert dense.weights[1, 2, 3, 0] == linear.params["output"]["weight"][11, 1]
    assert first_kernels(weighted([GlobalAvgPool2DSpec(), DenseSpec()], (6, 6, 2))) is None


def test_layers_are_named_by_what_they_do(small_cnn: WeightedNetwork) -> None:
    assert depth_names(small_cnn.network) == ("conv1", "pool1", "conv2", "output")
    assert [layer.name for layer in weighted_layers(small_cnn.network)] == ["conv1", "conv2", "output"]


def test_the_strongest_examples_hold_the_planted_pattern() -> None:
    pattern = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    net = weighted([Conv2DSpec(name="first", filters=2)], (14, 14, 1), 2)
    net = replace(net, params={"first": {"weight": np.stack([pattern, -pattern], -1)[:, :, None], "bias": np.zeros(2)}})
    pictures = np.random.default_rng(0).uniform(0.4, 0.6, (200, 14, 14, 1)).astype(np.float32)
    places = {17: (2, 9), 150: (11, 4)}
    for row, (top, left) in places.items():
        pictures[row, top : top + 3, left : left + 3, 0] = pattern > 0
    found = find_strongest(net, "first", pictures, count=3)
    assert set(found.rows[0, :2].tolist()) == set(places)
    assert found.answers[0, :2].tolist() == [5.0, 5.0]
    for row, box in zip(found.rows[0, :2], found.boxes[0][:2], strict=True):
        assert box == Box(*places[int(row)], 3, 3)
    assert len(set(found.rows[1].tolist())) == 3
    assert (np.diff(found.answers, axis=1) <= 0.0).all()


def test_a_dense_unit_sees_the_whole_of_its_strongest_examples(
    small_cnn: WeightedNetwork, pictures: np.ndarray
) -> None:
    found = find_strongest(small_cnn, "output", pictures, count=2)
    logits = small_cnn.logits(pictures)
    assert found.rows[:, 0].tolist() == logits.argmax(axis=0).tolist()
    assert found.boxes[0][0] == Box(0, 0, 12, 10)


def test_the_preferred_input_of_a_linear_unit_is_where_its_weights_are_positive(linear: WeightedNetwork) -> None:
    found = find_preferred(linear, "output", np.array([0, 2]), smoothness=0.0)
    weight = linear.params["output"]["weight"][:, [0, 2]].T.reshape(2, 5, 4)
    clear = np.abs(weight) > 0.1 * np.abs(weight).max()
    assert ((found.pictures[..., 0] > 0.5) == (weight > 0.0))[clear].all()
    wanted = np.maximum(weight, 0.0).sum(axis=(1, 2)) + linear.params["output"]["bias"][[0, 2]]
    np.testing.assert_allclose(found.answers, wanted, rtol=0.02)


def test_a_preferred_input_is_stronger_than_any_noise_and_the_same_every_time(small_cnn: WeightedNetwork) -> None:
    channels = np.arange(5)
    found = find_preferred(small_cnn, "conv2", channels)
    again = find_preferred(small_cnn, "conv2", channels)
    assert (found.pictures == again.pictures).all()
    assert (found.pictures.min(), found.pictures.max()) == pytest.approx((0.0, 1.0), abs=0.3)
    noise = np.random.default_rng(0).random((500, 12, 10, 1)).astype(np.float32)
    real = small_cnn.record_all(noise, ["conv2/preactivation"])["conv2/preactivation"][:, 3, 2]
    assert (found.answers > real.max(axis=0)).all()


def test_channels_are_climbed_each_for_itself(small_cnn: WeightedNetwork) -> None:
    both = find_preferred(small_cnn, "conv2", np.array([1, 3]), smoothness=0.2)
    tap = "conv2/preactivation"
    answers = small_cnn.record_all(both.pictures, [tap])[tap][:, 3, 2]
    np.testing.assert_allclose(answers[[0, 1], [1, 3]], both.answers, rtol=1e-4)
    rough, smooth = (
        find_preferred(small_cnn, "conv2", np.array([1]), smoothness=share).pictures for share in (0.0, 0.5)
    )
    assert np.abs(np.diff(smooth, axis=1)).sum() < np.abs(np.diff(rough, axis=1)).sum()


def test_pixels_outside_its_field_are_left_grey(small_cnn: WeightedNetwork) -> None:
    found = find_preferred(small_cnn, "conv1", np.arange(4))
    field = receptive_field(small_cnn.network, "conv1")
    assert field is not None
    box = field.box((6, 5))
    outside = np.ones((12, 10), bool)
    outside[box.top : box.top + box.height, box.left : box.left + box.width] = False
    assert np.abs(found.pictures[:, outside] - 0.5).max() < 0.25


def test_an_untrained_network_with_batch_norm_has_the_statistics_of_its_pictures(pictures: np.ndarray) -> None:
    net = weighted([Conv2DSpec(name="c", filters=3), BatchNormSpec(name="b"), FlattenSpec(), DenseSpec()], (12, 10, 1))
    drawn = untrained(net.network, pictures, seed=3)
    values = drawn.record_all(pictures, ["c/activation", "b/activation"])
    np.testing.assert_allclose(values["b/activation"].mean(axis=(0, 1, 2)), 0.0, atol=1e-4)
    np.testing.assert_allclose(values["b/activation"].std(axis=(0, 1, 2)), 1.0, atol=1e-2)
