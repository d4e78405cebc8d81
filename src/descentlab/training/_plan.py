"""Everything that a compiled training program depends on, and the numbers of examples, on which it does not."""

import dataclasses
import functools
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from descentlab.core import SpecError
from descentlab.data import Dataset, StoredPictures
from descentlab.networks import Network, build_network
from descentlab.objectives import Objective, Task, build_objective
from descentlab.optimizers import numeric_fields
from descentlab.spec import AnyOptimizerSpec, AugmentSpec, Experiment
from descentlab.training._devices import core_devices, count_cores
from descentlab.training._numbers import SMOOTHING, hyper_names
from descentlab.training._pieces import CHUNK, chunk_size, piece_size
from descentlab.training._room import full_batch_places

State = dict[str, Any]
"""Everything that a resume needs, by name: params, statistics, opt_state, step, the epoch's sums, the best so far."""

LANES = 16
"""Members trained side by side in one block of small networks, on the minor axis of every array.

Measured for 1,024 Iris networks, 100 epochs at batch 5, two AVX2 cores: 0.31 s in blocks of 16, 0.39 s in blocks of
8, 2.6 s in blocks of 32 (XLA no longer keeps a step's values in registers), 2.8 s with members on the major axis.
"""

MOST_LANES = 24
CLIFF = 1_024
"""Values of the widest layer, over batch and lanes, from which on XLA computes a step five times slower: 25 Iris
networks at batch 5 (1,000 values) take 22 ms and 26 (1,040) take 136; at batch 8, 15 (960) take 11 and 16 (1,024) 50.
"""
ACCELERATOR_LANES = 4_096
"""Members of a block on an accelerator, which takes about as long for thousands of small networks as for one."""
ACCELERATOR_BYTES = 2**31
"""Bytes that the data of a block may take on an accelerator, as each lane may have different data."""
BLOCK_COST = 3.2
"""Cost of a block beside that of its lanes, in lanes: 4, 8, 16 and 24 Iris networks take 6.3, 9.6, 15.2 and 21.3 ms."""
SEPARATE_DATA_COST = 1.1
"""Time of a block whose lanes have different data, relative to one whose lanes share their data."""

SMALL_LAYER = 256
"""Multiply-adds of the largest layer and batch up to which lanes pay; larger networks train one by one.

At batch 5, 4-8-3 takes 0.3 us a step and member in lanes against 1.5 alone; at batch 10, 2-8x6-1 takes 9 against 2.
"""

TRACED_EXAMPLES = 5_000
"""Training examples that the training curve is measured on at most, the same ones after every epoch."""

ORDER_PLACES = 2**18
"""Places for examples, over the steps of a call and its lanes, whose order is handed to the program at once."""
MOST_STEPS = 4_096
FEWEST_STEPS = 16
MOST_EPOCHS = 512

SIDE_BY_SIDE_CHUNK = 32
"""Examples that pass the networks of a block at once where they are measured. A hundred measurements of 24 Iris
networks take 10 ms with 24 or 32, 14 with 41 and 48; of 16 with data of their own 7 with 24 to 40 and 10 with 62; of 24
networks 2-4-2-1 10 with 32, 21 with 60, 44 with 120 (XLA then starts threads for tanh, which take longer than it)."""
ACCELERATOR_VALUES = 2**26
"""Values of a layer for blocks of more than `MOST_LANES`, which only an accelerator has: memory alone limits them."""


