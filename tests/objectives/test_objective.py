"""Losses against PyTorch's, and the properties that make them trustworthy."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom
from hypothesis import given, settings, strategies as st
from jax.test_util import check_grads

from descentlab.objectives import Objective, Task, build_objective, task_of
from descentlab.spec import BinaryCrossEntropySpec, CrossEntropySpec, HeadSpec, HuberSpec, SquaredErrorSpec

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(16, 4)).astype(np.float32) * 3
LABELS = RNG.integers(0, 4, 16).astype(np.int32)
ONE_HOT = np.eye(4, dtype=np.float32)[LABELS]


def losses(objective: Objective, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return np.asarray(jax.jit(objective.losses)(logits, targets))


def test_cross_entropy_agrees_with_pytorch() -> None:
    theirs = F.cross_entropy(torch.tensor(LOGITS), torch.tensor(LABELS).long(), reduction="none").numpy()
    np.testing.assert_allclose(
        losses(build_objective(CrossEntropySpec(), HeadSpec(), task_of(4)), LOGITS, LABELS), theirs, rtol=1e-5
    )


def test_binary_cross_entropy_agrees_with_pytorch() -> None:
    two = build_objective(BinaryCrossEntropySpec(), HeadSpec(), task_of(2))
    labels = (LABELS > 1).astype(np.int32)
    theirs = F.binary_cross_entropy_with_logits(
        torch.tensor(LOGITS[:, 0]), torch.tensor(labels).float(), reduction="none"
    )
    np.testing.assert_allclose(losses(two, LOGITS[:, :1], labels), theirs.numpy(), rtol=1e-5, atol=1e-6)
    many = build_objective(BinaryCrossEntropySpec(), HeadSpec(), task_of(4))
    theirs = F.binary_cross_entropy_with_logits(torch.tensor(LOGITS), torch.tensor(ONE_HOT), reduction="none").sum(1)
    np.testing.assert_allclose(losses(many, LOGITS, LABELS), theirs.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("over", ["mean", "sum"])
def test_squared_error_agrees_with_numpy(over: Any) -> None:
    objective = build_objective(SquaredErrorSpec(over_outputs=over, factor=0.5), HeadSpec(), task_of(4))
    squares = 0.5 * (1 / (1 + np.exp(-LOGITS.astype(np.float64))) - ONE_HOT) ** 2
    expected = squares.sum(1) if over == "sum" else squares.mean(1)
    np.testing.assert_allclose(losses(objective, LOGITS, LABELS), expected, rtol=1e-4, atol=1e-6)


def test_tanh_targets_are_minus_one_and_one() -> None:
    objective = build_objective(SquaredErrorSpec(), HeadSpec(activation="tanh"), task_of(2))
    assert objective.num_outputs == 1
    values = losses(objective, np.array([[30.0], [-30.0]], np.float32), np.array([1, 1], np.int32))
    np.testing.assert_allclose(values, [0.0, 4.0], atol=1e-6)


def test_huber_agrees_with_pytorch() -> None:
    targets = RNG.normal(size=16).astype(np.float32)
    theirs = F.huber_loss(torch.tensor(LOGITS[:, 0]), torch.tensor(targets), reduction="none", delta=0.7).numpy()
    objective = build_objective(HuberSpec(delta=0.7), HeadSpec(), task_of(0))
    np.testing.assert_allclose(losses(objective, LOGITS[:, :1], targets), theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("spec", "classes", "activation"),
    [
        (CrossEntropySpec(), 4, "auto"),
        (BinaryCrossEntropySpec(), 4, "auto"),
        (SquaredErrorSpec(), 2, "tanh"),
        (SquaredErrorSpec(), 4, "softmax"),
        (HuberSpec(), 0, "auto"),
    ],
)
def test_every_loss_has_the_gradient_that_differences_give(spec: Any, classes: int, activation: Any) -> None:
    objective = build_objective(spec, HeadSpec(activation=activation), task_of(classes))
    logits = LOGITS[:, : objective.num_outputs].astype(np.float64)
    targets = LABELS % max(2, classes) if classes else RNG.normal(size=16)
    with jax.enable_x64(True):
        check_grads(jax.jit(lambda z: objective.losses(z, jnp.asarray(targets))), (logits,), 1, ["rev"])


def rows(size: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(-50, 50), min_size=size, max_size=size)


@settings(max_examples=50, deadline=None)
@given(shift=st.floats(-1e4, 1e4), row=st.sampled_from([2, 5]).flatmap(rows))
def test_softmax_is_non_negative_sums_to_one_and_ignores_a_shift(shift: float, row: list[float]) -> None:
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(len(row)))
    with jax.enable_x64(True):
        plain = np.asarray(objective.probabilities(jnp.asarray([row])))
        shifted = np.asarray(objective.probabilities(jnp.asarray([row]) + shift))
    assert (plain >= 0).all()
    np.testing.assert_allclose(plain.sum(), 1.0, rtol=1e-12)
    np.testing.assert_allclose(plain, shifted, atol=1e-9)


def test_cross_entropy_of_huge_logits_is_finite_and_exact() -> None:
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(2))
    values = losses(objective, np.array([[1000.0, 999.0], [0.0, 5000.0]], np.float32), np.array([0, 0], np.int32))
    np.testing.assert_allclose(values, [np.log1p(np.exp(-1.0)), 5000.0], rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(4)))
def test_relabelling_classes_permutes_probabilities_and_keeps_the_loss(order: list[int]) -> None:
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(4))
    permuted = LOGITS[:, order]
    relabelled = np.argsort(order)[LABELS].astype(np.int32)
    ours = np.asarray(objective.probabilities(jnp.asarray(permuted)))
    np.testing.assert_allclose(ours, np.asarray(objective.probabilities(jnp.asarray(LOGITS)))[:, order], rtol=1e-5)
    np.testing.assert_allclose(losses(objective, permuted, relabelled), losses(objective, LOGITS, LABELS), rtol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_smoothed_labels_agree_with_pytorch(share: float) -> None:
    ours = build_objective(CrossEntropySpec(), HeadSpec(), task_of(4)).smoothed_losses(
        jnp.asarray(LOGITS), jnp.asarray(LABELS), share
    )
    logits, labels = torch.tensor(LOGITS), torch.tensor(LABELS).long()
    theirs = F.cross_entropy(logits, labels, reduction="none", label_smoothing=share)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-6)
    several = build_objective(BinaryCrossEntropySpec(), HeadSpec(), Task("labels", 4))
    ours = several.smoothed_losses(jnp.asarray(LOGITS), jnp.asarray(ONE_HOT), share)
    halves = torch.tensor(ONE_HOT * (1 - share) + share / 2)
    theirs = F.binary_cross_entropy_with_logits(logits, halves, reduction="none").sum(1)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-6)


def test_squared_error_of_smoothed_labels_has_the_gradient_of_smoothed_targets() -> None:
    objective = build_objective(SquaredErrorSpec(), HeadSpec(activation="linear"), task_of(4))
    ours = jax.grad(lambda logits: objective.smoothed_losses(logits, jnp.asarray(LABELS), 0.2).sum())(
        jnp.asarray(LOGITS)
    )
    np.testing.assert_allclose(ours, 2 * (LOGITS - (0.8 * ONE_HOT + 0.2 / 4)) / 4, rtol=1e-5, atol=1e-6)
