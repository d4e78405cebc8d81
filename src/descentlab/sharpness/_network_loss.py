"""The training loss of a network as a function of one flat vector of its parameters."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Float, Shaped

from descentlab.core import generator
from descentlab.data import Dataset
from descentlab.networks import Context, Network
from descentlab.objectives import Objective, balanced_weights
from descentlab.sharpness._lanczos import Product

MAX_EXAMPLES = 2_048

CHUNK = 2_048
PICTURES = 128
"""Examples that pass the network at once: `CHUNK` rows of a table, `PICTURES` pictures.

Measured on two AVX2 cores for `mnist-cnn` on 2,048 digits, gradient and Hessian product: all at once 2.13 and 2.61 s;
in chunks of 128 inside one compiled loop 0.88 and 1.39 s, in a loop outside 1.38 and 2.12 s; of 64, 0.97 and 1.91 s.
"""


@dataclass(frozen=True, eq=False)
class NetworkLoss:
    """The mean loss of a network over some training examples, or what training minimises of them.

    Dropout is off and batch norm uses its running statistics, as in evaluation.

    Attributes:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        inputs: Inputs of the network.
        targets: Class ids or reals.
        l2: Factor of the penalty l2 / 2 * sum w^2 that training added.
        l1: Factor of the penalty l1 * sum |w| that training added. It has a slope but no curvature.
        class_weights: Weight of an example of each class; None if all count the same.
        num_summed: Number of examples whose losses training adds up, as many times the mean; 1 if it averages.
        weights: Weight of each example, whose mean over the training part is 1; None if all count the same.
        label_smoothing: Share of the loss that is the mean over all labels instead of the right one's.
    """

    network: Network
    objective: Objective
    inputs: Shaped[np.ndarray, "examples ..."]
    targets: Shaped[np.ndarray, "examples ..."]
    l2: float = 0.0
    l1: float = 0.0
    class_weights: Float[np.ndarray, " classes"] | None = None
    num_summed: int = 1
    weights: Float[np.ndarray, " examples"] | None = None
    label_smoothing: float = 0.0

    def at(self, params: Any, statistics: Any, dtype: str) -> tuple[Callable[[Array], Array], Array]:
        """Return the loss as a function of a flat vector, and `params` as such a vector."""
        place = self.place(params, statistics, dtype)
        return functools.partial(place.functions.loss, statistics=place.statistics), place.flat

    def place(self, params: Any, statistics: Any, dtype: str) -> "WeightPoint":
        """Return the loss around some weights.

        Args:
            params: Weights by layer and role.
            statistics: Running statistics by layer and role.
            dtype: Precision of all computations.

        Returns:
            The loss there, its gradient and its products with the Hessian. All points of one `NetworkLoss` share the
            compiled functions.
        """
        # By NumPy, for JAX would compile a program for each shape.
        flat = np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(params)] or [np.zeros(0)])
        return WeightPoint(self._functions(dtype), jax.device_put(flat.astype(dtype)), _cast(statistics, dtype))

    @functools.cached_property
    def _kept(self) -> dict[str, "Functions"]:
        return {}

    def _functions(self, dtype: str) -> "Functions":
        if dtype not in self._kept:
            self._kept[dtype] = Functions(self, dtype)
        return self._kept[dtype]


Chunks = tuple[Shaped[Array, "chunks size ..."], Shaped[Array, "chunks size ..."], Float[Array, "chunks size"]]
"""Inputs, targets, and the weight of each example in the mean."""


def _over(chunks: Chunks, of_chunk: Callable[..., Array], start: Array) -> Array:
    """Add up a function's results over the chunks."""
    if len(chunks[0]) == 1:
        return start + of_chunk(*(array[0] for array in chunks))
    return lax.scan(lambda total, chunk: (total + of_chunk(*chunk), None), start, chunks)[0]


