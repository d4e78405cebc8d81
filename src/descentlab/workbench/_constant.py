"""Losses of the best constant prediction, which a network has to beat to have learned anything."""

from descentlab.data import Dataset
from descentlab.objectives import Objective, best_constant_loss


def constant_losses(
    objective: Objective, dataset: Dataset, *, looks_at_test: bool = True
) -> tuple[float, float | None]:
    """Return the lowest losses of one answer for all examples of the training part, and of the held-out part.

    Args:
        objective: Objective whose loss is computed.
        dataset: The data.
        looks_at_test: Whether the test part is held out if there is no validation part.
    """
    parts = (dataset.validation, dataset.test if looks_at_test else dataset.validation)
    held_out = next((rows for rows in parts if len(rows)), None)
    train, *others = [
        best_constant_loss(objective, dataset.targets[rows], dataset.weights_at(rows))
        for rows in (dataset.train, held_out)
        if rows is not None
    ]
    return train, others[0] if others else None
