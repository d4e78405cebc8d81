"""The meaning and the loss of logits. It knows nothing of the network that computes them."""

from descentlab.objectives._build import (
    build_objective as build_objective,
    choose_head as choose_head,
    task_of as task_of,
)
from descentlab.objectives._class_weights import balanced_weights as balanced_weights
from descentlab.objectives._constant import best_constant_loss as best_constant_loss
from descentlab.objectives._head import Head as Head
from descentlab.objectives._losses import (
    CLIPPED as CLIPPED,
    AbsoluteError as AbsoluteError,
    BinaryCrossEntropy as BinaryCrossEntropy,
    CrossEntropy as CrossEntropy,
    Huber as Huber,
    SquaredError as SquaredError,
)
from descentlab.objectives._objective import Objective as Objective
from descentlab.objectives._task import Task as Task
