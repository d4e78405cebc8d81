"""Saliency where it has a closed form, and its sanity checks."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from descentlab.representations import WeightedNetwork, explain, rank_correlation


def test_of_a_linear_network_all_is_known(linear: WeightedNetwork) -> None:
    picture = np.random.default_rng(0).random((5, 4, 1)).astype(np.float32)
    weight = linear.params["output"]["weight"][:, 2].reshape(5, 4)
    found = explain(linear, picture, 2)
    np.testing.assert_allclose(found.maps["gradient"], weight, atol=1e-6)
    np.testing.assert_allclose(found.maps["integrated gradients"], weight * picture[:, :, 0], atol=1e-6)
    padded = np.pad(weight * picture[:, :, 0], 1)
    nine = sum(padded[a : a + 5, b : b + 4] for a in range(3) for b in range(3))
    np.testing.assert_allclose(found.maps["occlusion"], nine, atol=1e-5)
    assert found.completeness_error < 1e-4


def test_gradients_are_pytorchs(small_cnn: WeightedNetwork) -> None:
    picture = np.random.default_rng(1).random((12, 10, 1)).astype(np.float32)
    tensors = {
        name: {role: torch.tensor(value) for role, value in own.items()} for name, own in small_cnn.params.items()
    }
    x = torch.tensor(picture, dtype=torch.float64).permute(2, 0, 1)[None].requires_grad_()
    out = x
    for name in ("conv1", "conv2"):
        own = tensors[name]
        out = torch.relu(torch.nn.functional.conv2d(out, own["weight"].permute(3, 2, 0, 1), own["bias"], padding=1))
        out = torch.nn.functional.max_pool2d(out, 2) if name == "conv1" else out
    logits = out.permute(0, 2, 3, 1).reshape(1, -1) @ tensors["output"]["weight"] + tensors["output"]["bias"]
    logits[0, 1].backward()
    assert x.grad is not None
    found = explain(small_cnn, picture, 1)
    np.testing.assert_allclose(found.maps["gradient"], x.grad[0, 0].numpy(), atol=1e-5)
    assert found.logit == pytest.approx(float(logits[0, 1].detach()), abs=1e-5)


def test_integrated_gradients_add_up_better_with_more_steps(small_cnn: WeightedNetwork) -> None:
    picture = np.random.default_rng(1).random((12, 10, 1)).astype(np.float32)
    rough, fine = (explain(small_cnn, picture, 0, steps=steps).completeness_error for steps in (2, 256))
    assert fine < 0.01
    assert fine < rough


def test_covering_a_pixel_that_nothing_hangs_on_changes_nothing(small_cnn: WeightedNetwork) -> None:
    picture = np.zeros((12, 10, 1), np.float32)
    picture[:3, :3] = 0.7
    found = explain(small_cnn, picture, 0)
    assert np.abs(found.maps["occlusion"][6:, 6:]).max() < 1e-6
    assert (found.maps["integrated gradients"][4:, 4:] == 0.0).all()
    assert np.abs(found.maps["occlusion"][:3, :3]).max() > 0.0


def test_ranks_are_compared_as_scipy_does() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(6, 7)), rng.normal(size=(6, 7))
    one[:2] = 0.0
    within = rng.random((6, 7)) > 0.3
    wanted, _ = spearmanr(np.abs(one[within]), np.abs(other[within]))
    assert rank_correlation(one, other, within) == pytest.approx(wanted)
    assert rank_correlation(one, -2.0 * one) == pytest.approx(1.0)
    assert np.isnan(rank_correlation(one * 0.0, other))
