"""The measurements of `curvature`, as numbers."""

from dataclasses import dataclass

from descentlab.labs.curvature._escape import Escape
from descentlab.sharpness import Density, SharpnessTrace
from descentlab.spec import Experiment


@dataclass(frozen=True)
class Effort:
    """How much is spent on a measurement.

    Attributes:
        examples: Training examples over which the loss is averaged.
        products: Most products with the Hessian for the ends of a spectrum.
        probes: Random vectors for the trace; a third as many for the density.
    """

    examples: int
    products: int
    probes: int


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Estimates of the whole spectrum of the Hessian at the end of a training.

    Attributes:
        learning_rate: Learning rate of that training.
        trace: Sum of the eigenvalues.
        trace_error: Standard error of the sum.
        density: How the eigenvalues are spread.
        num_probes: Random vectors behind the sum.
    """

    learning_rate: float
    trace: float
    trace_error: float
    density: Density
    num_probes: int


@dataclass(frozen=True, eq=False)
class Curvature:
    """The curvature of a network's training loss.

    Attributes:
        experiment: What was trained.
        traces: The curvature along the training at each learning rate.
        spectrum: The spectrum at the end of the first training that did not diverge; None if all did.
        escape: The losses of training on from the stop, of noise and of a fresh start; None if it was not asked for.
        num_examples: Training examples that the loss was averaged over.
        num_train: Training examples in all.
        num_params: Weights of the network.
        steps_per_epoch: Updates in an epoch.
    """

    experiment: Experiment
    traces: tuple[SharpnessTrace, ...]
    spectrum: Spectrum | None
    escape: Escape | None
    num_examples: int
    num_train: int
    num_params: int
    steps_per_epoch: int
