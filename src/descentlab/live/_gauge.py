"""The sharpness of a live network beside the limit of stability."""

from dataclasses import dataclass

import numpy as np

from descentlab.live._session import Session
from descentlab.sharpness import NetworkLoss, find_extremes, is_preconditioned, network_loss, stability_limit

PRODUCTS = 30
TOLERANCE = 1e-2
EXAMPLES = 500


@dataclass(frozen=True)
class Stability:
    """The sharpness of a network beside its limit of stability.

    Attributes:
        sharpness: Largest eigenvalue of the training loss's Hessian.
        limit: Sharpness above which this optimizer is unstable on a quadratic at this rate; infinite at rate 0.
        is_divided: Whether the optimizer divides each weight's step by a different number, so that the limit does not
            hold for the plain sharpness.
    """

    sharpness: float
    limit: float
    is_divided: bool

    @property
    def share(self) -> float:
        """Sharpness as a share of its limit."""
        return self.sharpness / self.limit if np.isfinite(self.limit) else 0.0


class StabilityGauge:
    """Measures one session again and again, with the functions compiled once for its network."""

    def __init__(self) -> None:
        self._loss: tuple[object, object, NetworkLoss] | None = None

    def read(self, session: Session) -> Stability | None:
        """Measure the network in focus, at the moment that is shown.

        Returns:
            The sharpness and its limit; None if the loss is no longer a number, or the gradient is reversed.
        """
        racer = session.racers[session.focus]
        if racer.network.experiment.optimizer.maximize:
            return None
        place = self._loss_of(session).place(
            session.params_of(session.focus), session.statistics_of(session.focus), "float32"
        )
        if not np.isfinite(place.loss()):
            return None
        ends = find_extremes(place.product, place.size, num_steps=PRODUCTS, tolerance=TOLERANCE)
        optimizer, rate = racer.network.experiment.optimizer, racer.network.hyper["learning_rate"]
        return Stability(ends.largest, stability_limit(optimizer, rate), is_preconditioned(optimizer))

    def _loss_of(self, session: Session) -> NetworkLoss:
        network = session.racers[session.focus].network
        if self._loss is None or self._loss[0] is not network or self._loss[1] is not session.dataset:
            hyper = network.hyper
            made = network_loss(
                network.plan.network, network.plan.objective, session.dataset,
                num_examples=EXAMPLES, l1=hyper["l1"], l2=hyper["l2"], batch_size=network.plan.batch_size,
            )  # fmt: skip
            self._loss = (network, session.dataset, made)
        return self._loss[2]
