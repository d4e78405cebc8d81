"""The account of one example of a session: every number of its forward and backward pass."""

import numpy as np

from descentlab.backpropagation import Account, Problem, account_for
from descentlab.core import SpecError
from descentlab.live._session import Session


def nearest_example(session: Session, x: float, y: float) -> int:
    """Find the training example nearest to a point of the plane.

    Args:
        session: Session whose plane is meant.
        x: Horizontal position, in the unit of the horizontal feature.
        y: Vertical position, in the unit of the vertical feature.

    Returns:
        Row of the example in the data set.

    Raises:
        SpecError: If the data spans no plane.
    """
    plane = session.plane
    if plane is None:
        raise SpecError("these inputs span no plane, so no example can be chosen on it; choose data with two numbers")
    distances = np.hypot(*((plane.places - [x, y]) / np.ptp(plane.ticks, axis=1)).T)
    rows = session.dataset.train
    return int(rows[int(np.argmin(distances[rows]))])


def account_of(session: Session, row: int) -> Account:
    """Account for the forward and backward pass of an example through the network in focus, at the moment shown.

    Args:
        session: Session whose network is meant.
        row: Row of the example in the data set.

    Returns:
        The account, in float64.
    """
    racer = session.racers[session.focus]
    plan, dataset = racer.network.plan, session.dataset
    rows = np.array([row])
    return account_for(
        Problem(
            plan.network,
            plan.objective,
            session.params_of(session.focus),
            session.statistics_of(session.focus),
            dataset.real_inputs(rows),
            dataset.targets[rows],
        )
    )
