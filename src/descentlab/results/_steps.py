"""Steps as the page shows them: a drawing above, buttons and a list to go through them, one step at a time."""

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
        key: Names it inside the page, and in its address.
        number: Counted from 1.
        step: What it says.
        sentences: Its sentences, cut where `code` begins and ends.
        rules: Formulas as MathML.
        numbers: The same with numbers put in.
        groups: Its tables and figures.
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
        name: What is gone through.
        steps: In order.
        phases: The steps again, those of one phase together.
        start: The step that is shown first, counted from 0.
        network: The drawing.
        note: A line below it.
    """

    name: str
    steps: tuple[StepView, ...]
    phases: tuple[tuple[str, tuple[StepView, ...]], ...]
    start: int
    network: NetworkView | None
    note: str


def steps_view(steps: Steps, key: str, lay_out: Callable[[tuple[StepPart, ...], str], Groups]) -> StepsView:
    """Lay steps out.

    Args:
        steps: What to go through.
        key: Names them inside the page.
        lay_out: Draws tables and figures, given a name for them.

    Returns:
        The steps.
    """
    views = tuple(_step(step, k, lay_out(step.parts, f"{key}-{k + 1}")) for k, step in enumerate(steps.steps))
    phases = tuple((phase, tuple(own)) for phase, own in groupby(views, lambda view: view.step.phase))
    return StepsView(steps.name, views, phases, steps.start, network_view(steps.network), steps.note)


def _step(step: Step, k: int, groups: Groups) -> StepView:
    sentences = tuple(mark_code((text,)) for text in step.sentences)
    rules, numbers = (tuple(map(mathml, each)) for each in (step.rules, step.numbers))
    return StepView(f"step-{k + 1}", k + 1, step, sentences, rules, numbers, groups)
