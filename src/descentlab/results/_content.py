"""What a training report says, as plain data: whoever fills this in needs no JAX, and whoever draws it neither."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8

from descentlab.core import PartName
from descentlab.results._measured import PartScores
from descentlab.spec import LayerRow

Task = Literal["classification", "regression"]
Link = Literal["softmax", "sigmoid", "tanh", "linear"]


@dataclass(frozen=True)
class Row:
    """One line of a list of facts, as "batch size" and "5 examples"; a key figure may have a note below it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """What was trained on what, and where.

    Attributes:
        data: What a person calls the data.
        parts: Number of examples by part; an absent or empty part has none.
        data_rows: Facts about the data: features, classes, checksum.
        notes: What was noticed and done while preparing, a sentence each.
        settings: The experiment in words: loss, optimizer, rate, batch size, epochs, seed.
        seconds: Wall time by phase, in seconds: `import`, `compile`, `train`, `total`.
        environment: Versions, hardware, when.
    """

    data: str
    parts: Mapping[str, int]
    data_rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    settings: tuple[Row, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    environment: tuple[Row, ...] = ()


@dataclass(frozen=True)
class History:
    """Losses and accuracies by member and epoch. A member that diverged has NaN or inf from there on.

    Attributes:
        epochs: At the end of which epochs the values were taken; 0 is before the first step. May be empty.
        train_loss: Mean loss over the training part.
        validation_loss: The same of the validation part, where there is one.
        train_accuracy: Share of training examples predicted correctly; None for regression.
        validation_accuracy: The same of the validation part.
        loss_name: The loss with its unit, as "cross-entropy (nats)".
        chosen_epoch: The epoch whose weights were kept by early stopping; None where the last were kept.
    """

    epochs: Int[np.ndarray, " epochs"]
    train_loss: Float[np.ndarray, "members epochs"]
    validation_loss: Float[np.ndarray, "members epochs"] | None = None
    train_accuracy: Float[np.ndarray, "members epochs"] | None = None
    validation_accuracy: Float[np.ndarray, "members epochs"] | None = None
    loss_name: str = "loss"
    chosen_epoch: int | None = None


@dataclass(frozen=True)
class Member:
    """One network of a population.

    Attributes:
        seed: Its seed.
        values: Its own numbers by name, as `{"test accuracy": 0.93}`.
        diverged_at: The step at which its loss left all bounds, or None.
        verdict: A word or two, as "learned".
    """

    seed: int
    values: Mapping[str, float]
    diverged_at: int | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Example:
    """One example that a person may look at, with what the network says of it.

    Attributes:
        label: By which a person finds it again: a file's name, a row's number.
        true: Class id, or the real target in its own unit.
        predicted: The same as the network tells it.
        probabilities: By class; empty for regression.
        picture: Grey `(height, width)` or colour `(height, width, 3)`; None where it is a row of a table.
        values: The row as it stood in the file, name and cell.
    """

    label: str
    true: int | float
    predicted: int | float
    probabilities: tuple[float, ...] = ()
    picture: UInt8[np.ndarray, "height width *channels"] | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Confusion:
    """How often each class was taken for each.

    Attributes:
        classes: Names by class id.
        counts: Rows are the true classes, columns the predicted ones.
        part: Of which part.
        examples: Those to show behind the cells, in the order in which to show them; not all need be there.
    """

    classes: tuple[str, ...]
    counts: Int[np.ndarray, "classes classes"]
    part: PartName
    examples: tuple[Example, ...] = ()

    @property
    def title(self) -> str:
        """Title of the matrix as a picture."""
        return f"true and predicted classes ({self.part} part)"


@dataclass(frozen=True)
class Predictions:
    """Real targets and what the network predicted, in the target's own unit.

    Attributes:
        true: The targets.
        predicted: What was predicted of them.
        part: Of which part.
        target: The target's name, with its unit if known.
    """

    true: Float[np.ndarray, " examples"]
    predicted: Float[np.ndarray, " examples"]
    part: PartName
    target: str


@dataclass(frozen=True)
class Boundary2D:
    """What the network predicts at every point of a rectangle, at several epochs.

    Attributes:
        x: Grid along the first feature, rising.
        y: Grid along the second feature, rising.
        epochs: At the end of which epochs.
        values: With two classes or a real target a score from -1 (orange) to 1 (blue); with more classes the
            winner's probability.
        winners: With more than two classes the winner's id; else None.
        train_points: Training examples, in the grid's units.
        train_targets: Class ids; with a real target its value on the scale of `values`.
        test_points: Test examples.
        test_targets: See `train_targets`.
        axis_names: Of the first and the second feature.
        classes: Names by class id; empty for a real target.
        meaning: What `values` are, in words.
    """

    x: Float[np.ndarray, " nx"]
    y: Float[np.ndarray, " ny"]
    epochs: Int[np.ndarray, " snapshots"]
    values: Float[np.ndarray, "snapshots ny nx"]
    winners: Int[np.ndarray, "snapshots ny nx"] | None
    train_points: Float[np.ndarray, "train 2"]
    train_targets: Shaped[np.ndarray, " train"]
    test_points: Float[np.ndarray, "test 2"]
    test_targets: Shaped[np.ndarray, " test"]
    axis_names: tuple[str, str]
    classes: tuple[str, ...] = ()
    meaning: str = ""


@dataclass(frozen=True)
class OutputAccount:
    """How one example's logits become probabilities.

    Attributes:
        example: The example.
        classes: Names by class id.
        link: What the logits pass through.
        logits: One a class, or a single one for two classes.
        terms: For softmax the exponentials e^(z - shift), else the outputs of the link.
        total: Sum of the terms.
        probabilities: By class.
        shift: What was taken off every logit before the exponential.
    """

    example: Example
    classes: tuple[str, ...]
    link: Link
    logits: tuple[float, ...]
    terms: tuple[float, ...]
    total: float
    probabilities: tuple[float, ...]
    shift: float = 0.0


@dataclass(frozen=True)
class Calibration:
    """Whether what is told with probability p is right in a share p of the cases.

    Attributes:
        confidence: Mean probability of the told class, by bin.
        accuracy: Share predicted correctly, by bin.
        counts: Examples by bin; a bin without any is left out of the figure.
        part: Of which part.
    """

    confidence: Float[np.ndarray, " bins"]
    accuracy: Float[np.ndarray, " bins"]
    counts: Int[np.ndarray, " bins"]
    part: PartName


@dataclass(frozen=True)
class TrainingReport:
    """All that the page of one training run shows.

    Attributes:
        title: The page's title.
        task: Whether classes or a real number are predicted.
        outcome: What came out, in sentences that carry their intervals.
        facts: What was trained on what.
        experiment_toml: The experiment, as `descentlab train` reads it.
        layers: The network, from input to output.
        history: The curves.
        metrics: Scores by part: "train", "validation", "test".
        baseline_name: What the naive baseline is, as "always the largest class, versicolor".
        members: The networks of a population of more than one.
        shown_seed: Of a population, the seed of the network that `confusion` and all below it are of.
        confusion: For classification.
        mistakes: The worst, worst first.
        predictions: For regression.
        boundary: For data of two features.
        account: One prediction, from logits to probabilities.
        calibration: For classification.
    """

    title: str
    task: Task
    outcome: tuple[str, ...]
    facts: Facts
    experiment_toml: str
    layers: tuple[LayerRow, ...]
    history: History
    metrics: Mapping[str, PartScores]
    baseline_name: str = ""
    members: tuple[Member, ...] = ()
    shown_seed: int | None = None
    confusion: Confusion | None = None
    mistakes: tuple[Example, ...] = ()
    predictions: Predictions | None = None
    boundary: Boundary2D | None = None
    account: OutputAccount | None = None
    calibration: Calibration | None = None
