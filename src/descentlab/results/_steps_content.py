"""A calculation step by step, with a drawing of its network, as plain data."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.results._columns import Table
from descentlab.results._part_content import PlainPart

StepPart = PlainPart | Table


@dataclass(frozen=True, eq=False)
class DrawnLayer:
    """One column of a drawn network. Blue shows numbers that should grow to lower the cost, orange those to shrink.

    Attributes:
        name: Name of the layer.
        kind: Kind of layer, in a word.
        activations: Activations of one example: neurons `(neurons,)`, or a picture `(rows, columns, channels)`.
        nudges: Changes of the activations that lower the cost, -∂C/∂a; None if they are not computed.
        nudge_name: Formula of the nudges, if it is not -∂C/∂a.
        labels: A word for each neuron; empty for a picture.
        weight_nudges: -∂C/∂W of the weights from the previous column, for this example; None if there are no weights,
            or if places share them.
        mean_weight_nudges: -∂C/∂W averaged over a batch; None for a single example.
        is_apart: Whether no lines lead to it from the previous column, as for the targets.
    """

    name: str
    kind: str
    activations: Float[np.ndarray, "..."]
    nudges: Float[np.ndarray, "..."] | None = None
    nudge_name: str = "−∂C/∂a"
    labels: tuple[str, ...] = ()
    weight_nudges: Float[np.ndarray, "inputs neurons"] | None = None
    mean_weight_nudges: Float[np.ndarray, "inputs neurons"] | None = None
    is_apart: bool = False


@dataclass(frozen=True)
class Scene:
    """The state of the drawn network in one step. Columns are counted from 0.

    Attributes:
        lit: Column that the step is about; None for none.
        forward_to: Last column that the forward pass has reached.
        back_from: First column that the backward pass has reached; beyond the last column before it begins.
        is_mean: Whether lines show the average over the batch.
    """

    lit: int | None
    forward_to: int
    back_from: int
    is_mean: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a calculation.

    Attributes:
        phase: Phase of the step, such as "Forward"; the list shows the steps of a phase together.
        title: Title in the list.
        heading: Heading above the step.
        sentences: Sentences; `code` stands between backticks.
        rules: Formulas as LaTeX.
        numbers: Formulas with numbers put in, as LaTeX, one for each line.
        parts: Tables and figures.
        scene: State of the drawn network; None leaves it unchanged.
        is_bad: Whether something in the step does not hold; the list then marks it in red.
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
    """Steps with buttons, a list and keys; without a script they stand below each other. A page has one at most.

    Attributes:
        name: Name of the calculation, such as "the account".
        steps: Steps in order.
        network: Layers of the drawing; empty if the network is too large to draw.
        start: Step that is shown first, counted from 0.
        note: Line below the drawing.
    """

    name: str
    steps: tuple[Step, ...]
    network: tuple[DrawnLayer, ...] = ()
    start: int = 0
    note: str = ""
