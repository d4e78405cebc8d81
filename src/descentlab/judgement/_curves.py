"""The curves and numbers of a training that a judgement rests on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

StuckKind = Literal["dead units", "saturated units"]


@dataclass(frozen=True)
class TrainingCurves:
    """The curves and numbers of one network's training, from before the first step on.

    A symptom that was not recorded is None. An outcome that cannot be told without it is then "not checkable".

    Attributes:
        train_loss: Mean training loss, in the unit of the loss; NaN for epochs that were not trained.
        held_out_loss: Mean loss on the validation (or test) part at the same points.
        gradient_norm: Root mean square of the batches' gradient norms in each epoch; the first entry, before the
            first step, is NaN.
        diverged_at: Point at which the trainer stopped the network because its loss was no longer a number.
        constant_loss: Training loss of the best constant prediction, which is one answer for all examples.
        held_out_constant_loss: Lowest loss of one answer for all examples of the held-out part; by default that of
            the training part.
        stuck_share: Share of the units that give the same output for (almost) every example; NaN if a layer does not
            state when its units are stuck.
        stuck_kind: What stuck units are: dead (relu), or saturated (tanh, sigmoid).
        rate_factors: Factor of the schedule on the learning rate when each point was reached; the first entry is
            that of the first step. None: the rate was constant.
        has_stopped_early: Whether early stopping ended the training.
        epochs: Epoch of each point, if not every epoch has one.
    """

    train_loss: Float[np.ndarray, " points"]
    held_out_loss: Float[np.ndarray, " points"] | None = None
    gradient_norm: Float[np.ndarray, " points"] | None = None
    diverged_at: int | None = None
    constant_loss: float | None = None
    held_out_constant_loss: float | None = None
    stuck_share: float | None = None
    stuck_kind: StuckKind = "saturated units"
    rate_factors: Float[np.ndarray, " points"] | None = None
    has_stopped_early: bool = False
    epochs: Int[np.ndarray, " points"] | None = None

    def epoch_at(self, place: int) -> int:
        """Return the epoch of a point."""
        return place if self.epochs is None else int(self.epochs[place])
