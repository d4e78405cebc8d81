"""The derivatives of the non-linear functions, each with its formula."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from jaxtyping import Float

from descentlab.spec import ActivationName

Values = Float[np.ndarray, "..."]

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""The constants of SELU's paper, written down a second time, so that the account and the network check each other."""


@dataclass(frozen=True)
class Slope:
    """The derivative of a non-linear function.

    Attributes:
        of: The function σ'(z).
        function_latex: The formula of σ(z) as LaTeX.
        function_text: The formula of σ(z) in plain text.
        latex: The formula of σ'(z) as LaTeX.
        text: The formula of σ'(z) in plain text.
    """

    of: Callable[[Values], Values]
    function_latex: str
    function_text: str
    latex: str
    text: str


def _sigmoid_slope(z: Values) -> Values:
    # Not s (1 - s): beyond z = 37 that is zero, though the slope is not.
    return scipy.special.expit(z) * scipy.special.expit(-z)


def _tanh_slope(z: Values) -> Values:
    return 4.0 * _sigmoid_slope(2.0 * z)


def _gelu_slope(z: Values) -> Values:
    return scipy.special.ndtr(z) + z * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)


def _elu_slope(z: Values) -> Values:
    return np.exp(np.minimum(z, 0.0))


def _silu_slope(z: Values) -> Values:
    return scipy.special.expit(z) + z * _sigmoid_slope(z)


SLOPES: dict[ActivationName, Slope] = {
    "relu": Slope(
        lambda z: np.where(z > 0.0, 1.0, 0.0),
        r"\max(0,z)", "max(0, z)", r"\begin{cases}1&z>0\\0&z\le 0\end{cases}", "1 if z > 0, else 0",
    ),
    "leaky-relu": Slope(
        lambda z: np.where(z >= 0.0, 1.0, 0.01),
        r"\max(0.01z,z)", "max(0.01 z, z)", r"\begin{cases}1&z\ge 0\\0.01&z<0\end{cases}", "1 if z >= 0, else 0.01",
    ),
    "elu": Slope(
        _elu_slope,
        r"\begin{cases}z&z>0\\e^z-1&z\le 0\end{cases}", "z if z > 0, else e^z - 1",
        r"\begin{cases}1&z>0\\e^z&z\le 0\end{cases}", "1 if z > 0, else e^z",
    ),
    "selu": Slope(
        lambda z: SELU_SCALE * np.where(z > 0.0, 1.0, SELU_ALPHA * _elu_slope(z)),
        r"1.0507\begin{cases}z&z>0\\1.6733\,(e^z-1)&z\le 0\end{cases}",
        "1.0507 z if z > 0, else 1.0507 * 1.6733 (e^z - 1)",
        r"1.0507\begin{cases}1&z>0\\1.6733\,e^z&z\le 0\end{cases}",
        "1.0507 if z > 0, else 1.0507 * 1.6733 e^z",
    ),
    "gelu": Slope(
        _gelu_slope,
        r"z\,\Phi(z)", "z Φ(z)", r"\Phi(z)+z\,\varphi(z)", "Φ(z) + z φ(z), Φ and φ of the normal distribution",
    ),
    "silu": Slope(
        _silu_slope,
        r"\frac{z}{1+e^{-z}}", "z s(z), s(z) = 1/(1 + e^-z)",
        r"s(z)+z\,s(z)(1-s(z)),\quad s(z)=\frac{1}{1+e^{-z}}", "s(z) + z s(z) (1 - s(z)), s(z) = 1/(1 + e^-z)",
    ),
    "tanh": Slope(_tanh_slope, r"\tanh z", "tanh(z)", r"1-\tanh^2 z", "1 - tanh(z)^2"),
    "sigmoid": Slope(
        _sigmoid_slope,
        r"\frac{1}{1+e^{-z}}", "1/(1 + e^-z)", r"\sigma(z)\,(1-\sigma(z))", "σ(z) (1 - σ(z))",
    ),
    "exponential": Slope(np.exp, "e^z", "e^z", "e^z", "e^z"),
    "linear": Slope(np.ones_like, "z", "z", "1", "1"),
}  # fmt: skip
"""By the function's name. At a kink the derivative is the one that the network's own program uses."""
