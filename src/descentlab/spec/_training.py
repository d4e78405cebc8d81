"""What is minimised, by which rule, at which rate."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from descentlab.spec._base import KindAlone, Spec
from descentlab.spec._head import HeadName

Over = Literal["mean", "sum"]


class AnyLossSpec(Spec):
    """What every loss has, and what it states of itself.

    The class variables state facts: `needs_probabilities`, whether it takes the logarithm of outputs, and so needs
    those of the head that is fused with it; `head_for_classes`, the head that 'auto' stands for where the target is a
    class or labels (real numbers have a linear one).
    """

    needs_probabilities: ClassVar[bool] = False
    head_for_classes: ClassVar[HeadName]

    over_batch: Over = Field(
        default="mean",
        description="'sum' minimises the sum over a batch, whose gradient is as many times longer as a batch has "
        "examples; measured losses stay means.",
    )


class CrossEntropySpec(AnyLossSpec):
    """Minus the logarithm of the output of the right class, in nats; computed from the logits after softmax."""

    needs_probabilities: ClassVar[bool] = True
    head_for_classes: ClassVar[HeadName] = "softmax"

    kind: Literal["cross-entropy"] = "cross-entropy"


class BinaryCrossEntropySpec(AnyLossSpec):
    """Cross-entropy of every output by itself, right or wrong; computed from the logits after a sigmoid."""

    needs_probabilities: ClassVar[bool] = True
    head_for_classes: ClassVar[HeadName] = "sigmoid"

    kind: Literal["binary-cross-entropy"] = "binary-cross-entropy"
    over_outputs: Over = Field(default="sum", description="'mean' is Keras's and PyTorch's.")


class SquaredErrorSpec(AnyLossSpec):
    """Squared error between the outputs and the coded target."""

    head_for_classes: ClassVar[HeadName] = "sigmoid"

    kind: Literal["squared-error"] = "squared-error"
    over_outputs: Over = Field(default="mean", description="'sum' is the cost of 3Blue1Brown's and Nielsen's texts.")
    factor: float = Field(default=1.0, gt=0.0, description="0.5 gives the half squared error.")


class AbsoluteErrorSpec(AnyLossSpec):
    """Distance between the outputs and the coded target, so that no outlier pulls more than another example."""

    head_for_classes: ClassVar[HeadName] = "sigmoid"

    kind: Literal["absolute-error"] = "absolute-error"
    over_outputs: Over = "mean"


class HuberSpec(AnyLossSpec):
    """Squared near the target and linear far from it, so that an outlier pulls with bounded force."""

    head_for_classes: ClassVar[HeadName] = "linear"

    kind: Literal["huber"] = "huber"
    delta: float = Field(default=1.0, gt=0.0, description="Distance from the target at which it becomes linear.")
    over_outputs: Over = "mean"


LossSpec = Annotated[
    CrossEntropySpec | BinaryCrossEntropySpec | SquaredErrorSpec | AbsoluteErrorSpec | HuberSpec,
    Field(discriminator="kind"),
    KindAlone,
]

Positive = Annotated[float, Field(gt=0.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Decay = Annotated[float, Field(ge=0.0, lt=1.0)]


class OptimizerSpec(Spec):
    """What every optimizer has: a rate, penalties on the weights (never on biases), and clipping."""

    learning_rate: NonNegative = 0.01
    l1: NonNegative = Field(default=0.0, description="Adds l1 * sum |w| to what is minimised.")
    l2: NonNegative = Field(default=0.0, description="Adds l2 / 2 * sum w^2 to what is minimised.")
    clip_norm: Positive | None = Field(default=None, description="Scales a longer gradient down to this norm.")
    maximize: bool = Field(
        default=False,
        description="Reverses the gradient of the loss, so that each step goes up it; penalties and weight decay still "
        "pull weights to 0. Exists for experiments about failure.",
    )

    @property
    def title(self) -> str:
        """Kind of the rule, and whether it goes up the loss."""
        kind = str(type(self).model_fields["kind"].default)
        return f"{kind}, gradient reversed" if self.maximize else kind


class SgdSpec(OptimizerSpec):
    """Plain gradient descent: w <- w - learning_rate * gradient."""

    kind: Literal["sgd"] = "sgd"


class MomentumSpec(OptimizerSpec):
    """Gradient descent with a velocity (Polyak, 1964)."""

    kind: Literal["momentum"] = "momentum"
    momentum: Decay = 0.9


class NesterovSpec(OptimizerSpec):
    """Gradient descent with a velocity that looks ahead (Nesterov, 1983)."""

    kind: Literal["nesterov"] = "nesterov"
    momentum: Decay = 0.9


class RmspropSpec(OptimizerSpec):
    """Each weight's step divided by the root mean square of its recent gradients (Hinton, 2012)."""

    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: NonNegative = 0.001
    decay: Decay = 0.9
    eps: Positive = 1e-8


class AdamSpec(OptimizerSpec):
    """Momentum and per-weight scaling with corrected starts (Kingma and Ba, 2015)."""

    kind: Literal["adam"] = "adam"
    learning_rate: NonNegative = 0.001
    b1: Decay = 0.9
    b2: Decay = 0.999
    eps: Positive = 1e-8


class AdamWSpec(OptimizerSpec):
    """Adam with weight decay taken out of the gradient (Loshchilov and Hutter, 2019)."""

    kind: Literal["adamw"] = "adamw"
    learning_rate: NonNegative = 0.001
    b1: Decay = 0.9
    b2: Decay = 0.999
    eps: Positive = 1e-8
    weight_decay: NonNegative = 0.01


AnyOptimizerSpec = Annotated[
    SgdSpec | MomentumSpec | NesterovSpec | RmspropSpec | AdamSpec | AdamWSpec, Field(discriminator="kind"), KindAlone
]


class ConstantSpec(Spec):
    """The same rate throughout."""

    kind: Literal["constant"] = "constant"


class CosineSpec(Spec):
    """Half a cosine from the rate down to a share of it (Loshchilov and Hutter, 2017)."""

    kind: Literal["cosine"] = "cosine"
    final_share: float = Field(default=0.0, ge=0.0, le=1.0)


class OneCycleSpec(Spec):
    """Up from a share of the rate to the rate, then down far below where it began (Smith and Topin, 2018)."""

    kind: Literal["one-cycle"] = "one-cycle"
    peak_at: float = Field(default=0.3, gt=0.0, lt=1.0, description="Share of the steps spent going up.")
    start_share: float = Field(default=0.04, gt=0.0, le=1.0)
    final_share: float = Field(default=4e-6, ge=0.0, le=1.0)


class StepSpec(Spec):
    """The rate multiplied by a factor every so many epochs."""

    kind: Literal["step"] = "step"
    every_epochs: int = Field(default=30, ge=1)
    factor: float = Field(default=0.1, gt=0.0, le=1.0)


class WarmUpSpec(Spec):
    """A straight line from zero to the rate over the first epochs, then constant (Goyal et al., 2017)."""

    kind: Literal["warm-up"] = "warm-up"
    epochs: float = Field(default=5.0, gt=0.0)


ScheduleSpec = Annotated[
    ConstantSpec | CosineSpec | OneCycleSpec | StepSpec | WarmUpSpec, Field(discriminator="kind"), KindAlone
]


class EarlyStoppingSpec(Spec):
    """Stop when the validation part has not improved for so many epochs, and go back to the best weights."""

    metric: Literal["loss", "accuracy"] = "loss"
    patience: int = Field(default=10, ge=1, description="Epochs without a better value.")
    min_delta: NonNegative = Field(default=0.0, description="What counts as better.")
