"""The numbers of an account put into its formulas, as LaTeX."""

import re
from collections.abc import Iterable

from descentlab.backpropagation import ChainProduct, ChainStep, LayerDetail, Sum
from descentlab.labs.backprop._measured import other_terms

SIGNS = {"weight": "w", "bias": "b", "scale": r"\gamma", "shift": r"\beta", "slope": "s"}
"""Letters of the learned arrays, as the formulas write them."""
TERMS = 3
"""Terms of a sum that are written out; the others stand as one number, so that the line adds up."""
SUM_NAME = re.compile(r"(∂C/∂)?([^\[\]]+)\[(.*)\]")


def chain_equations(steps: Iterable[ChainStep]) -> list[str]:
    """Write each derivative of a chain of single neurons as a product, by name and then in numbers."""
    products = (each for step in steps for each in (step.weight_gradient, step.bias_gradient, step.below_gradient))
    lines = [_product(each) for each in products if each is not None]
    return [part for words, numbers in lines for part in (words, rf"\qquad {numbers}")]


def _product(product: ChainProduct) -> tuple[str, str]:
    words = r"\cdot ".join(factor.latex for factor in product.factors)
    numbers = r"\cdot ".join(as_factor(each.value) for each in product.factors)
    total = "" if len(product.factors) == 1 else f"={result(product.product)}"
    return f"{product.latex}={words}", f"={numbers}{total}"


def delta_equation(detail: LayerDetail) -> str:
    """Write a neuron's δ as ∂C/∂a times its slope."""
    where = ",".join(map(str, detail.place))
    words = rf"\delta_{{{where}}}=\frac{{\partial C}}{{\partial a_{{{where}}}}}"
    if not detail.layer.is_curved:
        return f"{words}={result(detail.delta)}"
    numbers = rf"{as_factor(detail.activation_gradient)}\cdot {as_factor(detail.slope)}"
    return rf"{words}\,\sigma'(z_{{{where}}})={numbers}={result(detail.delta)}"


def activation_equation(detail: LayerDetail) -> str:
    """Write a neuron's a = σ(z)."""
    where = ",".join(map(str, detail.place))
    return rf"a_{{{where}}}=\sigma({result(detail.preactivation)})={result(detail.activation)}"


def sum_equation(whole: Sum) -> str:
    """Write a sum with its largest terms, the rest as one number, what is added, and the total."""
    short = whole.largest(TERMS)
    terms = [r"\cdot ".join(map(as_factor, term.factors)) for term in short.terms]
    if short.num_rest:
        terms.append(rf"\underbrace{{{as_factor(short.rest)}}}_{{\text{{{other_terms(short.num_rest)}}}}}")
    terms += [as_factor(value) for _, value in short.constants]
    if len(terms) == 1 and whole.factors.shape[1] == 1:
        return f"{symbol(whole.name)}={result(short.total)}"
    return f"{symbol(whole.name)}={'+'.join(terms) or '0'}={result(short.total)}"


def symbol(name: str) -> str:
    r"""Write the name of a sum as LaTeX.

    Example:
        >>> symbol("z[3]"), symbol("∂C/∂weight[2,3]")
        ('z_{3}', '\\frac{\\partial C}{\\partial w_{2,3}}')
    """
    match = SUM_NAME.fullmatch(name)
    if not match:
        return name
    letter = f"{SIGNS.get(match[2], match[2])}_{{{match[3]}}}"
    return rf"\frac{{\partial C}}{{\partial {letter}}}" if match[1] else letter


def as_factor(value: float) -> str:
    """Write a factor: in brackets where it has a sign or a power of its own."""
    text = result(value)
    return f"({text})" if value < 0 or "10^" in text else text


def result(value: float, *, digits: int = 5) -> str:
    r"""Write a number with so many digits.

    Example:
        >>> result(-0.25), result(1.5e-7)
        ('-0.25', '1.5\\cdot 10^{-7}')
    """
    mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")
    return rf"{mantissa}\cdot 10^{{{int(exponent)}}}" if exponent else mantissa
