"""Sums over many examples, taken in pieces that fit a core's cache, on all cores at once.

A core computes a step of a convolutional network twice as fast when the values of a few examples stay in its cache. The
pieces are divided into groups, one a core, and the sums of the groups are added in a fixed order; so the bits do not
depend on how many groups run at a time.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Int

from descentlab.networks import Network
from descentlab.training._devices import over_cores

PIECE = 8
"""Examples in a piece. A step of 32 and 64 3x3 kernels at batch 128 takes 16.9, 16.4, 17.6 and 28 ms in pieces of 4, 8,
16 and 32, and 27 ms at once (two AVX-512 cores)."""
PIECE_VALUES = 2**19
"""Values of the largest layer that a piece may have: larger pictures come in smaller pieces. A step of the default
network for pictures at batch 32 takes, in pieces of 8, 4, 2 and 1, 47, 52, 63 and 64 ms on 64x64 pixels, 322, 269, 257
and 285 on 128x128, and 1.73, 1.57, 1.54 and 1.32 s on 256x256; there the process takes 711, 603, 585 and 552 MB (two
busy cores).
"""

CHUNK = 128
"""Examples that pass a network at once when it only measures or predicts. It does not depend on how many there are, so
that another number compiles nothing, and a prediction has the same bits whatever stands beside it."""
LARGEST = 2**24
"""Values that a layer may give for a chunk: fewer large pictures pass the network at once."""

SumOf = Callable[[Any, Any, Int[Array, ""]], Any]
"""A function of arguments, a piece's arrays and its number that returns a tree of sums over the piece's examples."""


def piece_size(network: Network) -> int:
    """Choose the number of examples in a piece of a network's batch."""
    return min(PIECE, max(1, PIECE_VALUES // _largest(network)))


def chunk_size(network: Network) -> int:
    """Choose the number of examples that pass a network at once where batches are not taken in pieces."""
    return min(CHUNK, max(1, LARGEST // _largest(network)))


def _largest(network: Network) -> int:
    return max(math.prod(layer.output_shape) for layer in network.layers)


def divide(rows: Int[Array, " rows"], groups: int, size: int) -> Int[Array, "groups pieces piece"]:
    """Divide rows into pieces of one size, and the pieces into groups; -1 fills up the last ones."""
    per_group = math.ceil(rows.shape[0] / (groups * size))
    missing = groups * per_group * size - rows.shape[0]
    return jnp.pad(rows, (0, missing), constant_values=-1).reshape(groups, per_group, size)


def sum_pieces(
    of_piece: SumOf,
    arguments: Any,
    pieces: Any,
    num_pieces: int | Int[Array, ""],
    before: Any = None,
    *,
    devices: int = 1,
) -> Any:
    """Sum a tree of numbers over the pieces of each group.

    Args:
        of_piece: Returns the sums of one piece.
        arguments: Arrays that `of_piece` reads, the same for every piece.
        pieces: Arrays with the groups on the first axis, and the pieces of a group on the second.
        num_pieces: Number of pieces of a group that are summed; may be unknown when the program is compiled.
        before: Sums of the groups over earlier pieces; None if these are the first.
        devices: Number of devices that the groups run on: 1, or as many as groups.

    Returns:
        The tree of sums, with the groups on the first axis.
    """
    groups, per_group = jax.tree.leaves(pieces)[0].shape[:2]
    numbers = jnp.arange(groups * per_group, dtype=jnp.int32).reshape(groups, per_group)
    if before is None:
        one = (jax.tree.map(lambda array: array[0, 0], pieces), numbers[0, 0])
        like = jax.eval_shape(of_piece, arguments, *one)
        before = jax.tree.map(lambda leaf: jnp.zeros((groups, *leaf.shape), leaf.dtype), like)

    def sum_group(arguments: Any, num_pieces: Any, pieces: Any, numbers: Array, before: Any) -> Any:
        def add(index: Array, sums: Any) -> Any:
            piece = jax.tree.map(lambda array: array[index], pieces)
            return jax.tree.map(jnp.add, sums, of_piece(arguments, piece, numbers[index]))

        return lax.fori_loop(0, num_pieces, add, before)

    def sum_groups(whole: Any, num_pieces: Any, *cut: Any) -> Any:
        if groups == 1:
            sums = sum_group(whole, num_pieces, *jax.tree.map(lambda array: array[0], cut))
            return jax.tree.map(lambda leaf: leaf[None], sums)
        return lax.map(lambda group: sum_group(whole, num_pieces, *group), cut)

    run = over_cores(sum_groups, devices, num_whole=2, num_cut=3)
    return run(arguments, jnp.asarray(num_pieces, jnp.int32), pieces, numbers, before)
