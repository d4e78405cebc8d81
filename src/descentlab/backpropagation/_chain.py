"""The textbook case: one neuron a layer, each derivative as a product of single numbers."""

import math
from dataclasses import dataclass

from descentlab.backpropagation._account import Account, LayerAccount
from descentlab.backpropagation._step import Formula
from descentlab.core import SpecError
from descentlab.spec import HEADS


@dataclass(frozen=True)
class Factor:
    """One factor of a chain-rule product.

    Attributes:
        latex: The factor as LaTeX, as `w^{(2)}`.
        text: The factor in plain text, as `w2`.
        meaning: The derivative that it is, as `∂z2/∂a1`.
        value: The factor as a number.
    """

    latex: str
    text: str
    meaning: str
    value: float


@dataclass(frozen=True)
class ChainProduct:
    """One derivative of the cost as a product.

    Attributes:
        latex: The derivative as LaTeX.
        text: The derivative in plain text, as `∂C/∂w2`.
        factors: The factors, from the number itself up to the cost.
        value: The same derivative by the layers' rules.
    """

    latex: str
    text: str
    factors: tuple[Factor, ...]
    value: float

    @property
    def product(self) -> float:
        """All factors multiplied."""
        return math.prod(factor.value for factor in self.factors)

    def __str__(self) -> str:
        words = " * ".join(factor.text for factor in self.factors)
        numbers = " * ".join(f"{factor.value:.6g}" for factor in self.factors)
        return f"{self.text} = {words} = {numbers} = {self.product:.6g}"


@dataclass(frozen=True)
class ChainStep:
    """One layer of the chain: what came forward, and each derivative written out.

    Attributes:
        number: Counted from 1 at the input to L at the output.
        name: The layer.
        behind: a of the layer below; the input for the first.
        weight: w.
        bias: b.
        preactivation: z = w a + b.
        activation: a = σ(z), of the last layer behind the loss's link.
        weight_gradient: ∂C/∂w.
        bias_gradient: ∂C/∂b.
        below_gradient: ∂C/∂a of the layer below.
    """

    number: int
    name: str
    behind: float
    weight: float
    bias: float
    preactivation: float
    activation: float
    weight_gradient: ChainProduct
    bias_gradient: ChainProduct | None
    below_gradient: ChainProduct


def is_chain(account: Account) -> bool:
    """Say whether a network is a row of dense layers of one neuron each, on one input."""
    return account.problem.network.input_shape == (1,) and all(
        (weighted := layer.weighted_sum) is not None and not weighted.is_slid and layer.activation.shape[1:] == (1,)
        for layer in account.layers
    )


def chain_rule(account: Account, row: int = 0) -> tuple[ChainStep, ...]:
    """Write each derivative of a chain of single neurons out, factor by factor, for one example.

    With L the last layer, C = (a^L - y)^2 and a^L = σ(z^L), z^L = w^L a^(L-1) + b^L:

        ∂C/∂w^L = a^(L-1) σ'(z^L) 2(a^L - y),   ∂C/∂b^L = σ'(z^L) 2(a^L - y),   ∂C/∂a^(L-1) = w^L σ'(z^L) 2(a^L - y),

    and so on down: each layer puts its w σ'(z) to the product.

    Args:
        account: The account of a network for which `is_chain` holds.
        row: The example.

    Returns:
        One step a layer, the last layer first, as the derivatives are computed.

    Raises:
        SpecError: If a layer has more than one neuron.

    References:
        Sanderson, "Backpropagation calculus" (3Blue1Brown, 2017).
    """
    if not is_chain(account):
        raise SpecError("the chain rule factor by factor needs dense layers of one neuron on one input, as in 'chain'")
    number = len(account.layers)
    towards = _start(account, row, number)
    steps: list[ChainStep] = []
    for layer in reversed(account.layers):
        ends = account.cost.outputs if number == len(account.layers) else layer.activation
        step, towards = _step(layer, row, number, towards, float(ends[row, 0]))
        steps.append(step)
        number -= 1
    return tuple(steps)


def _start(account: Account, row: int, last: int) -> tuple[Factor, ...]:
    """Return σ'(z^L) of the head, where it is none but the identity, and ∂C/∂a^L."""
    cost = account.cost
    formula = next(each for each in cost.formulas if each.of == "output_gradient")
    towards, delta = float(cost.output_gradient[row, 0]), float(cost.delta[row, 0])
    latex, text = _named(formula, last)
    first = Factor(latex, text, f"∂C/∂a{last}", towards)
    if HEADS[cost.head].is_identity:
        return (first,)
    if not math.isfinite(towards) or towards == 0.0:
        return (Factor(rf"\delta^{{({last})}}", f"δ{last}", f"∂C/∂z{last}", delta),)
    return (_slope(last, delta / towards), first)


def _slope(number: int, value: float) -> Factor:
    return Factor(rf"\sigma'(z^{{({number})}})", f"σ'(z{number})", f"∂a{number}/∂z{number}", value)


def _step(
    layer: LayerAccount, row: int, number: int, towards: tuple[Factor, ...], output: float
) -> tuple[ChainStep, tuple[Factor, ...]]:
    """Write one layer's derivatives out, given the factors of ∂C/∂a; return them with the factors of ∂C/∂a below."""
    to_delta = (_slope(number, float(layer.slope[row, 0])), *towards) if layer.is_curved else towards
    multiplier = 1.0 if layer.weighted_sum is None else layer.weighted_sum.multiplier
    scaled = to_delta if multiplier == 1.0 else (Factor("m", "m", f"m of layer {number}", multiplier), *to_delta)
    below, weight = number - 1, float(layer.params["weight"][0, 0])
    behind = Factor(rf"a^{{({below})}}", f"a{below}", f"∂z{number}/∂w{number}", float(layer.inputs[row, 0]))
    before = Factor(rf"w^{{({number})}}", f"w{number}", f"∂z{number}/∂a{below}", weight)
    gradients = layer.example_gradients(row)
    bias = _derivative("b", number, to_delta, float(gradients["bias"][0])) if "bias" in gradients else None
    step = ChainStep(
        number=number,
        name=layer.name,
        behind=behind.value,
        weight=weight,
        bias=float(layer.params["bias"][0]) if "bias" in gradients else 0.0,
        preactivation=float(layer.preactivation[row, 0]),
        activation=output,
        weight_gradient=_derivative("w", number, (behind, *scaled), float(gradients["weight"][0, 0])),
        bias_gradient=bias,
        below_gradient=_derivative("a", below, (before, *scaled), float(layer.input_gradient[row, 0])),
    )
    return step, (before, *scaled)


def _derivative(letter: str, number: int, factors: tuple[Factor, ...], value: float) -> ChainProduct:
    latex = rf"\frac{{\partial C}}{{\partial {letter}^{{({number})}}}}"
    return ChainProduct(latex, f"∂C/∂{letter}{number}", factors, value)


def _named(formula: Formula, last: int) -> tuple[str, str]:
    """Put the last layer's number into the right side of a formula of ∂C/∂a_i."""
    output = f"a^{{({last})}}"
    latex = formula.latex.partition("=")[2].replace("a_i", output).replace("y_i", "y")
    text = formula.text.partition("= ")[2].replace("a_i", f"a{last}").replace("y_i", "y")
    return latex.replace("a-y", f"{output}-y"), text.replace("a - y", f"a{last} - y")
