"""A calculation that is gone through step by step, and the network that it runs through, as plain data."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.results._columns import Table
from descentlab.results._part_content import PlainPart

StepPart = PlainPart | Table


@dataclass(frozen=True, eq=False)
class DrawnLayer:
    """One column of a drawn network. Blue and orange stand for what is wanted: more, or less.

    Attributes:
        name: What it is called.
        kind: What kind of layer it is, in a word.
        activations: One example's: of neurons `(neurons,)`, or of a picture `(rows, columns, channels)`.
        wishes: -∂C/∂a of the same, or None where the cost does not ask.
        wish_name: What the wishes are, where they are something else.
        labels: A word a neuron; none for a picture.
        is_apart: Whether nothing leads to it from the column before, as to the targets.
        weight_wishes: -∂C/∂W of the weights from the column before, of this example; None where there are none, or
            where places share them.
        mean_weight_wishes: The same averaged over a batch; None for a single example.
    """

    name: str
    kind: str
    activations: Float[np.ndarray, "..."]
    wishes: Float[np.ndarray, "..."] | None = None
    wish_name: str = "−∂C/∂a"
    labels: tuple[str, ...] = ()
    weight_wishes: Float[np.ndarray, "inputs neurons"] | None = None
    mean_weight_wishes: Float[np.ndarray, "inputs neurons"] | None = None
    is_apart: bool = False


@dataclass(frozen=True)
class Scene:
    """What of the drawn network a step shows. Columns are counted from 0.

    Attributes:
        lit: The column that the step is about; None for none.
        seen_to: The last column whose activations are known by then.
        back_from: The first column whose weights' derivatives are known by then; beyond the last while there are none.
        is_mean: Whether edges show the average over the batch.
    """

    lit: int | None
    seen_to: int
    back_from: int
    is_mean: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a calculation.

    Attributes:
        phase: Steps of one phase stand together in the list, as "Forward".
        title: What the list calls it.
        heading: What the step does.
        sentences: In words; `code` between backticks.
        rules: Formulas as LaTeX.
        numbers: The same with numbers put in, a line each.
        parts: Tables and figures.
        scene: What the drawn network shows meanwhile.
        is_bad: Whether something in it does not hold, so that the list marks it in red.
    """

    phase: str
    title: str
    heading: str
    sentences: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    parts: tuple[StepPart, ...] = ()
    scene: Scene | None = None
    is_bad: bool = False


@dataclass(frozen=True)
class Steps:
    """Steps with buttons, a list and keys to go through them; one below the other where no script runs. One a page.

    Attributes:
        name: What is gone through, as "the account".
        steps: In order.
        network: Drawn above; empty where it is too large.
        start: The step that is shown first.
        note: A line below the drawing.
    """

    name: str
    steps: tuple[Step, ...]
    network: tuple[DrawnLayer, ...] = ()
    start: int = 0
    note: str = ""
