"""Losses at many points: against closed forms, PyTorch and the evaluation of one network."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom

from descentlab.evaluation import infer
from descentlab.labs.landscape.measure import Normalization, Sample, _survey, draw_direction, rescale, weight_space
from descentlab.networks import HostArrays, Network, build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    CrossEntropySpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    HeadSpec,
    MaxPool2DSpec,
)
from descentlab.training import precision_of
from tests.labs.landscape.conftest import dense_network, flowers, survey_of, with_biases

AT = np.linspace(-1.0, 1.0, 9)


def grid_shares(at: np.ndarray) -> np.ndarray:
    one, two = (axis.ravel() for axis in np.meshgrid(at, at))
    return np.stack([np.ones(len(one)), one, two], axis=1)


def line_losses(network: Network, params: HostArrays, normalization: Normalization, sample: Sample) -> np.ndarray:
    space = weight_space(network)
    weights = space.flatten(params)
    direction = draw_direction(space, weights, seed=1, normalization=normalization)
    survey = survey_of(network, {"train": sample})
    return survey.measure(np.stack([weights, direction]), np.stack([np.ones(9), AT], axis=1), part="train").loss


def test_a_linear_model_s_loss_on_a_plane_is_its_closed_form() -> None:
    network = build_network([DenseSpec(name="out")], (3,), 1)
    rng = np.random.default_rng(1)
    sample = Sample(rng.normal(size=(40, 3)), rng.normal(size=40))
    survey = survey_of(network, {"train": sample}, classes=0)
    anchors = rng.normal(size=(3, 4))
    found = survey.measure(anchors, grid_shares(AT), part="train")
    # The vector is (bias, weights); the loss of one output is (x.w + b - y)^2, a quadratic in both coordinates.
    x = np.concatenate([np.ones((40, 1)), sample.inputs], axis=1)
    residuals = x @ anchors[0] - sample.targets
    one, two = x @ anchors[1], x @ anchors[2]
    expected = [
        np.mean(residuals**2)
        + 2.0 * a * np.mean(residuals * one)
        + 2.0 * b * np.mean(residuals * two)
        + a * a * np.mean(one**2)
        + 2.0 * a * b * np.mean(one * two)
        + b * b * np.mean(two**2)
        for b in AT
        for a in AT
    ]
    np.testing.assert_allclose(found.loss, expected, rtol=1e-12)
    assert found.accuracy is None


def test_a_convolutional_network_is_measured_as_pytorch_does() -> None:
    model = [
        Conv2DSpec(name="conv", filters=3, activation="relu"),
        MaxPool2DSpec(),
        BatchNormSpec(name="norm"),
        FlattenSpec(),
        DropoutSpec(rate=0.5),
        DenseSpec(name="out"),
    ]
    network = build_network(model, (4, 4, 2), 5)
    rng = np.random.default_rng(2)
    sample = Sample(rng.normal(size=(300, 4, 4, 2)), rng.integers(0, 5, 300))
    params = with_biases(network, 4)
    space = weight_space(network)
    anchors = np.stack([space.flatten(params), rng.normal(size=space.size)])
    found = survey_of(network, {"train": sample}, classes=5).measure(anchors, np.array([[1.0, 0.3]]), part="train")
    moved = space.unflatten(anchors[0] + 0.3 * anchors[1])
    x = torch.tensor(np.moveaxis(sample.inputs, -1, 1).copy())
    kernel = torch.tensor(np.transpose(moved["conv"]["weight"], (3, 2, 0, 1)).copy())
    x = F.max_pool2d(F.relu(F.conv2d(x, kernel, torch.tensor(moved["conv"]["bias"]), padding=1)), 2)
    scale, shift = (torch.tensor(moved["norm"][role]) for role in ("scale", "shift"))
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
    x = F.batch_norm(x, mean, variance, scale, shift, training=False, eps=1e-5)
    logits = x.permute(0, 2, 3, 1).reshape(300, -1) @ torch.tensor(moved["out"]["weight"])
    logits = logits + torch.tensor(moved["out"]["bias"])
    assert found.loss[0] == pytest.approx(float(F.cross_entropy(logits, torch.tensor(sample.targets))), rel=1e-6)
    assert found.accuracy is not None
    assert found.accuracy[0] == pytest.approx(float((logits.argmax(1).numpy() == sample.targets).mean()))


def test_every_part_is_measured_as_the_evaluation_of_one_network_does() -> None:
    network = dense_network(6)
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(3))
    samples = {"train": flowers(50), "test": flowers(31)}
    survey = survey_of(network, samples, dtype="float32")
    anchors = np.stack([survey.space.flatten(with_biases(network, seed)) for seed in (0, 1)])
    shares = np.stack([1.0 - np.linspace(0, 1, 5), np.linspace(0, 1, 5)], axis=1)
    for part, sample in samples.items():
        found = survey.measure(anchors, shares, part=part, keeps_examples=True)
        for point, share in enumerate(shares):
            params = {
                layer: {role: array.astype(np.float32) for role, array in roles.items()}
                for layer, roles in survey.space.unflatten(share @ anchors).items()
            }
            told = infer(network, objective, params, {}, sample.inputs.astype(np.float32), sample.targets)
            assert found.losses is not None
            assert found.accuracy is not None
            np.testing.assert_allclose(found.losses[point], told.losses, rtol=1e-4, atol=1e-6)
            assert found.accuracy[point] == pytest.approx((told.logits.argmax(axis=1) == sample.targets).mean())


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "linear"])
def test_lines_along_normalised_filters_do_not_see_how_the_same_network_is_written(activation: str) -> None:
    network, sample = dense_network(6, 5, activation=activation), flowers()
    params = with_biases(network, 2)
    other = rescale(network, params, 10.0)
    assert other is not None
    before, after = (line_losses(network, arrays, "filter", sample) for arrays in (params, other.params))
    np.testing.assert_allclose(after, before, rtol=1e-9)
    before, after = (line_losses(network, arrays, "none", sample) for arrays in (params, other.params))
    assert after[4] == pytest.approx(before[4], rel=1e-9)
    assert np.abs(after / before - 1.0).max() > 0.2


def test_the_same_holds_of_convolutions_and_pooling() -> None:
    model = [
        Conv2DSpec(name="conv", filters=3),
        ActivationSpec(function="relu"),
        MaxPool2DSpec(),
        FlattenSpec(),
        DenseSpec(name="out"),
    ]
    network = build_network(model, (4, 4, 1), 3)
    rng = np.random.default_rng(0)
    sample = Sample(rng.normal(size=(40, 4, 4, 1)), rng.integers(0, 3, 40))
    params = with_biases(network, 2)
    other = rescale(network, params, 0.1)
    assert other is not None
    assert (other.multiplied, other.divided) == ("conv", "out")
    before, after = (line_losses(network, arrays, "filter", sample) for arrays in (params, other.params))
    np.testing.assert_allclose(after, before, rtol=1e-9)


def test_where_no_factor_passes_through_there_is_no_other_way_to_write_a_network() -> None:
    tanh = dense_network(6, activation="tanh")
    assert rescale(tanh, tanh.draw(0), 2.0) is None
    alone = dense_network()
    assert rescale(alone, alone.draw(0), 2.0) is None


def test_points_in_many_pieces_are_those_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    network, sample = dense_network(6), flowers(37)
    anchors = np.random.default_rng(0).normal(size=(3, weight_space(network).size))
    whole = survey_of(network, {"train": sample}).measure(anchors, grid_shares(AT), part="train")
    monkeypatch.setattr(_survey, "MAX_PIECE", 7)
    monkeypatch.setattr(_survey, "CHUNK", 10)
    told: list[tuple[int, int]] = []
    pieces = survey_of(network, {"train": sample}).measure(
        anchors, grid_shares(AT), part="train", on_progress=lambda done, total: told.append((done, total))
    )
    np.testing.assert_allclose(pieces.loss, whole.loss, rtol=1e-13)
    np.testing.assert_array_equal(pieces.accuracy, whole.accuracy)
    assert told == [(min(7 * (k + 1), 81), 81) for k in range(12)]


def test_a_loss_too_large_for_a_number_is_no_error() -> None:
    network, sample = dense_network(6), flowers()
    anchors = np.full((1, weight_space(network).size), 1e300)
    found = survey_of(network, {"train": sample}).measure(anchors, np.array([[1.0], [0.0]]), part="train")
    assert not np.isfinite(found.loss[0])
    assert found.loss[1] == pytest.approx(np.log(3.0))


def test_double_precision_is_kept_in_the_threads_that_measure() -> None:
    network, sample = dense_network(6), flowers()
    survey = survey_of(network, {"train": sample})
    anchors = survey.space.flatten(with_biases(network, 0))[None]
    with precision_of("float32"):
        found = survey.measure(anchors, np.full((50, 1), 1.0), part="train", keeps_examples=True)
    assert found.losses is not None
    assert found.losses.dtype == np.float64
