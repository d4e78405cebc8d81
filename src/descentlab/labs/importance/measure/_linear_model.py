"""The score of a linear model on the same examples: logistic regression, or least squares for real targets."""

import warnings

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from descentlab.objectives import Objective

MOST_EXAMPLES = 10_000
"""Training examples that it is fitted on at most: beyond, its accuracy hardly moves and its time does."""
MOST_STEPS = 300


def linear_score(
    train: tuple[Float[np.ndarray, "train ..."], Shaped[np.ndarray, " train"]],
    test: tuple[Float[np.ndarray, "test ..."], Shaped[np.ndarray, " test"]],
    objective: Objective,
) -> float:
    """Fit a linear model and score it on other examples.

    Classes are predicted by logistic regression with scikit-learn's usual penalty (C = 1), on the inputs as the network
    gets them; real targets by ridge regression.

    Args:
        train: Inputs and targets to fit.
        test: Inputs and targets to score.
        objective: The objective of the network that it is compared with.

    Returns:
        Points of accuracy, or the loss with its sign turned.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    (inputs, targets), (new, truth) = train, test
    inputs, targets = inputs[:MOST_EXAMPLES].reshape(-1, int(np.prod(inputs.shape[1:]))), targets[:MOST_EXAMPLES]
    new = new.reshape(len(new), -1)
    if objective.num_classes:
        with warnings.catch_warnings():
            # On separable examples it never settles, and need not: what it says is settled long before.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LogisticRegression(max_iter=MOST_STEPS).fit(inputs, targets)
        return 100.0 * float((model.predict(new) == truth).mean())
    # The loss takes logits, which lie before the head.
    logits = objective.head.logit(Ridge(alpha=1e-6).fit(inputs, targets).predict(new)).reshape(len(new), -1)
    losses = objective.losses(jnp.asarray(logits, jnp.float32), jnp.asarray(truth, jnp.float32))
    return -float(jnp.mean(losses))
