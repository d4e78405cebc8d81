"""Every loss after every head for every task, beside PyTorch; what is refused; and what an answer is."""

import typing
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score

from descentlab.core import SpecError
from descentlab.networks import FUNCTIONS
from descentlab.objectives import Head, Objective, Task, build_objective
from descentlab.objectives._head import _MAPS
from descentlab.spec import (
    HEADS,
    AbsoluteErrorSpec,
    AnyLossSpec,
    BinaryCrossEntropySpec,
    CrossEntropySpec,
    HeadName,
    HeadSpec,
    LossName,
    LossSpec,
    SquaredErrorSpec,
)
from tests.objectives.in_torch import CODED, EVERY, LOSSES, PAIRED, UNEQUAL, losses_in_torch

NUM = 12


TRIED = [*(case for case in EVERY if case.fits or case in PAIRED), *CODED, *UNEQUAL]


def losses_and_gradients(objective: Objective, logits: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Compute each example's loss, and the gradient of the sum of those that are numbers."""
    losses, back = jax.vjp(lambda z: objective.losses(z, targets), logits)
    (grads,) = back(jnp.where(jnp.isnan(losses), 0.0, 1.0))
    return losses, grads


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss.kind}-{getattr(loss, 'over_outputs', '')}")
def test_losses_and_gradients_agree_with_pytorch(loss: LossSpec) -> None:
    rng = np.random.default_rng(0)
    cases = [case for case in TRIED if case.loss == loss]
    logits = [1.5 * rng.normal(size=(NUM, case.objective.num_outputs)) for case in cases]
    targets = [case.targets(rng, NUM) for case in cases]
    objectives = [case.objective for case in cases]
    with jax.enable_x64(True):
        # One program: one for each of some 140 cases would be compiled once and run once.
        ours = jax.jit(lambda *given: list(map(losses_and_gradients, objectives, *given)))(logits, targets)
    for case, z, wanted, (losses, grads) in zip(cases, logits, targets, ours, strict=True):
        theirs = torch.tensor(z, requires_grad=True)
        expected = losses_in_torch(case, theirs, wanted)
        expected.nansum().backward()
        assert theirs.grad is not None
        close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-12, err_msg=str(case))
        close(np.asarray(losses), expected.detach().numpy())
        known = ~np.isnan(np.asarray(losses))
        close(np.asarray(grads)[known], theirs.grad.numpy()[known])


def test_what_fits_is_what_textbooks_pair() -> None:
    fitting = {
        (case.loss.kind, case.head.activation, case.task.kind) for case in EVERY if case.fits
    }  # fmt: skip
    distances = ("squared-error", "absolute-error", "huber")
    bounded = ("linear", "sigmoid", "tanh", "relu", "exponential")
    assert fitting == {
        ("cross-entropy", "softmax", "classes"),
        ("binary-cross-entropy", "sigmoid", "classes"),
        ("binary-cross-entropy", "sigmoid", "labels"),
        *((loss, "linear", "numbers") for loss in distances),
        *((loss, head, kind) for loss in distances for head in bounded for kind in ("classes", "labels")),
        *((loss, "softmax", "classes") for loss in distances),
    }


