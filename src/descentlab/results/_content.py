"""The contents of a training report as plain data; neither filling it in nor drawing it needs JAX."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8

from descentlab.core import LayerRow, PartName
from descentlab.results._measured import PartScores

Task = Literal["classification", "regression", "multi-label"]


@dataclass(frozen=True)
class Row:
    """One line of a list of facts, such as "batch size" and "5 examples"; a key figure may have a note below it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Facts about the data, the training and the machine.

    Attributes:
        data: Name of the data.
        parts: Number of examples by part; an empty part may be left out.
        data_rows: Facts about the data, such as features, classes and checksum.
        notes: Sentences about the data and its preparation.
        settings: Settings of the experiment, such as loss, optimizer, learning rate, batch size, epochs and seed.
        seconds: Wall time by phase, in seconds: `import`, `compile`, `train`, `total`.
        environment: Versions, hardware and date.
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
        epochs: Epochs at whose end the values were measured; 0 is before the first step. May be empty.
        train_loss: Mean loss on the training set.
        validation_loss: Mean loss on the validation set; None if there is none.
        train_accuracy: Share of training examples that are predicted correctly; None for regression.
        validation_accuracy: Share of validation examples that are predicted correctly; None if there are none.
        loss_name: Name of the loss with its unit, such as "cross-entropy (nats)".
        chosen_epoch: Epoch whose weights early stopping kept; None if the last weights were kept.
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
        seed: Seed of the network.
        values: Numbers of this network by name, such as `{"test accuracy": 0.93}`.
        diverged_at: Step at which the training diverged; None if it did not.
        verdict: A word or two about its training, such as "learned".
    """

    seed: int
    values: Mapping[str, float]
    diverged_at: int | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Example:
    """One example as the page shows it, with its prediction.

    Attributes:
        label: Name by which a person finds the example again: of a file, or the number of a row.
        true: True class id, or true value in the unit of the target.
        predicted: Predicted class id, or predicted value in the unit of the target.
        probabilities: Predicted probabilities by class; empty for regression.
        picture: Grey `(height, width)` or colour `(height, width, 3)` picture; None for a row of a table.
        values: Column names and cells of the row, as the file has them.
    """

    label: str
    true: int | float
    predicted: int | float
    probabilities: tuple[float, ...] = ()
    picture: UInt8[np.ndarray, "height width *channels"] | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix: how often examples of each class were predicted as each class.

    Attributes:
        classes: Names of the classes by id.
        counts: Numbers of examples; rows are the true classes, columns the predicted ones.
        part: Part of the data.
        examples: Examples to show for the cells, in their order; they need not be all.
    """

    classes: tuple[str, ...]
    counts: Int[np.ndarray, "classes classes"]
    part: PartName
    examples: tuple[Example, ...] = ()

    @property
    def title(self) -> str:
        """Title of the matrix when it is drawn as a figure."""
        return f"true and predicted classes ({self.part} part)"


@dataclass(frozen=True)
class Predictions:
    """True and predicted values of a regression, in the unit of the target.

    Attributes:
        true: True values.
        predicted: Predicted values.
        part: Part of the data.
        target: Name of the target, with its unit if known.
    """

    true: Float[np.ndarray, " examples"]
    predicted: Float[np.ndarray, " examples"]
    part: PartName
    target: str


@dataclass(frozen=True)
class Boundary2D:
    """The predictions of a network on a grid over two features, at several epochs.

    Attributes:
        x: Grid along the first feature, in rising order.
        y: Grid along the second feature, in rising order.
        epochs: Epochs after which the predictions were made.
        values: For two classes or a real target, a score from -1 (orange) to 1 (blue); for more classes, the
            probability of the predicted class.
        winners: For more than two classes, the id of the predicted class; else None.
        train_points: Training examples, in the units of the grid.
        train_targets: Class ids; for a real target, its value on the scale of `values`.
        test_points: Test examples, in the units of the grid.
        test_targets: Targets of the test examples, as `train_targets`.
        axis_names: Names of the first and the second feature.
        classes: Names of the classes by id; empty for a real target.
        meaning: Meaning of `values`, in words.
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

    def without_points(self) -> "Boundary2D":
        """Return the plane with no example of the data in it."""
        return replace(
            self,
            train_points=self.train_points[:0],
            train_targets=self.train_targets[:0],
            test_points=self.test_points[:0],
            test_targets=self.test_targets[:0],
        )


@dataclass(frozen=True)
class OutputHead:
    """What turns logits into outputs.

    Attributes:
        title: What a sentence calls it, as "the sigmoid".
        is_joint: Whether the outputs sum to one, as those of softmax.
        is_identity: Whether the outputs are the logits themselves.
    """

    title: str
    is_joint: bool
    is_identity: bool


@dataclass(frozen=True)
class OutputAccount:
    """The computation of one example's probabilities from its logits.

    Attributes:
        example: Example with its prediction.
        classes: Names of the classes by id.
        head: Head that turns logits into outputs.
        logits: A logit for each class, or a single one for two classes.
        terms: For softmax the exponentials e^(z - shift), else the outputs of the head.
        total: Sum of the terms.
        probabilities: Probabilities by class.
        shift: Number that is subtracted from every logit before the exponential.
    """

    example: Example
    classes: tuple[str, ...]
    head: OutputHead
    logits: tuple[float, ...]
    terms: tuple[float, ...]
    total: float
    probabilities: tuple[float, ...]
    shift: float = 0.0


@dataclass(frozen=True)
class Calibration:
    """The calibration: whether a share p of the examples predicted with probability p is correct.

    Attributes:
        confidence: Mean probability of the predicted class, by bin.
        accuracy: Share of examples predicted correctly, by bin.
        counts: Number of examples by bin; the figure leaves out empty bins.
        part: Part of the data.
    """

    confidence: Float[np.ndarray, " bins"]
    accuracy: Float[np.ndarray, " bins"]
    counts: Int[np.ndarray, " bins"]
    part: PartName


@dataclass(frozen=True)
class TrainingReport:
    """The contents of the page of one training run.

    Attributes:
        title: Title of the page.
        task: Whether the network predicts classes, labels or real numbers.
        outcome: Sentences about the result, with intervals.
        facts: Facts about the data, the training and the machine.
        experiment_toml: Experiment, as `descentlab train` reads it.
        layers: Layers of the network, from input to output.
        history: Losses and accuracies by epoch.
        metrics: Scores by part: "train", "validation", "test".
        baseline_name: Naive baseline in words, such as "always the largest class, versicolor".
        members: Networks of a population; empty for a single network.
        shown_seed: For a population, the seed of the network whose confusion matrix, mistakes and so on are shown.
        confusion: Confusion matrix; None for regression.
        mistakes: Worst mistakes, the worst first.
        predictions: True and predicted values of each real target; empty for classes and labels.
        boundary: Predictions over the plane, for data with two features; else None.
        account: One prediction, from logits to probabilities.
        calibration: Calibration of the probabilities; None for regression.
        weights: Name of the weights by which scores count examples; empty if every example counts once.
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
    predictions: tuple[Predictions, ...] = ()
    boundary: Boundary2D | None = None
    account: OutputAccount | None = None
    calibration: Calibration | None = None
    weights: str = ""
