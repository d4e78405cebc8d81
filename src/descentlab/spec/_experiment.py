"""The description of one experiment: all that decides its result, and nothing that does not."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from descentlab.spec._augment import AugmentSpec
from descentlab.spec._base import NothingIsNone, Spec
from descentlab.spec._data import BundledData, DataSpec, DividedSpec, SplitSpec
from descentlab.spec._gather_head import gather_head
from descentlab.spec._head import HeadSpec, Switch
from descentlab.spec._layers import AnyLayerSpec, DenseSpec, ResidualSpec
from descentlab.spec._training import (
    AdamSpec,
    AnyOptimizerSpec,
    ConstantSpec,
    CrossEntropySpec,
    EarlyStoppingSpec,
    LossSpec,
    ScheduleSpec,
)


class Experiment(Spec):
    """One experiment. The same description and data give the same weights, bit for bit, on one machine.

    The network ends in logits: its last layer is a dense layer with `units = "outputs"`. `head` says how many there are
    and what they pass through, by default what fits the loss and the target (softmax for cross-entropy). It may also be
    written where people write it, as the `activation` of the last layer, and is moved to `head` from there.

    Raises:
        pydantic.ValidationError: If a value is out of range or a key unknown; `descentlab.spec.parse` words it.

    Example:
        >>> Experiment().batch_size
        32
    """

    name: str = Field(default="experiment", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)
    seed: int = Field(default=0, ge=0, lt=2**32)
    data_seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**32,
        description="Divides (and draws) the data alike for every seed; left out, each seed has its own.",
    )
    num_seeds: int = Field(default=1, ge=1, le=100_000, description="Networks, with seeds from `seed` on.")
    epochs: int = Field(default=100, ge=0, le=1_000_000)
    batch_size: Annotated[int, Field(ge=1)] | Literal["full"] = 32
    shuffle: bool = Field(default=True, description="A new order of the examples in every epoch.")
    precision: Literal["float32", "float64"] = "float32"
    data: DataSpec = BundledData()
    split: SplitSpec = SplitSpec()
    augment: AugmentSpec | None = None
    model: tuple[AnyLayerSpec, ...] = Field(default=(DenseSpec(),), min_length=1)
    head: HeadSpec = HeadSpec()
    loss: LossSpec = CrossEntropySpec()
    class_weights: Annotated[Literal["none", "balanced"], NothingIsNone] = Field(
        default="none",
        description="'balanced': examples of rare classes count more in training, so that every class counts the same.",
    )
    label_smoothing: float = Field(
        default=0.0,
        ge=0.0,
        lt=1.0,
        description="Share of the training loss that is the mean over all labels instead of the right one's; measured "
        "losses stay those of the labels.",
    )
    optimizer: AnyOptimizerSpec = AdamSpec()
    schedule: ScheduleSpec = ConstantSpec()
    early_stopping: EarlyStoppingSpec | None = None
    check: Switch = Field(
        default="on",
        description="'on' refuses a head that does not fit its loss or the target; 'off' allows it, for experiments "
        "about failure.",
    )

    @property
    def has_uneven_parts(self) -> bool:
        """Whether the parts of two seeds may have different numbers of examples."""
        is_grouped = isinstance(self.data, DividedSpec) and self.data.group is not None
        return self.split.folds is not None or is_grouped

    @model_validator(mode="before")
    @classmethod
    def _gather_head(cls, values: Any) -> Any:
        return gather_head(values) if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _check_model(self) -> "Experiment":
        last = self.model[-1]
        if not isinstance(last, DenseSpec) or last.units != "outputs":
            raise ValueError(
                'the last layer of `model` must be { kind = "dense", units = "outputs" }; how many outputs there are, '
                "and what they pass through, is said by `head`"
            )
        names = [layer.name for layer in self.model if layer.name]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two layers of `model` are named '{min(twice)}'; give each its own name")
        return self

    @model_validator(mode="after")
    def _check_inner_units(self) -> "Experiment":
        inner = [layer for layer in self.model if isinstance(layer, ResidualSpec)]
        layers = [*self.model[:-1], *(sub for layer in inner for sub in layer.layers)]
        if any(isinstance(layer, DenseSpec) and layer.units == "outputs" for layer in layers):
            raise ValueError('only the last layer of `model` may have units = "outputs"; give the others a number')
        return self

    @model_validator(mode="after")
    def _check_early_stopping(self) -> "Experiment":
        if self.early_stopping is not None and self.split.validation == 0.0:
            raise ValueError(
                "early stopping needs a validation part: set split.validation above 0, as 0.2, or early_stopping=none"
            )
        return self
