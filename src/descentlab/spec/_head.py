"""The head: what a network's logits pass through, how many there are, and what is known of each kind of head."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from descentlab.spec._base import Spec

HeadName = Literal["linear", "softmax", "sigmoid", "tanh", "relu", "exponential"]
LossName = Literal["cross-entropy", "binary-cross-entropy", "squared-error", "absolute-error", "huber"]
Coding = Literal["0/1", "-1/1"]
"""How an output is coded: its target where the class or label is wrong, and where it is right."""
CODES: dict[Coding, tuple[float, float]] = {"0/1": (0.0, 1.0), "-1/1": (-1.0, 1.0)}


Switch = Literal["on", "off"]


class HeadSpec(Spec):
    """What the logits of the last layer pass through, and how many there are.

    The network still ends in logits: the head is applied by the objective, which computes softmax with cross-entropy
    and sigmoid with binary cross-entropy together, from the logits, without overflow.
    """

    activation: Literal["auto"] | HeadName = Field(
        default="auto", description="'auto': the one that fits the loss and the target, as softmax for cross-entropy."
    )
    outputs: Literal["auto"] | Annotated[int, Field(ge=1, le=100_000)] = Field(
        default="auto", description="Number of outputs; 'auto': one a class, label or number, and one for two classes."
    )
    coding: Literal["auto"] | Coding = Field(
        default="auto", description="Targets of a wrong and of a right class; 'auto': -1/1 for tanh, else 0/1."
    )


@dataclass(frozen=True)
class HeadFacts:
    """What is known of a kind of head.

    Attributes:
        title: What a sentence calls it, as "the sigmoid".
        low: Lower end of the range of an output.
        high: Upper end of the range of an output.
        coding: Coding of classes and labels that the ends of its range suit.
        python: The outputs as a NumPy expression of the logits `z`, a row an example; `softmax` is a function of it.
        keras: Name as `activation=` of a Keras layer.
        pytorch: Name of the PyTorch module; empty where the module is none, or there is none.
        fused_with: The loss with which it is computed together, from the logits.
        saturates: Whether its slope vanishes for logits far from 0, on one side or on both.
        gives_probabilities: Whether an output can be read as a probability.
        is_joint: Whether every output depends on all logits, as they sum to one.
        keeps_order: Whether a larger logit always gives a larger output, before rounding.
        kinks: Logits at which its slope jumps.
    """

    title: str
    low: float
    high: float
    python: str
    keras: str
    pytorch: str
    coding: Coding = "0/1"
    fused_with: LossName | None = None
    saturates: bool = True
    gives_probabilities: bool = False
    is_joint: bool = False
    keeps_order: bool = True
    kinks: tuple[float, ...] = ()

    @property
    def is_identity(self) -> bool:
        """Whether the outputs are the logits themselves."""
        return self.python == "z"

    @property
    def range(self) -> tuple[float, float]:
        """Both ends of the range of an output."""
        return self.low, self.high


INFINITE = float("inf")

HEADS: dict[HeadName, HeadFacts] = {
    "linear": HeadFacts("the identity", -INFINITE, INFINITE, "z", "linear", "", saturates=False),
    "softmax": HeadFacts(
        "softmax", 0.0, 1.0, "softmax(z)", "softmax", "Softmax",
        fused_with="cross-entropy", gives_probabilities=True, is_joint=True,
    ),
    "sigmoid": HeadFacts(
        "the sigmoid", 0.0, 1.0, "1.0 / (1.0 + np.exp(-z))", "sigmoid", "Sigmoid",
        fused_with="binary-cross-entropy", gives_probabilities=True,
    ),
    "tanh": HeadFacts("the hyperbolic tangent", -1.0, 1.0, "np.tanh(z)", "tanh", "Tanh", coding="-1/1"),
    "relu": HeadFacts("ReLU", 0.0, INFINITE, "np.maximum(z, 0.0)", "relu", "ReLU", keeps_order=False, kinks=(0.0,)),
    "exponential": HeadFacts("the exponential function", 0.0, INFINITE, "np.exp(z)", "exponential", ""),
}  # fmt: skip
"""By name. A new head is a line here, one in `objectives/_head.py` (its function of a JAX array and its inverse) and
one in `backpropagation/_heads.py` (its formulas and its backward rule)."""
