"""The measurements of `backprop-cost`, and the training step that it measures."""

from dataclasses import dataclass

import numpy as np

from descentlab.core import generator
from descentlab.labs.backprop_cost.measure import Case, Timed, Work, XlaCount
from descentlab.workbench import Subject

MAX_EXAMPLES = 4_096
"""Most training examples that are read. Larger batches repeat them, for arithmetic takes as long on any numbers."""
USUAL_BATCH = 32


@dataclass(frozen=True, eq=False)
class BackpropCost:
    """The cost of back-propagation through a network.

    Attributes:
        subject: The network with its experiment and its data.
        work: Multiply-adds, counted by the formula of each layer.
        xla: Operations, counted by XLA.
        timed: Times of the forward pass, the gradient and the update.
        budget_s: Seconds that were allowed for timing.
    """

    subject: Subject
    work: Work
    xla: XlaCount
    timed: Timed
    budget_s: float

    @property
    def has_padding(self) -> bool:
        """Whether a convolution pads its pictures with zeros."""
        sums = [layer.weighted_sum for layer in self.subject.network.every_layer]
        return any(each is not None and each.is_padded for each in sums)


def case_of(subject: Subject) -> Case:
    """Return the training step of a network, with its training examples or, where a run's data is gone, random ones."""
    experiment, dataset = subject.experiment, subject.dataset
    if dataset is not None:
        rows = dataset.train[:MAX_EXAMPLES]
        inputs, targets, num_train = dataset.real_inputs(rows), dataset.targets[rows], len(dataset.train)
    else:
        rng = generator(0, "backprop-cost")
        inputs = rng.normal(size=(USUAL_BATCH, *subject.network.input_shape))
        classes = subject.objective.num_classes
        shape = (USUAL_BATCH, len(subject.target_names)) if subject.target_names else USUAL_BATCH
        targets = rng.integers(0, classes, USUAL_BATCH) if classes else rng.normal(size=shape)
        num_train = USUAL_BATCH
    return Case(
        network=subject.network,
        objective=subject.objective,
        optimizer=experiment.optimizer,
        params=subject.params,
        statistics=subject.statistics,
        inputs=np.asarray(inputs, experiment.precision),
        targets=targets,
        batch_size=num_train if experiment.batch_size == "full" else experiment.batch_size,
        precision=experiment.precision,
    )
