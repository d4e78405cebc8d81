"""The loss of a network at many points of its weight space, in one compiled program and bounded memory."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Bool, Float, Shaped

from descentlab.labs.landscape.measure._space import weight_space
from descentlab.networks import Context, Network
from descentlab.objectives import Objective
from descentlab.training import precision_of

CHUNK = 2_048
PICTURES = 128
"""Examples that pass the network at once, and as many where pictures pass it as pictures.

Measured on two AVX2 cores: `mnist-mlp` on 2,000 digits at 1,681 points, 1.9 s at once and 2.3 s in chunks of 256;
`mnist-cnn` on 512 digits at 64 points, 3.4 s in chunks of 128, 4.9 of 64, 3.8 of 256 and 6.3 at once. To vectorise
over points as well gains nothing: Iris at 1,681 points takes 0.03 s without it.
"""
PIECE_WORK = 2**31
"""Multiply-adds of one call, so that progress is drawn and Ctrl-C is heard a few times a second."""
MAX_PIECE = 256
"""Points of one call; a call has as many even where fewer are asked for."""
MAX_PIECE_NUMBERS = 2**23
"""Weights, and losses, of all points of a call."""
MAX_FOR_STATISTICS = 512
"""Examples from which batch norm's statistics are measured at every point."""

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Sample:
    """Examples on which a loss is measured.

    Attributes:
        inputs: As the network sees them.
        targets: Class ids or standardised reals.
    """

    inputs: Shaped[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, "examples ..."]

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Readings:
    """What was measured at some points.

    Attributes:
        loss: Mean loss over the examples.
        accuracy: Share of the examples that are predicted correctly; None for regression.
        losses: Each example's loss; None where only means were asked for.
    """

    loss: Float[np.ndarray, " points"]
    accuracy: Float[np.ndarray, " points"] | None
    losses: Float[np.ndarray, "points examples"] | None = None


@dataclass(frozen=True)
class _Laid:
    """Examples in chunks of one size; the last is filled up with copies that are cut off again."""

    inputs: Shaped[Array, "chunks size ..."]
    targets: Shaped[Array, "chunks size ..."]
    count: int


