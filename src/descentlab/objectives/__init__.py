"""The meaning and the loss of logits. It knows nothing of the network that computes them."""

from descentlab.objectives._class_weights import balanced_weights as balanced_weights
from descentlab.objectives._constant import best_constant_loss as best_constant_loss
from descentlab.objectives._objective import (
    BinaryCrossEntropy as BinaryCrossEntropy,
    CrossEntropy as CrossEntropy,
    Huber as Huber,
    Link as Link,
    Objective as Objective,
    SquaredError as SquaredError,
    apply_link as apply_link,
    build_objective as build_objective,
)
