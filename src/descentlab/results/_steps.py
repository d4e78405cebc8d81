"""Steps of a calculation on a page: a drawing, buttons and a list, and one step at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from descentlab.results._equations import mathml
from descentlab.results._network import NetworkView, network_view
from descentlab.results._steps_content import Step, StepPart, Steps
from descentlab.results._summary import mark_code

Groups = list[dict[str, Any]]


@dataclass(frozen=True)
class StepView:
    """One step.

    Attributes:
        key: Name of the step inside the page and in its address.
        number: Number of the step, counted from 1.
        step: Contents of the step.
        sentences: Sentences, cut where `code` begins and ends.
        rules: Formulas as MathML.
        numbers: Formulas with numbers put in, as MathML.
        groups: Tables and figures, as the templates take them.
    """

    key: str
    number: int
    step: Step
    sentences: tuple[tuple[tuple[str, bool], ...], ...]
    rules: tuple[str, ...]
    numbers: tuple[str, ...]
    groups: Groups


@dataclass(frozen=True)
class StepsView:
    """All steps.

    Attributes:
        name: Name of the calculation.
        steps: Steps in order.
        phases: Names of the phases, each with its steps.
        start: Step that is shown first, counted from 0.
        network: Drawing of the network; None if there is none.
        note: Line below the drawing.
    """

    name: str
    steps: tuple[StepView, ...]
    phases: tuple[tuple[str, tuple[StepView, ...]], ...]
    start: int
    network: NetworkView | None
    note: str


def steps_view(steps: Steps, key: str, lay_out: Callable[[tuple[StepPart, ...], str], Groups]) -> StepsView:
    """Lay out steps.

    Args:
        steps: Contents of the steps.
        key: Name of their figures inside the page.
        lay_out: Function that draws tables and figures under a given name.

    Returns:
        Everything that the template draws.
    """
    views = tuple(_step(step, k, lay_out(step.parts, f"{key}-{k + 1}")) for k, step in enumerate(steps.steps))
    phases = tuple(
        (phase, tuple(views_of_phase)) for phase, views_of_phase in groupby(views, lambda view: view.step.phase)
    )
    return StepsView(steps.name, views, phases, steps.start, network_view(steps.network), steps.note)


def _step(step: Step, k: int, groups: Groups) -> StepView:
    sentences = tuple(mark_code((text,)) for text in step.sentences)
    rules, numbers = (tuple(map(mathml, each)) for each in (step.rules, step.numbers))
    return StepView(f"step-{k + 1}", k + 1, step, sentences, rules, numbers, groups)
