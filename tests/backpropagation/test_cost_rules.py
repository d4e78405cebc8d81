"""Each loss and its derivatives beside PyTorch's, in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from descentlab.backpropagation import account_for_cost
from descentlab.backpropagation._cost import COSTS
from descentlab.backpropagation._heads import HEAD_RULES
from descentlab.core import SpecError
from descentlab.objectives import Objective, Task, build_objective
from descentlab.spec import HEADS, CrossEntropySpec, HeadSpec, SquaredErrorSpec
from tests.objectives.in_torch import CODED, EVERY, IN_TORCH, Case, losses_in_torch


def of_classes(count: int) -> Objective:
    return build_objective(CrossEntropySpec(), HeadSpec(), Task("classes", count))


# The same rules serve tasks of other kinds; these are with one output and with several.
TRIED = (Task("classes", 2), Task("classes", 4), Task("numbers", 4))
CASES = [case for case in (*EVERY, *CODED) if case.task in TRIED and (case.fits or case.task != TRIED[2])]


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=3)
@given(batch=st.integers(1, 5), spread=st.sampled_from([0.1, 1.0, 3.0]), seed=st.integers(0, 2**31))
def test_a_cost_and_its_derivatives(case: Case, batch: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = spread * rng.normal(size=(batch, case.objective.num_outputs))
    targets = case.targets(rng, batch)
    theirs = torch.tensor(logits, requires_grad=True)
    losses = losses_in_torch(case, theirs, targets)
    losses.sum().backward()
    assert theirs.grad is not None
    ours = account_for_cost(case.objective, logits, targets)
    np.testing.assert_allclose(ours.costs, losses.detach().numpy(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ours.delta, theirs.grad.numpy(), rtol=1e-7, atol=1e-13)
    np.testing.assert_allclose(ours.outputs, IN_TORCH[ours.head](theirs).detach().numpy(), rtol=1e-12)
    assert np.isclose(ours.cost_sum(0).total, ours.costs[0], equal_nan=True)
    assert [formula.of for formula in ours.formulas] == ["outputs", "cost", "output_gradient", "delta"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_derivative_by_the_outputs_goes_through_the_head(case: Case) -> None:
    """∂C/∂a, brought through the head's Jacobian by PyTorch, is δ, though cross-entropies compute δ another way."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, case.objective.num_outputs))
    ours = account_for_cost(case.objective, logits, case.targets(rng, 3))
    theirs = torch.tensor(logits, requires_grad=True)
    (IN_TORCH[ours.head](theirs) * torch.tensor(ours.output_gradient)).sum().backward()
    assert theirs.grad is not None
    # Outputs of a ReLU may sum to 0, and then have no cross-entropy.
    known = np.isfinite(ours.costs)
    assert known.any()
    np.testing.assert_allclose(ours.delta[known], theirs.grad.numpy()[known], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("outputs", [1, 2])
def test_targets_without_an_output_each_are_refused(outputs: int) -> None:
    objective = build_objective(SquaredErrorSpec(), HeadSpec(outputs=outputs), Task("numbers", 3), check="off")
    with pytest.raises(SpecError, match=f"where {outputs} outputs meet 3 targets"):
        account_for_cost(objective, np.zeros((2, outputs)), np.zeros((2, 3)))


def test_every_head_has_its_rule() -> None:
    assert set(HEAD_RULES) == set(HEADS)


def test_every_loss_has_its_rule() -> None:
    assert set(COSTS) == set(Objective.__subclasses__())


def test_a_sure_answer_keeps_the_digits_of_its_delta() -> None:
    """p - 1 would be -1.1e-16 or 0 here; the sum of the other probabilities is 2 e^-38 to all digits."""
    ours = account_for_cost(of_classes(3), np.array([[38.0, 0.0, 0.0]]), np.array([0]))
    np.testing.assert_allclose(ours.delta, [[-2 * np.exp(-38), np.exp(-38), np.exp(-38)]], rtol=1e-12)


def test_a_hopeless_answer_has_a_finite_delta_though_its_probability_is_zero() -> None:
    ours = account_for_cost(of_classes(2), np.array([[2000.0, 0.0]]), np.array([1]))
    assert ours.costs.tolist() == [2000.0]
    assert ours.delta.tolist() == [[1.0, -1.0]]
    assert ours.output_gradient.tolist() == [[0.0, -np.inf]]


@pytest.mark.filterwarnings("error")
def test_other_classes_whose_probability_is_zero_pull_by_nothing() -> None:
    ours = account_for_cost(of_classes(2), np.array([[2000.0, 0.0]]), np.array([0]))
    assert ours.output_gradient.tolist() == [[-1.0, 0.0]]
    assert ours.delta.tolist() == [[0.0, 0.0]]