class Survey:
    """Measures a network's loss and accuracy on parts of its data at any weights.

    Dropout is off. Batch norm's statistics are measured anew at each point, from training examples: those of the
    training fit no weights but its own.
    """

    def __init__(
        self,
        network: Network,
        objective: Objective,
        samples: Mapping[str, Sample],
        *,
        dtype: str = "float32",
    ) -> None:
        """Lay the examples out.

        Args:
            network: The layers.
            objective: The loss.
            samples: Examples by part; the first part is the one trained on.
            dtype: In which precision all is computed.
        """
        self.parts = tuple(samples)
        self.is_classification = objective.num_classes > 0
        self.space = weight_space(network)
        self._network = network
        self._objective = objective
        self._dtype = dtype
        self._work = sum(layer.multiply_adds for layer in network.layers)
        with precision_of(dtype):
            most = PICTURES if any(len(layer.output_shape) == 3 for layer in network.layers) else CHUNK
            self._laid = {part: _lay_out(sample, objective, dtype, most) for part, sample in samples.items()}
            first = next(iter(samples.values()))
            self._for_statistics = jax.device_put(first.inputs[:MAX_FOR_STATISTICS].astype(dtype))
        self._run = jax.jit(self._measure)

    def measure(
        self,
        anchors: Float[np.ndarray, "anchors params"],
        shares: Float[np.ndarray, "points anchors"],
        *,
        part: str,
        keeps_examples: bool = False,
        on_progress: OnProgress = lambda *_: None,
    ) -> Readings:
        """Measure at points that are sums of anchors, as a network plus so much of two directions.

        Args:
            anchors: Weights and directions, a row each.
            shares: How much of each anchor a point has.
            part: On which examples.
            keeps_examples: Whether each example's loss is wanted too.
            on_progress: Called with how many points are done, of how many.

        Returns:
            Loss and accuracy of each point; where a loss is too large for a number, infinity or NaN.
        """
        laid = self._laid[part]
        shares = np.asarray(shares, np.float64)
        pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []
        for losses, right in self._pieces(anchors, shares, laid, on_progress):
            wide = losses.astype(np.float64)
            pieces.append((wide.mean(axis=1), right.mean(axis=1), losses if keeps_examples else None))
        loss, accuracy, kept = zip(*pieces, strict=True)
        return Readings(
            loss=np.concatenate(loss),
            accuracy=np.concatenate(accuracy) if self.is_classification else None,
            losses=np.concatenate(kept) if keeps_examples else None,
        )

    def _pieces(
        self, anchors: np.ndarray, shares: np.ndarray, laid: _Laid, on_progress: OnProgress
    ) -> Iterator[tuple[Float[np.ndarray, "points examples"], Bool[np.ndarray, "points examples"]]]:
        total = len(shares)
        size = self._piece_size(laid.count)
        pieces = [shares[start : start + size] for start in range(0, total, size)]

        def run(piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            # Every piece is filled up to one size, so that one program serves lines, planes and single points.
            full = np.concatenate([piece, np.repeat(piece[-1:], size - len(piece), axis=0)])
            # Some devices round matrix products in single precision to three digits, which would look like bumps.
            with precision_of(self._dtype), jax.default_matmul_precision("highest"):
                points = jax.device_put((full @ anchors).astype(self._dtype))
                arrays = self._run(points, laid.inputs, laid.targets, self._for_statistics)
                losses, right = (np.asarray(array).reshape(size, -1) for array in arrays)
            return losses[: len(piece), : laid.count], right[: len(piece), : laid.count]

        # A call that is large enough uses all cores by itself; small ones run side by side.
        pool = ThreadPoolExecutor(max(1, min(len(pieces), os.cpu_count() or 1)))
        try:
            done = 0
            for losses, right in pool.map(run, pieces):
                done += len(losses)
                on_progress(done, total)
                yield losses, right
        finally:
            pool.shutdown(cancel_futures=True)

    def _piece_size(self, num_examples: int) -> int:
        by_work = PIECE_WORK // max(1, self._work * num_examples)
        by_memory = MAX_PIECE_NUMBERS // max(num_examples, self.space.size)
        return max(1, min(by_work, by_memory, MAX_PIECE))

    def _measure(
        self, points: Array, inputs: Array, targets: Array, for_statistics: Array
    ) -> tuple[Float[Array, "points chunks size"], Bool[Array, "points chunks size"]]:
        def at_point(point: Array) -> tuple[Array, Array]:
            params = self.space.unflatten(point)
            statistics = self._network.batch_statistics(params, for_statistics)

            def on_chunk(chunk: tuple[Array, Array]) -> tuple[Array, Array]:
                return self._losses(params, statistics, *chunk)

            return lax.map(on_chunk, (inputs, targets))

        return lax.map(at_point, points)

    def _losses(self, params: Any, statistics: Any, inputs: Array, targets: Array) -> tuple[Array, Array]:
        logits, _ = self._network.forward(params, statistics, inputs, Context())
        losses = self._objective.losses(logits, targets)
        if not self.is_classification:
            return losses, jnp.zeros(losses.shape, jnp.bool_)
        return losses, self._objective.are_right(logits, targets)


def _lay_out(sample: Sample, objective: Objective, dtype: str, most: int) -> _Laid:
    count = len(sample)
    num_chunks = math.ceil(count / most)
    size = math.ceil(count / num_chunks)
    rows = np.minimum(np.arange(num_chunks * size), count - 1)
    targets = sample.targets[rows].astype(np.int32 if objective.num_classes else dtype)
    shape = (num_chunks, size)
    inputs = sample.inputs[rows].astype(dtype)
    laid = jax.device_put(tuple(each.reshape(*shape, *each.shape[1:]) for each in (inputs, targets)))
    return _Laid(laid[0], laid[1], count)