REFUSED: list[tuple[LossSpec, HeadSpec, Task, str]] = [
    (CrossEntropySpec(), HeadSpec(), Task("numbers", 1), "needs classes, but the target is a real number; use squared"),
    (CrossEntropySpec(), HeadSpec(), Task("labels", 3), "use binary-cross-entropy"),
    (CrossEntropySpec(), HeadSpec(activation="linear"), Task("classes", 3), "'linear' does not give the probabilities"),
    (BinaryCrossEntropySpec(), HeadSpec(activation="tanh"), Task("classes", 2), "use sigmoid, or squared-error"),
    (CrossEntropySpec(), HeadSpec(outputs=1), Task("classes", 2), "of a single output is always 1"),
    (CrossEntropySpec(), HeadSpec(outputs=5), Task("classes", 3), "head.outputs=5 does not fit a target of 3 classes"),
    (SquaredErrorSpec(), HeadSpec(outputs=1), Task("classes", 3), "use 3, or leave it at"),
    (SquaredErrorSpec(), HeadSpec(activation="sigmoid"), Task("numbers", 1), "gives outputs from 0 to 1"),
    (SquaredErrorSpec(), HeadSpec(activation="relu"), Task("numbers", 1), "gives outputs from 0 on"),
    (SquaredErrorSpec(), HeadSpec(activation="softmax"), Task("labels", 3), "makes the outputs of 3 labels share 1"),
    (SquaredErrorSpec(), HeadSpec(activation="tanh", coding="0/1"), Task("classes", 2), "head.coding='0/1'"),
    (SquaredErrorSpec(), HeadSpec(activation="sigmoid", coding="-1/1"), Task("classes", 2), "are from 0 to 1"),
    (BinaryCrossEntropySpec(), HeadSpec(coding="-1/1"), Task("labels", 2), "head.coding='-1/1'"),
]


