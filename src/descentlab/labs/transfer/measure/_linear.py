"""A linear model that learns from a few examples: from a network's features, or from the raw pixels."""

import functools
import warnings
from collections.abc import Callable

import jax
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.networks import Context, HostArrays, Network

CHUNK = 256
STRENGTHS = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
"""Values of the inverse penalty C to choose from."""
MOST_STEPS = 300

Rows = Float[np.ndarray, "examples numbers"]


def features_of(
    network: Network, params: HostArrays, statistics: HostArrays, inputs: Float[np.ndarray, "examples ..."]
) -> Rows:
    """Compute the inputs of a network's last layer.

    Args:
        network: The layers, the last of them dense.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        inputs: Examples as the network gets them.

    Returns:
        A row for each example.
    """
    body = Network(network.layers[:-1])
    if not body.layers:
        return inputs.reshape(len(inputs), -1)
    run = _program(body)
    num, size = len(inputs), min(CHUNK, len(inputs))
    arrays = jax.tree.map(lambda array: np.asarray(array, np.float32), (params, statistics))
    rows_of_chunks = []
    for start in range(0, num, size):
        rows = np.minimum(start + np.arange(size), num - 1)
        rows_of_chunks.append(np.asarray(run(*arrays, inputs[rows].astype(np.float32)))[: num - start])
    return np.concatenate(rows_of_chunks).reshape(num, -1)


@functools.lru_cache(maxsize=16)
def _program(body: Network) -> Callable[..., Array]:
    return jax.jit(lambda params, statistics, inputs: body.forward(params, statistics, inputs, Context())[0])


def linear_accuracy(
    train: tuple[Float[np.ndarray, "train numbers"], Int[np.ndarray, " train"]],
    test: tuple[Float[np.ndarray, "test numbers"], Int[np.ndarray, " test"]],
    strength: float,
) -> float:
    """Fit a logistic regression and score it.

    The examples are brought to a root mean square distance of 1 from their mean, by one factor, so that a penalty means
    the same for features of any scale and number.

    Args:
        train: Examples and classes to fit.
        test: Examples and classes to score.
        strength: C of scikit-learn, one over the penalty.

    Returns:
        The accuracy.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        inputs, centre, axes, scale = _compressed(train[0])
        new = (test[0].astype(np.float64) - centre) @ axes / scale
        # Separable examples never settle, and need not: their answers have settled long before.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=MOST_STEPS).fit(inputs, train[1])
        return float((model.predict(new) == test[1]).mean())


def _compressed(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Express few examples of many numbers by as many numbers as there are examples.

    The weights that a penalised regression finds lie in the span of its examples, so that nothing is lost.
    """
    wide = rows.astype(np.float64)
    centre = wide.mean(axis=0)
    away = wide - centre
    scale = float(np.sqrt((away**2).sum(axis=1).mean())) or 1.0
    if away.shape[0] >= away.shape[1]:
        return away / scale, centre, np.eye(away.shape[1]), scale
    axes = np.linalg.qr(away.T)[0]
    return away @ axes / scale, centre, axes, scale
