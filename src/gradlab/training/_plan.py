"""All that a compiled training program depends on. Two plans that are equal share one program."""

import math
from dataclasses import dataclass

from gradlab.core import SpecError
from gradlab.data import Dataset
from gradlab.networks import Network, build_network
from gradlab.objectives import Objective, build_objective
from gradlab.optimizers import numeric_fields
from gradlab.spec import AnyOptimizerSpec, Experiment

LANES = 16
"""Members trained side by side in one block of small networks, on the minor axis of every array.

Measured for 1,024 Iris networks, 100 epochs at batch 5, two AVX2 cores: 0.31 s in blocks of 16, 0.39 s in blocks of
8, 2.6 s in blocks of 32 (XLA no longer keeps a step's values in registers), 2.8 s with members on the major axis.
"""

SMALL_LAYER = 256
"""Multiply-adds of the largest layer and batch up to which lanes pay; larger networks train one by one.

At batch 5, 4-8-3 takes 0.3 us a step and member in lanes against 1.5 alone; at batch 10, 2-8x6-1 takes 9 against 2.
"""

TRACED_EXAMPLES = 10_000
"""The training curve is measured on at most so many training examples, the same ones at every epoch."""


@dataclass(frozen=True)
class Plan:
    """The static part of a training: a change of anything here compiles anew.

    Attributes:
        network: The layers.
        objective: What the logits mean and cost.
        optimizer: The update rule with its numbers at their default; members may differ in `hyper_names`.
        hyper_names: Names of the numbers that each member has for itself.
        batch_size: Examples in a step.
        num_train: Training examples.
        num_validation: Validation examples; may be 0.
        input_scale: What uint8 inputs are multiplied by.
        precision: "float32" or "float64".
        patience: Epochs that early stopping waits; 0 switches it off.
        stops_on_accuracy: Whether early stopping looks at accuracy instead of loss.
        min_delta: What early stopping counts as better.
        lanes: Members in a block.
        epochs_per_call: Most epochs that one call of the program can run.
        batch_devices: Devices that each batch of a lone network is split over.
    """

    network: Network
    objective: Objective
    optimizer: AnyOptimizerSpec
    hyper_names: tuple[str, ...]
    batch_size: int
    num_train: int
    num_validation: int
    input_scale: float
    precision: str
    patience: int
    stops_on_accuracy: bool
    min_delta: float
    lanes: int
    epochs_per_call: int
    batch_devices: int = 1

    @property
    def steps_per_epoch(self) -> int:
        """Updates in an epoch; the last batch may be smaller than the others."""
        return math.ceil(self.num_train / self.batch_size)

    @property
    def has_ragged_batch(self) -> bool:
        """Whether the last batch of an epoch is smaller than the others."""
        return self.num_train % self.batch_size != 0

    @property
    def is_classification(self) -> bool:
        """Whether classes are told."""
        return self.objective.num_classes > 0


def make_plan(experiment: Experiment, dataset: Dataset, *, num_members: int = 1, num_devices: int = 1) -> Plan:
    """Work out the static part of an experiment on its data.

    Args:
        experiment: What to train.
        dataset: The prepared data; only its shapes and classes matter here.
        num_members: How many networks will be trained.
        num_devices: How many devices there are; a lone network's batches are split over them where that goes up.

    Returns:
        The plan.

    Raises:
        SpecError: If the batch is larger than the training part, or the loss does not fit the task.
        ShapeError: If a layer cannot take what the one before it gives.
    """
    objective = build_objective(experiment.loss, len(dataset.classes))
    network = build_network(experiment.model, dataset.input_shape, objective.num_outputs)
    batch_size = _check_batch_size(experiment, dataset)
    stopping = experiment.early_stopping
    if stopping is not None and stopping.metric == "accuracy" and not dataset.classes:
        raise SpecError("early_stopping.metric=accuracy needs classes; for a regression use loss")
    steps = math.ceil(len(dataset.train) / batch_size)
    return Plan(
        network=network,
        objective=objective,
        optimizer=experiment.optimizer,
        hyper_names=tuple(numeric_fields(experiment.optimizer)),
        batch_size=batch_size,
        num_train=len(dataset.train),
        num_validation=len(dataset.validation),
        input_scale=dataset.input_scale,
        precision=experiment.precision,
        patience=stopping.patience if stopping else 0,
        stops_on_accuracy=stopping is not None and stopping.metric == "accuracy",
        min_delta=stopping.min_delta if stopping else 0.0,
        lanes=_choose_lanes(network, batch_size, dataset, num_members),
        epochs_per_call=max(1, min(experiment.epochs, 1_000, 1_000_000 // (steps * batch_size))),
        batch_devices=num_devices if num_members == 1 and batch_size % num_devices == 0 else 1,
    )


def _check_batch_size(experiment: Experiment, dataset: Dataset) -> int:
    num_train = len(dataset.train)
    if experiment.batch_size == "full":
        return num_train
    if experiment.batch_size > num_train:
        raise SpecError(
            f"batch_size={experiment.batch_size} exceeds the {num_train} training examples of {dataset.name}: "
            f'use at most {num_train}, or batch_size="full"'
        )
    return experiment.batch_size


def _choose_lanes(network: Network, batch_size: int, dataset: Dataset, num_members: int) -> int:
    largest = max(layer.multiply_adds for layer in network.layers) * batch_size
    is_small = largest <= SMALL_LAYER and dataset.inputs.nbytes * LANES < 2**26
    return LANES if is_small and num_members > 1 and not network.has_dropout else 1
