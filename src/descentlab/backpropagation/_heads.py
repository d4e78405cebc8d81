"""The head's rules: the outputs of logits, and how ∂C/∂a becomes ∂C/∂z."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from jaxtyping import Float

from descentlab.backpropagation._slopes import SLOPES
from descentlab.spec import HeadName

Rows = Float[np.ndarray, "batch outputs"]


@dataclass(frozen=True)
class HeadRule:
    """How a kind of head computes its outputs, and how a derivative comes back through it.

    Attributes:
        of: The outputs of logits, computed apart from the network's own program.
        back: ∂C/∂z of logits and ∂C/∂a.
        latex: The formula of an output as LaTeX.
        text: The formula of an output in plain text.
        delta_latex: The formula of ∂C/∂z as LaTeX.
        delta_text: The formula of ∂C/∂z in plain text.
    """

    of: Callable[[Rows], Rows]
    back: Callable[[Rows, Rows], Rows]
    latex: str
    text: str
    delta_latex: str
    delta_text: str


def _softmax(logits: Rows) -> Rows:
    # SciPy loads its parts when they are first named, so that training does not wait for this part.
    return scipy.special.softmax(logits, axis=-1)


def _sigmoid(logits: Rows) -> Rows:
    return scipy.special.expit(logits)


def _back_through_softmax(logits: Rows, towards: Rows) -> Rows:
    outputs = _softmax(logits)
    return outputs * (towards - (outputs * towards).sum(axis=1, keepdims=True))


def _pointwise(
    name: HeadName, of: Callable[[Rows], Rows], formula: tuple[str, str], slope: tuple[str, str]
) -> HeadRule:
    """Write the rule of a head that is a function of each logit, whose slope an activation has too."""
    slopes: dict[str, Callable[[Rows], Rows]] = {kind: rule.of for kind, rule in SLOPES.items()}
    back = lambda logits, towards: towards * slopes[name](logits)
    towards_latex, towards_text = r"\delta_i=\frac{\partial C}{\partial a_i}", "δ_i = ∂C/∂a_i"
    return HeadRule(of, back, *formula, towards_latex + slope[0], towards_text + slope[1])


HEAD_RULES: dict[HeadName, HeadRule] = {
    "softmax": HeadRule(
        _softmax,
        _back_through_softmax,
        r"a_i=\frac{e^{z_i}}{\sum_k e^{z_k}}",
        "a_i = e^z_i / Σ_k e^z_k",
        r"\delta_i=a_i\left(\frac{\partial C}{\partial a_i}-\sum_k a_k\frac{\partial C}{\partial a_k}\right)",
        "δ_i = a_i (∂C/∂a_i - Σ_k a_k ∂C/∂a_k)",
    ),
    "sigmoid": _pointwise(
        "sigmoid",
        _sigmoid,
        (r"a_i=\sigma(z_i)=\frac{1}{1+e^{-z_i}}", "a_i = σ(z_i) = 1/(1 + e^-z_i)"),
        (r"\,\sigma'(z_i),\quad \sigma'(z)=\sigma(z)(1-\sigma(z))", " σ'(z_i), σ'(z) = σ(z) (1 - σ(z))"),
    ),
    "tanh": _pointwise(
        "tanh", np.tanh, (r"a_i=\tanh z_i", "a_i = tanh(z_i)"), (r"\,(1-\tanh^2 z_i)", " (1 - tanh(z_i)^2)")
    ),
    "relu": _pointwise(
        "relu",
        lambda z: np.maximum(z, 0.0),
        (r"a_i=\max(0,z_i)", "a_i = max(0, z_i)"),
        (r"\,[z_i>0]", " if z_i > 0, else 0"),
    ),
    "exponential": _pointwise("exponential", np.exp, ("a_i=e^{z_i}", "a_i = e^z_i"), (r"\,e^{z_i}", " e^z_i")),
    "linear": _pointwise("linear", np.array, ("a_i=z_i", "a_i = z_i"), ("", "")),
}
"""One line a head."""
