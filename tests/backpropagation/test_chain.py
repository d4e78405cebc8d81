"""The chain of single neurons, in 50 digits by a program of its own."""

import math
from typing import Any

import pytest

from descentlab.backpropagation import Account, account_for, chain_rule, is_chain
from descentlab.core import SpecError
from descentlab.spec import (
    AbsoluteErrorSpec,
    BinaryCrossEntropySpec,
    DenseSpec,
    HeadSpec,
    HuberSpec,
    LossSpec,
    SquaredErrorSpec,
)


def chain(ask: Any, num_hidden: int, loss: LossSpec | None = None, classes: int = 2, **options: Any) -> Account:
    neuron = DenseSpec(units=1, activation="sigmoid", initializer="normal", initial_range=1.0)
    model = (*[neuron] * num_hidden, DenseSpec(initializer="normal", initial_range=1.0))
    return account_for(ask(model, (1,), loss=loss or SquaredErrorSpec(), classes=classes, batch=2, **options))


@pytest.mark.parametrize("num_hidden", [1, 3, 10])
@pytest.mark.parametrize("row", [0, 1])
def test_each_product_is_the_derivative_to_all_digits(ask: Any, num_hidden: int, row: int) -> None:
    mpmath = pytest.importorskip("mpmath")
    account = chain(ask, num_hidden, seed=num_hidden)
    layers = [account.layer(f"dense{k}").params for k in range(1, num_hidden + 2)]
    values = [float(own[role].item()) for own in layers for role in ("weight", "bias")]
    x, y = float(account.problem.inputs[row, 0]), float(account.problem.targets[row])
    with mpmath.workdps(50):

        def cost(numbers: list) -> Any:
            a = mpmath.mpf(x)
            for w, b in zip(numbers[::2], numbers[1::2], strict=True):
                a = 1 / (1 + mpmath.exp(-(w * a + b)))
            return (a - mpmath.mpf(y)) ** 2

        def derivative(k: int) -> float:
            move = lambda h: cost([mpmath.mpf(value) + (h if j == k else 0) for j, value in enumerate(values)])
            h = mpmath.mpf(10) ** -15
            return float((move(h) - move(-h)) / (2 * h))

        expected = [derivative(k) for k in range(len(values))]
    steps = chain_rule(account, row)
    assert [step.number for step in steps] == list(range(num_hidden + 1, 0, -1))
    for step in steps:
        assert step.bias_gradient is not None
        for product, wanted in (
            (step.weight_gradient, expected[2 * step.number - 2]),
            (step.bias_gradient, expected[2 * step.number - 1]),
        ):
            assert math.isclose(product.product, wanted, rel_tol=1e-12)
            assert math.isclose(product.value, wanted, rel_tol=1e-12)


def test_the_last_weight_reads_as_in_the_textbook(ask: Any) -> None:
    account = chain(ask, 1)
    last, first = chain_rule(account)
    assert [factor.text for factor in last.weight_gradient.factors] == ["a1", "σ'(z2)", "2 (a2 - y)"]
    assert [factor.text for factor in first.weight_gradient.factors] == ["a0", "σ'(z1)", "w2", "σ'(z2)", "2 (a2 - y)"]
    assert [factor.meaning for factor in first.below_gradient.factors] == [
        "∂z1/∂a0", "∂a1/∂z1", "∂z2/∂a1", "∂a2/∂z2", "∂C/∂a2",
    ]  # fmt: skip
    a, y = last.activation, float(account.problem.targets[0])
    assert math.isclose(last.weight_gradient.product, last.behind * a * (1 - a) * 2 * (a - y), rel_tol=1e-12)
    assert str(last.weight_gradient).startswith("∂C/∂w2 = a1 * σ'(z2) * 2 (a2 - y) = ")
    assert last.weight_gradient.factors[-1].latex == "2(a^{(2)}-y)"


@pytest.mark.parametrize(
    ("loss", "activation", "classes"),
    [
        (SquaredErrorSpec(), "auto", 0),
        (BinaryCrossEntropySpec(), "auto", 2),
        (SquaredErrorSpec(factor=0.5), "tanh", 2),
        (AbsoluteErrorSpec(), "relu", 2),
        (HuberSpec(), "exponential", 2),
    ],
)
def test_other_losses_make_a_chain_too(ask: Any, loss: LossSpec, activation: Any, classes: int) -> None:
    for step in chain_rule(chain(ask, 2, loss, classes, head=HeadSpec(activation=activation))):
        for product in (step.weight_gradient, step.bias_gradient, step.below_gradient):
            assert product is not None
            assert math.isclose(product.product, product.value, rel_tol=1e-12)


def test_a_wider_network_is_no_chain(ask: Any) -> None:
    account = account_for(ask((DenseSpec(units=2), DenseSpec()), (1,)))
    assert not is_chain(account)
    with pytest.raises(SpecError, match="one neuron"):
        chain_rule(account)
