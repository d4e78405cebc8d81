"""The objective of a loss, a head and a task, and the reasons for which one does not fit another."""

import math
from collections.abc import Iterator

from descentlab.core import SpecError
from descentlab.objectives._head import Head
from descentlab.objectives._losses import AbsoluteError, BinaryCrossEntropy, CrossEntropy, Huber, SquaredError
from descentlab.objectives._objective import Objective
from descentlab.objectives._task import Task
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
    Switch,
)


def build_objective(loss: LossSpec, head: HeadSpec, task: Task, *, check: Switch = "on") -> Objective:
    """Build the objective of a loss for a task.

    Args:
        loss: Description of the loss.
        head: Description of the head; what is "auto" is chosen for the loss and the task.
        task: What the network answers.
        check: "off" allows a head that does not fit the loss or the task, for experiments about failure.

    Returns:
        The objective.

    Raises:
        SpecError: If the loss, the head and the task do not fit each other, and `check` is "on".

    Example:
        >>> from descentlab.spec import CrossEntropySpec
        >>> build_objective(CrossEntropySpec(), HeadSpec(), Task("classes", 3)).num_outputs
        3
    """
    chosen = choose_head(loss, head, task)
    if check == "on" and (reason := next(_misfits(loss, chosen, task), None)) is not None:
        raise SpecError(f'{reason}; `check = "off"` (`--set check=off`) allows it for experiments about failure')
    shared = (task, chosen, loss.over_batch)
    match loss:
        case CrossEntropySpec():
            return CrossEntropy(*shared)
        case BinaryCrossEntropySpec():
            return BinaryCrossEntropy(*shared, loss.over_outputs)
        case SquaredErrorSpec():
            return SquaredError(*shared, loss.over_outputs, loss.factor)
        case AbsoluteErrorSpec():
            return AbsoluteError(*shared, loss.over_outputs)
        case HuberSpec():
            return Huber(*shared, loss.over_outputs, loss.delta)


def choose_head(loss: LossSpec, head: HeadSpec, task: Task) -> Head:
    """Choose what a description of a head leaves to the loss and the task.

    Args:
        loss: Description of the loss.
        head: Description of the head.
        task: What the network answers.

    Returns:
        The head, which need not fit them.
    """
    is_chosen_by_loss = task.kind != "numbers" or loss.needs_probabilities
    usual: HeadName = loss.head_for_classes if is_chosen_by_loss else "linear"
    activation = usual if head.activation == "auto" else head.activation
    facts = HEADS[activation]
    has_lone_output = task.kind == "classes" and task.size == 2 and not facts.is_joint
    outputs = head.outputs
    if outputs == "auto":
        outputs = 1 if has_lone_output else task.size
    coding = head.coding
    if coding == "auto":
        coding = "0/1" if loss.needs_probabilities else facts.coding
    return Head(activation, outputs, coding)


def task_of(num_classes: int) -> Task:
    """Return the task of a data set with one target: so many classes, or for 0 a real number."""
    return Task("classes", num_classes) if num_classes else Task("numbers", 1)


def _misfits(loss: LossSpec, head: Head, task: Task) -> Iterator[str]:
    """Give each reason for which a head fits neither its loss nor its task, the most important first."""
    name, facts = head.activation, head.facts
    if loss.needs_probabilities and task.kind == "numbers":
        yield (
            f"loss '{loss.kind}' needs classes, but the target is a real number; use squared-error "
            "(`--set loss=squared-error`)"
        )
    if loss.head_for_classes == "softmax" and task.kind == "labels":
        yield f"loss '{loss.kind}' needs one class for each example, and the target is labels; use binary-cross-entropy"
    if loss.needs_probabilities and facts.fused_with != loss.kind:
        yield (
            f"head.activation='{name}' does not give the probabilities whose logarithm loss '{loss.kind}' takes; use "
            f"{loss.head_for_classes}, or squared-error"
        )
    if facts.is_joint and head.outputs == 1:
        yield f"head.activation='{name}' of a single output is always 1; use sigmoid, or an output for each class"
    if facts.is_joint and task.kind == "labels":
        yield f"head.activation='{name}' makes the outputs of {task.size} labels share 1; use sigmoid"
    yield from _range_misfits(loss, head, task)
    fitting = {task.size, 1} if task.kind == "classes" and task.size == 2 and not facts.is_joint else {task.size}
    if head.outputs not in fitting:
        wanted = " or ".join(str(number) for number in sorted(fitting))
        yield (
            f"head.outputs={head.outputs} does not fit a target of {_count_of(task)}; use {wanted}, "
            'or leave it at "auto"'
        )


def _range_misfits(loss: LossSpec, head: Head, task: Task) -> Iterator[str]:
    name, (low, high) = head.activation, head.facts.range
    if task.kind == "numbers":
        if math.isfinite(low) or math.isfinite(high):
            yield (
                f"head.activation='{name}' gives outputs {_range_words(low, high)}, and a real target may have any "
                "value; use linear"
            )
        return
    wrong, right = head.codes
    is_reached = (low == wrong or math.isinf(low)) and (high == right or math.isinf(high))
    if not is_reached or (loss.needs_probabilities and head.codes != (0.0, 1.0)):
        yield (
            f"head.coding='{head.coding}' does not fit head.activation='{name}', whose outputs are "
            f"{_range_words(low, high)}, with loss '{loss.kind}'; leave head.coding at \"auto\""
        )


def _range_words(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "of any value"
    return f"from {low:g} on" if math.isinf(high) else f"from {low:g} to {high:g}"


def _count_of(task: Task) -> str:
    names = {"classes": "class", "labels": "label", "numbers": "number"}
    return f"{task.size} {names[task.kind] if task.size == 1 else task.kind}"
