"""How alike two layers see the same examples, whatever their units are called: linear CKA."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from descentlab.representations._one_core import on_one_core

Gram = Float[np.ndarray, "examples examples"]


@on_one_core
def gram_of(activations: Float[np.ndarray, "examples ..."]) -> Gram:
    """Return the products of every two examples, of which CKA needs no more; in float64."""
    flat = activations.reshape(len(activations), -1)
    flat = flat - flat.mean(axis=0)
    return (flat @ flat.T).astype(np.float64)


def linear_cka(rows: Sequence[Gram], columns: Sequence[Gram]) -> Float[np.ndarray, "rows columns"]:
    """Compare layers by linear CKA, without the bias that few examples of many units give it.

    CKA(K, L) = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), with the unbiased estimate of HSIC. It is 1 for layers that
    differ by a rotation and a scale, and about 0 for unrelated ones; the plain estimate comes to nearly 1 for any two
    layers of many more units than examples.

    Args:
        rows: The products of some layers' examples.
        columns: Those of the layers to compare them with, on the same examples; at least 4.

    Returns:
        A value a pair; NaN for a layer that answers all examples alike.

    References:
        Kornblith, Norouzi, Lee and Hinton, "Similarity of neural network representations revisited" (2019).
        Song et al., "Feature selection via dependence maximization" (2012), for the unbiased estimate.
        Nguyen, Raghu and Kornblith, "Do wide and deep networks learn the same things?" (2021).
    """
    centred = [[_centre(gram) for gram in grams] for grams in (rows, columns)]
    norms = [np.array([np.sqrt(max((gram * gram).sum(), 0.0)) for gram in grams]) for grams in centred]
    products = np.array([[(a * b).sum() for b in centred[1]] for a in centred[0]])
    scale = norms[0][:, None] * norms[1][None, :]
    return np.divide(products, scale, out=np.full(products.shape, np.nan), where=scale > 0.0)


def _centre(gram: Gram) -> Gram:
    """Centre a matrix of products so that the sum of two such, entry by entry, estimates HSIC without bias.

    The diagonal, where an example meets itself, is left out (the U-centring of Székely and Rizzo, 2014).
    """
    num = len(gram)
    bare = gram - np.diag(np.diag(gram))
    sums = bare.sum(axis=1)
    centred = bare - (sums[:, None] + sums[None, :]) / (num - 2) + sums.sum() / ((num - 1) * (num - 2))
    np.fill_diagonal(centred, 0.0)
    return centred
