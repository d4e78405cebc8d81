"""How the account, its checks, the update and the variants are computed."""

from collections.abc import Sequence

import numpy as np

from descentlab import backpropagation
from descentlab.labs.backprop._depth import depth_variants
from descentlab.labs.backprop._examples import Chosen, row_of
from descentlab.labs.backprop._measured import Backprop
from descentlab.workbench import Subject


def measure(
    subject: Subject,
    chosen: Chosen,
    *,
    example: int | None,
    layer: str | None,
    top: int,
    is_training: bool,
    learning_rates: Sequence[float] | None,
    num_samples: int,
) -> Backprop:
    """Take examples through a network and back, and check and follow the gradient.

    Args:
        subject: The network.
        chosen: The examples.
        example: Place of the example that is looked at.
        layer: Name of the layer that is looked at; None for all with weights.
        top: Number of terms of a sum to name.
        is_training: Whether batch norm and dropout work as in training.
        learning_rates: Rates at which an update is followed; None chooses them.
        num_samples: About how many central differences to take; 0 leaves out the checks.

    Returns:
        The measurements.

    Raises:
        SpecError: If the example or the layer is not there, or the rates do not rise.
    """
    row, seed = row_of(chosen, example), subject.experiment.seed
    problem = backpropagation.Problem(
        subject.network, subject.objective, subject.params, subject.statistics, chosen.inputs, chosen.targets,
        is_training=is_training, dropout_seed=seed,
    )  # fmt: skip
    account = backpropagation.account_for(problem)
    if layer is not None:
        account.layer(layer)
    rates = None if learning_rates is None else np.asarray(learning_rates, np.float64)
    return Backprop(
        subject=subject,
        chosen=chosen,
        account=account,
        check=backpropagation.check(account, num_samples=num_samples, seed=seed) if num_samples else None,
        row=row,
        layer=layer,
        top=top,
        update=backpropagation.follow_update(account, rates),
        variants=depth_variants(subject, account),
    )
