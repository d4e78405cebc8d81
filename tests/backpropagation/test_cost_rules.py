"""Each loss and its derivatives beside PyTorch's, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom
from hypothesis import given, settings, strategies as st

from descentlab.backpropagation import account_for_cost
from descentlab.backpropagation._cost import COSTS
from descentlab.objectives import Objective, build_objective, task_of
from descentlab.spec import BinaryCrossEntropySpec, CrossEntropySpec, HeadSpec, HuberSpec, LossSpec, SquaredErrorSpec

LINKS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "softmax": lambda z: torch.softmax(z, dim=1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "linear": lambda z: z,
}


def in_torch(loss: LossSpec, objective: Objective, z: torch.Tensor, targets: np.ndarray) -> torch.Tensor:
    """Return each example's loss."""
    ids = torch.tensor(targets)
    if objective.num_classes == 0:
        wanted = ids[:, None]
    elif objective.num_outputs == 1:
        wanted = (ids[:, None] == 1).double()
    else:
        wanted = F.one_hot(ids, objective.num_classes).double()
    match loss:
        case CrossEntropySpec():
            return F.cross_entropy(z, ids, reduction="none")
        case BinaryCrossEntropySpec():
            return F.binary_cross_entropy_with_logits(z, wanted, reduction="none").sum(dim=1)
        case HuberSpec():
            return F.huber_loss(z, wanted, delta=loss.delta, reduction="none").mean(dim=1)
        case SquaredErrorSpec():
            if objective.link == "tanh" and objective.num_classes:
                wanted = 2 * wanted - 1
            squares = (LINKS[objective.link](z) - wanted) ** 2
            return loss.factor * (squares.sum(dim=1) if loss.over_outputs == "sum" else squares.mean(dim=1))


CASES: list[tuple[LossSpec, int]] = [
    (CrossEntropySpec(), 2),
    (CrossEntropySpec(), 5),
    (BinaryCrossEntropySpec(), 2),
    (BinaryCrossEntropySpec(), 4),
    (SquaredErrorSpec(output="sigmoid"), 2),
    (SquaredErrorSpec(output="sigmoid", over_outputs="sum"), 4),
    (SquaredErrorSpec(output="tanh", factor=0.5), 3),
    (SquaredErrorSpec(output="linear"), 3),
    (SquaredErrorSpec(output="softmax", factor=2.0), 4),
    (SquaredErrorSpec(), 0),
    (HuberSpec(delta=0.7), 0),
    (HuberSpec(), 3),
]


def named(case: Any) -> str:
    return f"{case.kind}-{getattr(case, 'output', '')}" if hasattr(case, "kind") else str(case)


@pytest.mark.parametrize(("loss", "classes"), CASES, ids=named)
@settings(max_examples=15)
@given(batch=st.integers(1, 5), spread=st.sampled_from([0.1, 1.0, 5.0]), seed=st.integers(0, 2**31))
def test_a_cost_and_its_derivatives(loss: LossSpec, classes: int, batch: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    objective = build_objective(loss, HeadSpec(), task_of(classes))
    logits = spread * rng.normal(size=(batch, objective.num_outputs))
    targets: Any = rng.integers(0, classes, batch) if classes else rng.normal(size=batch)
    theirs = torch.tensor(logits, requires_grad=True)
    losses = in_torch(loss, objective, theirs, targets)
    losses.sum().backward()
    assert theirs.grad is not None
    ours = account_for_cost(objective, logits, targets)
    np.testing.assert_allclose(ours.costs, losses.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.delta, theirs.grad.numpy(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ours.outputs, LINKS[ours.link](theirs).detach().numpy(), rtol=1e-12)
    assert np.isclose(ours.cost_sum(0).total, ours.costs[0])
    assert [formula.of for formula in ours.formulas] == ["outputs", "cost", "output_gradient", "delta"]


@pytest.mark.parametrize(("loss", "classes"), CASES, ids=named)
def test_the_derivative_by_the_outputs_goes_through_the_link(loss: LossSpec, classes: int) -> None:
    """∂C/∂a, brought through the link's Jacobian by PyTorch, is δ, though cross-entropies compute δ another way."""
    objective = build_objective(loss, HeadSpec(), task_of(classes))
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, objective.num_outputs))
    targets: Any = rng.integers(0, classes, 3) if classes else rng.normal(size=3)
    ours = account_for_cost(objective, logits, targets)
    theirs = torch.tensor(logits, requires_grad=True)
    (LINKS[ours.link](theirs) * torch.tensor(ours.output_gradient)).sum().backward()
    assert theirs.grad is not None
    np.testing.assert_allclose(ours.delta, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_every_loss_has_its_rule() -> None:
    assert set(COSTS) == set(Objective.__subclasses__())


def test_a_sure_answer_keeps_the_digits_of_its_delta() -> None:
    """p - 1 would be -1.1e-16 or 0 here; the sum of the other probabilities is 2 e^-38 to all digits."""
    ours = account_for_cost(
        build_objective(CrossEntropySpec(), HeadSpec(), task_of(3)), np.array([[38.0, 0.0, 0.0]]), np.array([0])
    )
    np.testing.assert_allclose(ours.delta, [[-2 * np.exp(-38), np.exp(-38), np.exp(-38)]], rtol=1e-12)


def test_a_hopeless_answer_has_a_finite_delta_though_its_probability_is_zero() -> None:
    ours = account_for_cost(
        build_objective(CrossEntropySpec(), HeadSpec(), task_of(2)), np.array([[2000.0, 0.0]]), np.array([1])
    )
    assert ours.costs.tolist() == [2000.0]
    assert ours.delta.tolist() == [[1.0, -1.0]]
    assert ours.output_gradient.tolist() == [[0.0, -np.inf]]


@pytest.mark.filterwarnings("error")
def test_other_classes_whose_probability_is_zero_pull_by_nothing() -> None:
    ours = account_for_cost(
        build_objective(CrossEntropySpec(), HeadSpec(), task_of(2)), np.array([[2000.0, 0.0]]), np.array([0])
    )
    assert ours.output_gradient.tolist() == [[-1.0, 0.0]]
    assert ours.delta.tolist() == [[0.0, 0.0]]
