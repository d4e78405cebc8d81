"""Random draws on the host: each is a function of a seed and of its purpose, never of earlier draws."""

import hashlib

import numpy as np


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Make the random generator of one purpose under one seed.

    Philox is counter-based, so that two purposes never share a stream and any draw can be repeated alone:
    the order of epoch 17 does not need those of the sixteen epochs before it.

    Args:
        seed: Seed of the experiment.
        purpose: Words for what is drawn, such as `("order", 17)` or `("weights", "hidden1")`.

    Returns:
        A generator that is the same on every machine for the same arguments.

    Example:
        >>> bool(generator(0, "order", 1).random() == generator(0, "order", 1).random())
        True

    References:
        Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
    """
    label = "/".join(str(part) for part in (seed, *purpose)).encode()
    key = np.frombuffer(hashlib.blake2b(label, digest_size=16).digest(), dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