@dataclass(frozen=True)
class _Programs:
    """The programs of a loss, compiled once for an architecture, whatever its weights and the examples."""

    network: Network
    objective: Objective
    l1: float
    l2: float
    label_smoothing: float
    dtype: str

    @functools.partial(jax.jit, static_argnums=0)
    def loss(self, chunks: Chunks, flat: Array, statistics: Any) -> Array:
        return _over(chunks, functools.partial(self._part, flat, statistics), self._penalty(flat))

    @functools.partial(jax.jit, static_argnums=0)
    def gradient(self, chunks: Chunks, flat: Array, statistics: Any) -> Array:
        of_chunk = functools.partial(jax.grad(self._part), flat, statistics)
        return _over(chunks, of_chunk, jax.grad(self._penalty)(flat))

    @functools.partial(jax.jit, static_argnums=0)
    def product(self, chunks: Chunks, flat: Array, statistics: Any, vector: Array) -> Array:
        def of_chunk(*chunk: Array) -> Array:
            return jax.jvp(lambda at: jax.grad(self._part)(at, statistics, *chunk), (flat,), (vector,))[1]

        return _over(chunks, of_chunk, jax.jvp(jax.grad(self._penalty), (flat,), (vector,))[1])

    @functools.cached_property
    def _unravel(self) -> Callable[[Array], Any]:
        kept: list[Callable[[Array], Any]] = []

        def learn_shapes(params: Any) -> Array:
            flat, unravel = ravel_pytree(params)
            kept.append(unravel)
            return flat

        drawn = self.network.draw(0)
        jax.eval_shape(learn_shapes, jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, self.dtype), drawn))
        return kept[0]

    def _part(self, flat: Array, statistics: Any, inputs: Array, targets: Array, shares: Array) -> Array:
        """Compute the contribution of a chunk to the mean."""
        logits, _ = self.network.forward(self._unravel(flat), statistics, inputs, Context())
        if self.label_smoothing:
            losses = self.objective.smoothed_losses(logits, targets, self.label_smoothing)
        else:
            losses = self.objective.losses(logits, targets)
        return jnp.sum(shares * losses)

    def _penalty(self, flat: Array) -> Array:
        total = jnp.zeros((), self.dtype)
        if self.l1 == self.l2 == 0.0:
            return total
        for roles in self._unravel(flat).values():
            if "weight" in roles:
                total = total + self.l2 / 2.0 * jnp.sum(roles["weight"] ** 2)
                total = total + self.l1 * jnp.sum(jnp.abs(roles["weight"]))
        return total


class Functions:
    """The compiled functions of one loss in one precision, of a flat vector and the running statistics."""

    def __init__(self, loss: NetworkLoss, dtype: str) -> None:
        """Lay the examples out in chunks."""
        self._programs = _Programs(loss.network, loss.objective, loss.l1, loss.l2, loss.label_smoothing, dtype)
        # Passed as arguments, since constants of their size would be copied into the compiled program.
        self._chunks = _lay_out(loss, dtype)

    def loss(self, flat: Float[Array, " params"], statistics: Any) -> Float[Array, ""]:
        """Compute the mean loss."""
        return self._programs.loss(self._chunks, flat, statistics)

    def gradient(
        self, flat: Float[Array, " params"], statistics: Any, *, of: Chunks | None = None
    ) -> Float[Array, " params"]:
        """Compute the gradient of the mean loss, or of the mean over other examples laid out alike."""
        return self._programs.gradient(self._chunks if of is None else of, flat, statistics)

    def product(
        self, flat: Float[Array, " params"], statistics: Any, vector: Float[Array, " params"]
    ) -> Float[Array, " params"]:
        """Compute the product of the Hessian and a vector.

        It is the derivative of the gradient along the vector. The other order, the gradient of the gradient's product
        with the vector, takes twice as long.
        """
        return self._programs.product(self._chunks, flat, statistics, vector)


@dataclass(frozen=True, eq=False)
class WeightPoint:
    """A point in the space of the weights, with the loss around it.

    Attributes:
        functions: Compiled functions, shared by all points of one loss.
        flat: All weights in one vector.
        statistics: Running statistics by layer and role.
    """

    functions: Functions
    flat: Float[Array, " params"]
    statistics: Any

    @property
    def size(self) -> int:
        """Number of weights."""
        return int(self.flat.size)

    def loss(self, offset: Float[np.ndarray, " params"] | None = None) -> float:
        """Compute the loss at the point, or at an offset from it."""
        flat = self.flat if offset is None else self.flat + jnp.asarray(offset, self.flat.dtype)
        return float(self.functions.loss(flat, self.statistics))

    def gradient(self) -> Float[np.ndarray, " params"]:
        """Compute the gradient at the point, and return it as float64."""
        return np.asarray(self.functions.gradient(self.flat, self.statistics), np.float64)

    @property
    def product(self) -> Product:
        """The product of the Hessian at the point with a vector; the Hessian itself is never formed.

        References:
            Pearlmutter, "Fast exact multiplication by the Hessian" (1994).
        """
        return lambda vector: self.functions.product(self.flat, self.statistics, vector)


