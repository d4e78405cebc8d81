"""How far the gradients of a batch's examples agree."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._account import Account, flatten


@dataclass(frozen=True, eq=False)
class Agreement:
    """Each example's gradient beside their mean.

    With g_n the gradient of example n, G their mean over N examples and V = Σ |g_n - G|^2 / (N - 1) their variance
    summed over all weights:

    Attributes:
        costs: The cost C_n of each example.
        norms: The length |g_n| of each gradient.
        cosines: The cosine of the angle between g_n and G, from -1 (the opposite) to 1 (the same); NaN where one of
            them has length 0.
        mean_norm: The length |G| of the mean.
        expected_norm: The length √(V / N) that the mean of N gradients has by chance alone, if they agree in nothing.
        signal_to_noise: The ratio |G| / √V; NaN for a single example.
        noise_scale: The ratio V / |G|^2, with the chance part subtracted from |G|^2: about how many examples a batch
            needs until their mean says more than their scatter. Infinite where the mean is as short as chance would
            make it.
        layer_signal_to_noise: The ratio |G| / √V of each layer's gradients.
    """

    costs: Float[np.ndarray, " batch"]
    norms: Float[np.ndarray, " batch"]
    cosines: Float[np.ndarray, " batch"]
    mean_norm: float
    expected_norm: float
    signal_to_noise: float
    noise_scale: float
    layer_signal_to_noise: dict[str, float]


def measure_agreement(account: Account) -> Agreement:
    """Compare the gradient of each example with their mean.

    With batch norm in training an example's gradient is what its row adds to the batch's, since the examples' costs
    depend on each other.

    Args:
        account: The account of a batch.

    Returns:
        Lengths, cosines, and the ratio of signal to noise.

    References:
        McCandlish, Kaplan and Amodei, "An empirical model of large-batch training" (2018), for the noise scale.
    """
    mean = account.gradients
    names = list(mean)
    centre = {name: flatten({name: mean[name]}) for name in names}
    count = account.num_examples
    along, squared = np.zeros((count, len(names))), np.zeros((count, len(names)))
    apart = np.zeros((count, len(names)))
    for row in range(count):
        for k, (name, arrays) in enumerate(account.example_gradients(row).items()):
            slopes = flatten({name: arrays})
            along[row, k], squared[row, k] = slopes @ centre[name], slopes @ slopes
            apart[row, k] = ((slopes - centre[name]) ** 2).sum()
    signals = np.array([centre[name] @ centre[name] for name in names])
    variances = apart.sum(axis=0) / (count - 1) if count > 1 else np.full(len(names), np.nan)
    norms, whole, variance = np.sqrt(squared.sum(axis=1)), float(signals.sum()), float(variances.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = along.sum(axis=1) / (norms * math.sqrt(whole))
        ratios = np.sqrt(signals / variances)
        ratio = float(np.sqrt(np.float64(whole) / variance))
    excess = whole - variance / count
    return Agreement(
        costs=account.cost.costs,
        norms=norms,
        cosines=cosines,
        mean_norm=math.sqrt(whole),
        expected_norm=math.sqrt(variance / count),
        signal_to_noise=ratio,
        noise_scale=math.nan if count == 1 else variance / excess if excess > 0.0 else math.inf,
        layer_signal_to_noise=dict(zip(names, map(float, ratios), strict=True)),
    )
