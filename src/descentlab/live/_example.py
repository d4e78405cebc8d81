"""One example of a session, through a network and back, with every number."""

import numpy as np

from descentlab.backpropagation import Account, Problem, account_for
from descentlab.core import SpecError
from descentlab.live._session import Session


def nearest_example(session: Session, x: float, y: float) -> int:
    """Find the example that lies nearest to a place on the plane.

    Args:
        session: Whose plane.
        x: Place across, in the plane's unit.
        y: Place up.

    Returns:
        Its row in the data set.

    Raises:
        SpecError: If the data spans no plane.
    """
    plane = session.plane
    if plane is None:
        raise SpecError("these inputs span no plane; there is no example at a place on it")
    distances = np.hypot(*((plane.places - [x, y]) / np.ptp(plane.ticks, axis=1)).T)
    rows = session.dataset.train
    return int(rows[int(np.argmin(distances[rows]))])


def account_of(session: Session, row: int) -> Account:
    """Take one example through the network in focus, as it is shown, and back.

    Args:
        session: Whose network.
        row: The example's row in the data set.

    Returns:
        The account; all of it in float64.
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