@pytest.mark.parametrize(("loss", "head", "task", "reason"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_reason_and_allowed_without_the_check(
    loss: LossSpec, head: HeadSpec, task: Task, reason: str
) -> None:
    with pytest.raises(SpecError) as refused:
        build_objective(loss, head, task)
    message = str(refused.value)
    assert reason in message
    assert 'check = "off"' in message
    assert "\n" not in message
    assert build_objective(loss, head, task, check="off").task == task


def test_two_classes_may_have_an_output_each() -> None:
    assert build_objective(SquaredErrorSpec(), HeadSpec(outputs=2), Task("classes", 2)).num_outputs == 2
    assert build_objective(SquaredErrorSpec(), HeadSpec(), Task("classes", 2)).num_outputs == 1


def test_every_table_has_every_head_and_loss() -> None:
    assert set(HEADS) == set(_MAPS) == set(typing.get_args(HeadName))
    assert {spec.model_fields["kind"].default for spec in AnyLossSpec.__subclasses__()} == set(
        typing.get_args(LossName)
    )
    assert {each.loss_name for each in Objective.__subclasses__()} == set(typing.get_args(LossName))
    fused = {facts.fused_with: name for name, facts in HEADS.items() if facts.fused_with}
    assert all(
        spec.head_for_classes == fused[spec.model_fields["kind"].default]
        for spec in AnyLossSpec.__subclasses__()
        if spec.needs_probabilities
    )


@pytest.mark.parametrize("name", HEADS)
def test_what_a_head_states_of_itself_is_so(name: HeadName) -> None:
    facts, head = HEADS[name], Head(name, 4)
    z = np.random.default_rng(1).normal(size=(200, 4)) * 3.0
    with jax.enable_x64(True):
        outputs = np.asarray(head.of(jnp.asarray(z)))
        slope = np.asarray(jax.vmap(jax.jacobian(lambda row: head.of(row[None])[0]))(jnp.asarray([[-40.0, 0, 0, 0]])))
    low, high = facts.range
    assert low <= outputs.min()
    assert outputs.max() <= high
    if np.isfinite(low):
        assert outputs.min() < low + 0.05
    if np.isfinite(high):
        assert outputs.max() > high - 0.05
    assert facts.saturates == bool(abs(slope[0, 0, 0]) < 1e-12)
    assert facts.is_joint == bool(np.any(slope[0] != np.diag(np.diag(slope[0]))))
    softmax = lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    written: Any = eval(facts.python, {"np": np, "softmax": softmax}, {"z": z})
    np.testing.assert_allclose(outputs, written, rtol=1e-12)
    if facts.pytorch:
        module = getattr(torch.nn, facts.pytorch)(**({"dim": 1} if facts.is_joint else {}))
        np.testing.assert_allclose(outputs, module(torch.tensor(z)).numpy(), rtol=1e-12)
    if name in FUNCTIONS:
        assert FUNCTIONS[name].python == facts.python
        assert facts.kinks == FUNCTIONS[name].kinks
    if not facts.is_joint:
        inside = np.clip(outputs, low + 1e-6, high - 1e-6)
        np.testing.assert_allclose(np.asarray(head.of(jnp.asarray(head.logit(inside)))), inside, rtol=1e-4, atol=1e-6)


ANSWERING = list(
    {
        (case.objective.head, case.task): case for case in (*EVERY, *CODED, *UNEQUAL) if case.task.kind == "classes"
    }.values()
)  # fmt: skip


def answers(objective: Objective, logits: jax.Array, labels: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Answer in each way."""
    return objective.probabilities(logits), objective.predicted(logits), objective.are_right(logits, labels)


def test_the_predicted_class_is_the_most_probable_one() -> None:
    rng = np.random.default_rng(2)
    objectives = [case.objective for case in ANSWERING]
    logits = [rng.normal(size=(40, objective.num_outputs)).astype("f4") for objective in objectives]
    labels = [case.targets(rng, 40) for case in ANSWERING]
    answered = jax.jit(lambda *given: list(map(answers, objectives, *given)))(logits, labels)
    for case, wanted, arrays in zip(ANSWERING, labels, answered, strict=True):
        probabilities, predicted, right = map(np.asarray, arrays)
        assert probabilities.shape == (40, case.task.size), case
        np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5, err_msg=str(case))
        largest = probabilities.max(axis=1)
        assert np.all(probabilities[np.arange(40), predicted] >= largest - 1e-6), case
        assert np.array_equal(right, predicted == wanted), case


def test_the_probability_of_two_classes_is_the_sigmoid() -> None:
    objective = build_objective(BinaryCrossEntropySpec(), HeadSpec(), Task("classes", 2))
    given = np.asarray(objective.probabilities(jnp.asarray([[2.0], [-1.0]])))
    np.testing.assert_allclose(given[:, 1], torch.sigmoid(torch.tensor([2.0, -1.0])).numpy(), rtol=1e-6)


def test_labels_are_right_where_the_whole_set_is() -> None:
    rng = np.random.default_rng(3)
    objective = build_objective(BinaryCrossEntropySpec(), HeadSpec(), Task("labels", 3))
    logits = rng.normal(size=(200, 3)).astype("f4")
    labels = np.where(rng.random((200, 3)) < 0.8, logits > 0, logits <= 0).astype("f4")
    right = np.asarray(objective.are_right(jnp.asarray(logits), jnp.asarray(labels)))
    assert right.mean() == accuracy_score(labels.astype(int), (logits > 0).astype(int))
    assert 0.3 < right.mean() < 0.7
    assert objective.answers(jnp.asarray(logits)).shape == (200, 3)


def test_a_softmax_over_one_unit_never_learns() -> None:
    """The classical mistake: its output is 1 whatever comes in, so that no gradient arrives."""
    head, task = HeadSpec(activation="softmax", outputs=1), Task("classes", 2)
    objectives = [
        build_objective(loss, head, task, check="off")
        for loss in (CrossEntropySpec(), BinaryCrossEntropySpec(), SquaredErrorSpec())
    ]
    of_each = lambda *given: [
        (losses_and_gradients(each, *given)[1], each.are_right(*given)) for each in objectives
    ]  # fmt: skip
    for objective, (grads, right) in zip(objectives, jax.jit(of_each)(jnp.ones((2, 1)), jnp.arange(2)), strict=True):
        assert np.all(np.asarray(grads) == 0.0), objective
        assert np.asarray(right).tolist() == [False, True], objective


def test_numbers_without_an_output_of_their_own() -> None:
    lone = build_objective(AbsoluteErrorSpec(), HeadSpec(outputs=1), Task("numbers", 3), check="off")
    assert np.asarray(lone.answers(jnp.asarray([[2.0]]))).tolist() == [[2.0, 2.0, 2.0]]
    two = build_objective(AbsoluteErrorSpec(), HeadSpec(outputs=2), Task("numbers", 3), check="off")
    assert np.asarray(two.answers(jnp.asarray([[2.0, 3.0]]))).tolist() == [[2.0, 3.0, 0.0]]