def network_loss(
    network: Network,
    objective: Objective,
    dataset: Dataset,
    *,
    num_examples: int = MAX_EXAMPLES,
    skip: int = 0,
    l2: float = 0.0,
    l1: float = 0.0,
    is_balanced: bool = False,
    batch_size: int = 1,
    label_smoothing: float = 0.0,
) -> NetworkLoss:
    """Return the loss over some training examples: all of them, or a draw that is the same every time.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        dataset: Data whose training part is used.
        num_examples: Largest number of examples.
        skip: Number of drawn examples to leave out first, so that two losses can use different examples.
        l2: Factor of the penalty on squared weights, as in `NetworkLoss`.
        l1: Factor of the penalty on absolute weights, as in `NetworkLoss`.
        is_balanced: Whether examples of rare classes count more, as in a training with class weights.
        batch_size: Number of examples in a batch, over which the objective may be summed.
        label_smoothing: Share of the loss that is the mean over all labels, as in `NetworkLoss`.

    Returns:
        The loss.
    """
    rows = dataset.train
    if skip or num_examples < len(rows):
        # A table may be sorted, for example by class, so that its first rows would be of one class.
        rows = generator(0, "curvature").permutation(rows)[skip : skip + num_examples]
    targets = dataset.targets[rows]
    weights = balanced_weights(dataset.targets[dataset.train], objective.num_classes) if is_balanced else None
    num_summed = batch_size if objective.over_batch == "sum" else 1
    loss = NetworkLoss(
        network,
        objective,
        dataset.real_inputs(rows),
        targets,
        l2,
        l1,
        weights,
        num_summed,
        label_smoothing=label_smoothing,
    )
    if dataset.weights is None:
        return loss
    return replace(loss, weights=dataset.weights[rows] / dataset.weights[dataset.train].mean())


def estimate_second_moment(
    loss: NetworkLoss, params: Any, statistics: Any, *, batch_size: int, dtype: str
) -> Float[np.ndarray, " params"]:
    """Average the squared gradients of batches at one point.

    An optimizer's running mean of the squared gradients approaches this if the weights hardly move over the steps
    that it averages.

    Args:
        loss: The training loss; its examples are divided into batches.
        params: Weights by layer and role.
        statistics: Running statistics by layer and role.
        batch_size: Number of examples in a batch; the last incomplete batch is not used, unless it is the only one.
        dtype: Precision of the computation.

    Returns:
        One mean for each weight.
    """
    size = min(batch_size, len(loss.inputs))
    batches = [_cut(loss, start, start + size) for start in range(0, len(loss.inputs) - size + 1, size)]
    functions = Functions(batches[0], dtype)
    place = loss.place(params, statistics, dtype)
    total = np.zeros(place.size)
    for batch in batches:
        slope = functions.gradient(place.flat, place.statistics, of=_lay_out(batch, dtype))
        total += np.asarray(slope, np.float64) ** 2
    return total / len(batches)


def _cut(loss: NetworkLoss, start: int, end: int) -> NetworkLoss:
    weights = None if loss.weights is None else loss.weights[start:end]
    return replace(loss, inputs=loss.inputs[start:end], targets=loss.targets[start:end], weights=weights)


def _cast(tree: Any, dtype: str) -> Any:
    return jax.tree.map(lambda leaf: jax.device_put(np.asarray(leaf, dtype)), tree)


def _lay_out(loss: NetworkLoss, dtype: str) -> Chunks:
    """Divide the examples into chunks of one size; the last is filled up with copies of weight 0."""
    count = len(loss.inputs)
    most = PICTURES if loss.inputs.ndim == 4 else CHUNK
    num_chunks = -(-count // most)
    size = -(-count // num_chunks)
    rows = np.arange(num_chunks * size)
    shares = np.where(rows < count, loss.num_summed / count, 0.0)
    rows = np.minimum(rows, count - 1)
    if loss.class_weights is not None:
        shares = shares * loss.class_weights[loss.targets[rows]]
    if loss.weights is not None:
        shares = shares * loss.weights[rows]
    targets = loss.targets[rows] if loss.objective.num_classes else loss.targets[rows].astype(dtype)
    arrays = (loss.inputs[rows].astype(dtype), targets, shares.astype(dtype))
    first, second, third = (jax.device_put(array.reshape(num_chunks, size, *array.shape[1:])) for array in arrays)
    return first, second, third
