"""The losses as PyTorch computes them, and every loss with every head and task to try."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom

from descentlab.core import SpecError
from descentlab.objectives import Objective, Task, build_objective
from descentlab.spec import (
    HEADS,
    AbsoluteErrorSpec,
    BinaryCrossEntropySpec,
    CrossEntropySpec,
    HeadName,
    HeadSpec,
    HuberSpec,
    LossSpec,
    SquaredErrorSpec,
)

IN_TORCH: dict[HeadName, Callable[[torch.Tensor], torch.Tensor]] = {
    "softmax": lambda z: torch.softmax(z, dim=1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "exponential": torch.exp,
    "linear": lambda z: z,
}
LOSSES: tuple[LossSpec, ...] = (
    CrossEntropySpec(),
    BinaryCrossEntropySpec(),
    BinaryCrossEntropySpec(over_outputs="mean"),
    SquaredErrorSpec(factor=0.5),
    AbsoluteErrorSpec(over_outputs="sum"),
    HuberSpec(delta=0.7),
)
TASKS = (Task("classes", 2), Task("classes", 4), Task("labels", 4), Task("numbers", 1), Task("numbers", 4))
"""Of few sizes, since JAX compiles every operation for every size."""


@dataclass(frozen=True)
class Case:
    """A loss after a head, for a task."""

    loss: LossSpec
    head: HeadSpec
    task: Task

    def __str__(self) -> str:
        """Name the case in a list of tests."""
        over = getattr(self.loss, "over_outputs", "")
        outputs = "" if self.head.outputs == "auto" else f"-{self.head.outputs}-outputs"
        coding = "" if self.head.coding == "auto" else f"-{self.head.coding}"
        return f"{self.loss.kind}-{over}-{self.head.activation}{outputs}{coding}-{self.task.size}-{self.task.kind}"

    @cached_property
    def objective(self) -> Objective:
        """Build it, whether it fits or not."""
        return build_objective(self.loss, self.head, self.task, check="off")

    @cached_property
    def fits(self) -> bool:
        """Whether it is allowed by default."""
        try:
            build_objective(self.loss, self.head, self.task)
        except SpecError:
            return False
        return True

    def targets(self, rng: np.random.Generator, count: int) -> Any:
        """Draw targets."""
        match self.task.kind:
            case "classes":
                return rng.integers(0, self.task.size, count).astype(np.int32)
            case "labels":
                return rng.integers(0, 2, (count, self.task.size)).astype(np.float64)
            case "numbers":
                return rng.normal(size=(count, self.task.size) if self.task.size > 1 else count)


EVERY = tuple(
    Case(loss, HeadSpec(activation=name), task) for loss, name, task in itertools.product(LOSSES, HEADS, TASKS)
)
_NAMES: list[str] = list(HEADS)
PAIRED = tuple(
    case
    for case in EVERY
    if case.task == TASKS[1]
    or (LOSSES.index(case.loss) + _NAMES.index(case.head.activation)) % len(TASKS) == TASKS.index(case.task)
)
"""Of EVERY, every two of a loss, a head and a task at least once."""
CODED = tuple(
    Case(loss, HeadSpec.model_validate({"activation": name, "coding": coding}), Task("classes", size))
    for loss in LOSSES[3:4]
    for name, coding in (("linear", "-1/1"), ("tanh", "0/1"))
    for size in (2, 4)
)
UNEQUAL = tuple(
    Case(loss, HeadSpec(activation=name, outputs=outputs), task)
    for loss, name in zip(LOSSES, ("softmax", "sigmoid", "softmax", "linear", "tanh", "relu"), strict=True)
    for task, outputs in (
        (Task("classes", 2), 2), (Task("classes", 2), 4), (Task("classes", 4), 1), (Task("classes", 4), 2),
        (Task("labels", 4), 1), (Task("labels", 2), 4), (Task("labels", 4), 2), (Task("numbers", 1), 4),
        (Task("numbers", 4), 1),
    )
)[::2]  # fmt: skip
"""Each number of outputs with three of the losses."""


def losses_in_torch(case: Case, logits: torch.Tensor, targets: np.ndarray) -> torch.Tensor:
    """Return each example's loss."""
    objective, loss = case.objective, case.loss
    outputs, wanted = IN_TORCH[objective.head.activation](logits), _wanted(case, targets)
    if isinstance(loss, CrossEntropySpec):
        if objective.head.activation == "softmax" and case.task.kind == "classes" and logits.shape[1] >= case.task.size:
            return F.cross_entropy(logits, torch.tensor(targets).long(), reduction="none")
        if objective.head.activation == "softmax":
            logarithms = torch.log_softmax(logits, dim=1)
        else:
            logarithms = torch.log(torch.clamp(outputs / outputs.sum(dim=1, keepdim=True), 1e-7, 1.0 - 1e-7))
        return -torch.mul(*_paired(logarithms, wanted)).sum(dim=1)
    match loss:
        case BinaryCrossEntropySpec() if objective.head.activation == "sigmoid":
            terms = F.binary_cross_entropy_with_logits(*_paired(logits, wanted), reduction="none")
        case BinaryCrossEntropySpec():
            held, wanted = _paired(torch.clamp(outputs, 1e-7, 1.0 - 1e-7), wanted)
            terms = -wanted * torch.log(held) - (1.0 - wanted) * torch.log(1.0 - held)
        case SquaredErrorSpec():
            terms = loss.factor * F.mse_loss(*_paired(outputs, wanted), reduction="none")
        case AbsoluteErrorSpec():
            terms = F.l1_loss(*_paired(outputs, wanted), reduction="none")
        case HuberSpec():
            terms = F.huber_loss(*_paired(outputs, wanted), delta=loss.delta, reduction="none")
    return terms.sum(dim=1) if loss.over_outputs == "sum" else terms.mean(dim=1)


def _wanted(case: Case, targets: np.ndarray) -> torch.Tensor:
    wanted = torch.tensor(targets).double().reshape(len(targets), -1)
    head = case.objective.head
    if case.task.kind == "numbers":
        return wanted
    if case.task.kind == "classes" and head.outputs > 1:
        ids = torch.tensor(targets).long()
        wanted = F.one_hot(ids, max(head.outputs, case.task.size))[:, : head.outputs].double()
    return 2.0 * wanted - 1.0 if head.coding == "-1/1" else wanted


def _paired(outputs: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if 1 in (outputs.shape[1], wanted.shape[1]):
        width = max(outputs.shape[1], wanted.shape[1])
        return outputs.expand(-1, width), wanted.expand(-1, width)
    width = min(outputs.shape[1], wanted.shape[1])
    return outputs[:, :width], wanted[:, :width]