@dataclass(frozen=True)
class Form:
    """What a training program is compiled for: trainings of equal forms share one program.

    Attributes:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        optimizer: Update rule; its numbers are arguments of the program, and members may differ in `hyper_names`.
        hyper_names: Names of the numbers that may differ between members.
        batch_places: Places for examples in a batch. A batch of all examples leaves some of them empty.
        input_scale: Factor that uint8 inputs are multiplied by.
        precision: "float32" or "float64".
        patience: Number of epochs that early stopping waits; 0 switches it off.
        stops_on_accuracy: Whether early stopping looks at accuracy instead of loss.
        min_delta: Smallest change of loss or accuracy that early stopping counts as an improvement.
        lanes: Number of members in a block.
        batch_devices: Number of devices that each batch of a lone network is split over.
        groups: Number of groups into which the pieces of a batch are divided; 0 if batches are not summed in pieces.
        is_brief: Whether only the loss of each batch before its update is measured.
        flip: How the pictures of a batch are mirrored where they are varied at random; None if they are not varied.
        has_class_weights: Whether examples of rare classes count more in the loss that is minimised.
        has_weights: Whether examples have weights, in the loss that is minimised and in what is measured.
        streams: Whether the pictures are read from disk, so that the program gets those of a few steps at a time.
    """

    network: Network
    objective: Objective
    optimizer: AnyOptimizerSpec
    hyper_names: tuple[str, ...]
    batch_places: int
    input_scale: float
    precision: str
    patience: int
    stops_on_accuracy: bool
    min_delta: float
    lanes: int
    batch_devices: int = 1
    groups: int = 0
    is_brief: bool = False
    flip: Literal["none", "horizontal"] | None = None
    has_class_weights: bool = False
    has_weights: bool = False
    streams: bool = False

    @property
    def steps_per_call(self) -> int:
        """Largest number of steps that one call of the program can make."""
        return min(MOST_STEPS, max(FEWEST_STEPS, ORDER_PLACES // (self.batch_places * self.lanes)))

    @property
    def epochs_per_call(self) -> int:
        """Largest number of epochs that can end in one call of the program."""
        return min(MOST_EPOCHS, self.steps_per_call)

    @property
    def draws_at_steps(self) -> bool:
        """Whether a step needs random draws, for layers such as dropout or for varying pictures."""
        return self.network.draws_in_training or self.flip is not None

    @property
    def piece(self) -> int:
        """Number of examples that pass the network at once where a batch is summed in pieces, or a part measured."""
        if self.groups:
            return piece_size(self.network)
        if self.lanes == 1:
            return chunk_size(self.network)
        if self.lanes <= MOST_LANES:
            return SIDE_BY_SIDE_CHUNK
        widest = max(layer.output_shape[-1] for layer in self.network.layers)
        return min(CHUNK, max(SIDE_BY_SIDE_CHUNK, ACCELERATOR_VALUES // (widest * self.lanes)))

    @property
    def is_classification(self) -> bool:
        """Whether the network predicts classes rather than numbers."""
        return self.objective.num_classes > 0


@dataclass(frozen=True)
class Plan(Form):
    """A form with the numbers of its examples, for which nothing is compiled.

    Attributes:
        batch_size: Number of examples in a step.
        num_train: Number of training examples.
        num_validation: Number of validation examples; may be 0.
        num_test: Number of test examples that are measured after each epoch; usually 0, so that the test part is
            looked at once, when training has ended.
        is_full_batch: Whether a batch has all training examples, however many there are.
        augment: Random changes of the training pictures, or None; members may differ in its numbers.
        label_smoothing: Share of the training loss that is the mean over all labels, unless a member has its own.
    """

    batch_size: int = 1
    num_train: int = 1
    num_validation: int = 0
    num_test: int = 0
    is_full_batch: bool = False
    augment: AugmentSpec | None = None
    label_smoothing: float = 0.0

    @functools.cached_property
    def form(self) -> Form:
        """What the program is compiled for; plans of equal forms have the same one."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(Form)}
        return _one_of_equals(Form(**{**fields, "optimizer": _rule_alone(self.optimizer)}))

    def sized(self, dataset: Dataset) -> "Plan":
        """Return the plan with the numbers of examples of a data set of the same kind, such as another fold."""
        counts = (len(dataset.train), len(dataset.validation), len(dataset.test) if self.num_test else 0)
        if counts == (self.num_train, self.num_validation, self.num_test):
            return self
        num_train, num_validation, num_test = counts
        size = num_train if self.is_full_batch else self.batch_size
        places = max(self.batch_places, full_batch_places(size) if self.is_full_batch else size)
        return dataclasses.replace(
            self,
            batch_size=size,
            batch_places=places,
            num_train=num_train,
            num_validation=num_validation,
            num_test=num_test,
        )

    @property
    def measured_counts(self) -> tuple[int, ...]:
        """Numbers of training examples and of those measured in each part."""
        return self.num_train, *self.measured_parts.values()

    @property
    def measured_parts(self) -> dict[str, int]:
        """Number of examples that are measured after each epoch, by part of the data."""
        if self.is_brief:
            return {}
        counts = {
            "train": min(self.num_train, TRACED_EXAMPLES),
            "validation": self.num_validation,
            "test": self.num_test,
        }
        return {part: count for part, count in counts.items() if count}

    @property
    def steps_per_epoch(self) -> int:
        """Number of updates in an epoch; the last batch may be smaller than the others."""
        return math.ceil(self.num_train / self.batch_size)


def _rule_alone(optimizer: AnyOptimizerSpec) -> AnyOptimizerSpec:
    """Return the optimizer with default numbers: those of the members are arguments of the program."""
    has_clipping = "clip_norm" in numeric_fields(optimizer)
    return type(optimizer)(clip_norm=1.0 if has_clipping else None, maximize=optimizer.maximize)


@functools.lru_cache(maxsize=64)
def _one_of_equals(form: Form) -> Form:
    return form


def make_plan(
    experiment: Experiment,
    dataset: Dataset,
    *,
    num_members: int = 1,
    members_per_seed: int = 1,
    num_devices: int = 1,
    varied: Collection[str] = (),
    traces_test: bool = False,
    is_brief: bool = False,
) -> Plan:
    """Work out the static part of an experiment on its data.

    Args:
        experiment: The experiment to train.
        dataset: The prepared data; only its shapes and classes matter here.
        num_members: Number of networks that will be trained.
        members_per_seed: Number of them that share a seed, and so their data.
        num_devices: Number of devices; a lone network's batches are split over them if the batch size is a multiple.
        varied: Names of `adjustable_numbers` in which members differ.
        traces_test: Whether the test part is measured after each epoch too.
        is_brief: Whether only the loss of each batch is measured.

    Returns:
        The plan.

    Raises:
        SpecError: If the batch is larger than the training part, the loss or the head does not fit the task, pictures
            are to be varied but the data has none, or a name in `varied` is unknown.
        ShapeError: If a layer cannot take the output of the layer before it.
    """
    task = Task(dataset.task_kind, dataset.task_size)
    objective = build_objective(experiment.loss, experiment.head, task, check=experiment.check)
    network = build_network(experiment.model, dataset.input_shape, objective.num_outputs)
    batch_size = _check_batch_size(experiment, dataset)
    augment = _check_augment(experiment, dataset)
    if experiment.class_weights != "none" and not dataset.classes:
        raise SpecError(f"class_weights={experiment.class_weights} needs classes; for a regression leave it out")
    if (experiment.label_smoothing or SMOOTHING in varied) and not objective.has_right_answers:
        raise SpecError("label_smoothing needs classes or labels; for a regression leave it out")
    stopping = experiment.early_stopping
    if stopping is not None and stopping.metric == "accuracy" and not dataset.classes:
        raise SpecError("early_stopping.metric=accuracy needs classes; for a regression use loss")
    groups = _choose_groups(network, batch_size)
    streams = isinstance(dataset.inputs, StoredPictures)
    return Plan(
        network=network,
        objective=objective,
        optimizer=experiment.optimizer,
        hyper_names=hyper_names(experiment, network, varied),
        batch_places=full_batch_places(batch_size) if experiment.batch_size == "full" else batch_size,
        input_scale=dataset.input_scale,
        precision=experiment.precision,
        patience=stopping.patience if stopping else 0,
        stops_on_accuracy=stopping is not None and stopping.metric == "accuracy",
        min_delta=stopping.min_delta if stopping else 0.0,
        lanes=1 if streams else _choose_lanes(network, batch_size, dataset, num_members, members_per_seed),
        batch_devices=_choose_batch_devices(num_members, num_devices, batch_size, groups),
        groups=groups,
        is_brief=is_brief and stopping is None,
        flip=augment.flip if augment else None,
        has_class_weights=experiment.class_weights == "balanced",
        has_weights=dataset.weights is not None,
        streams=streams,
        batch_size=batch_size,
        num_train=len(dataset.train),
        num_validation=len(dataset.validation),
        num_test=len(dataset.test) if traces_test else 0,
        is_full_batch=experiment.batch_size == "full",
        augment=augment,
        label_smoothing=experiment.label_smoothing,
    )


def _choose_groups(network: Network, batch_size: int) -> int:
    """Choose one group a core for a convolutional network that trains on a processor, else 0."""
    if not core_devices() or not network.has_convolution or network.has_batch_statistics:
        return 0
    return min(count_cores(), 2 ** int(math.log2(max(1, batch_size // piece_size(network)))))


def _choose_batch_devices(num_members: int, num_devices: int, batch_size: int, groups: int) -> int:
    if num_members > 1:
        return 1
    if groups:
        return groups if groups <= len(core_devices()) else 1
    return num_devices if batch_size % num_devices == 0 else 1


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


def _check_augment(experiment: Experiment, dataset: Dataset) -> AugmentSpec | None:
    wanted = experiment.augment
    if wanted is None or wanted.is_idle:
        return None
    if not dataset.is_pictures:
        raise SpecError(f"augment varies pictures, and {dataset.name} has none: leave augment out")
    return wanted


def _choose_lanes(network: Network, batch_size: int, dataset: Dataset, num_members: int, members_per_seed: int) -> int:
    largest = max(layer.multiply_adds for layer in network.layers) * batch_size
    is_small = largest <= SMALL_LAYER and dataset.inputs.nbytes * LANES < 2**26
    if not is_small or num_members == 1:
        return 1
    if not core_devices():
        return max(1, min(num_members, ACCELERATOR_LANES, ACCELERATOR_BYTES // max(1, dataset.inputs.nbytes)))

    widest = max(layer.output_shape[-1] for layer in network.layers)
    most = max(1, min(MOST_LANES, (CLIFF - 1) // (batch_size * widest)))
    usual = min(LANES, most)

    def cost(lanes: int) -> float:
        return math.ceil(members_per_seed / lanes) * (BLOCK_COST + lanes) / members_per_seed

    best = min(range((usual + 1) // 2, most + 1), key=cost)
    mixed = SEPARATE_DATA_COST * (BLOCK_COST + usual) / usual
    return best if 2 * members_per_seed >= usual and cost(best) < mixed else usual
