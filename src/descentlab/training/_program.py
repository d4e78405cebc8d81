"""The compiled training program: steps of one member, vectorised over the lanes of a block."""

import functools
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Bool, Float, Int, PRNGKeyArray, Shaped

from descentlab.networks import Context
from descentlab.optimizers import penalty, update
from descentlab.training._augment import augment
from descentlab.training._devices import ONE_CORE_EACH
from descentlab.training._measure import as_real, keep_best, measure
from descentlab.training._pieces import sum_in_pieces
from descentlab.training._plan import DROPOUT, Plan, State

Bounds = tuple[Int[Array, ""], Int[Array, ""], Int[Array, ""]]
"""Number of epochs to run, and in each of them the first step and the step after the last."""


@functools.lru_cache(maxsize=32)
def program(plan: Plan, *, shares_data: bool) -> jax.stages.Wrapped:
    """Return the jitted program of a plan.

    `(state, hyper, data, factors, (num_epochs, step_from, step_to)) -> (state, trace)` runs the steps `step_from`
    to `step_to` of each of the first `num_epochs` epochs in `data["orders"]`, and measures an epoch when its last
    step is done. The bounds are arguments and not compiled in, so one program serves a single step and a
    thousand epochs, with the same bits.

    Args:
        plan: Static part of the training.
        shares_data: Whether the lanes of a block use the same data in the same order.

    Returns:
        The function. With more than one lane, lanes are the last axis of every array.
    """
    run = functools.partial(_segment, plan, shares_data=shares_data)
    return jax.jit(run, donate_argnums=0)


class Compiler:
    """Compiles each program once, however many blocks and threads ask for it."""

    def __init__(self, options: dict[str, str | bool] | None = None) -> None:
        """Start with no compiled programs.

        Args:
            options: XLA's options for a program that is not divided over the cores.
        """
        self._options = options
        self.seconds = 0.0
        self.num_compiled = 0
        self._lock = threading.Lock()
        self._plans: list[Plan] = []
        self._compiled: dict[Any, Callable[..., tuple[State, dict[str, Array]]]] = {}

    def compile(
        self, plan: Plan, *, shares_data: bool, device: str, arguments: tuple[Any, ...]
    ) -> Callable[..., tuple[State, dict[str, Array]]]:
        """Return the program compiled for these arguments' shapes.

        Args:
            plan: Static part of the training.
            shares_data: Whether the lanes of a block use the same data in the same order.
            device: Name of the device that it will run on.
            arguments: Arguments of the shapes that it will be called with.

        Returns:
            The compiled program.
        """
        shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(arguments))
        # The id stands for the plan, whose hash would go through all layers; a plan that is kept alive keeps its id.
        key = (id(plan), shares_data, device, shapes)
        with self._lock:
            if key not in self._compiled:
                begin = time.perf_counter()
                self._plans.append(plan)
                self._compiled[key] = (
                    program(plan, shares_data=shares_data)
                    .lower(*arguments)
                    .compile(ONE_CORE_EACH if plan.groups else self._options)
                )
                self.seconds += time.perf_counter() - begin
                self.num_compiled += 1
            return self._compiled[key]


def _segment(
    plan: Plan,
    state: State,
    hyper: dict[str, Float[Array, " *lanes"]],
    data: dict[str, Shaped[Array, "..."]],
    factors: Float[Array, "epochs steps"],
    bounds: Bounds,
    *,
    shares_data: bool,
) -> tuple[State, dict[str, Float[Array, "epochs *lanes"]]]:
    num_epochs, step_from, step_to = bounds
    if plan.lanes > 1:
        # Inside the loops members are the first axis, as XLA prefers; arrays are transposed once, not at every step.
        state, hyper = _lanes_first((state, hyper))
        data = data if shares_data else _lanes_first(data)
    orders: Int[Array, "*lanes epochs steps batch"] = data["orders"]
    lanes_have_orders = not shares_data and plan.lanes > 1
    examples = {name: array for name, array in data.items() if name != "orders"}
    step_all, finish_all = functools.partial(_step, plan), functools.partial(_finish_epoch, plan)
    if plan.lanes > 1:
        axis = None if shares_data else 0
        step_all = jax.vmap(step_all, in_axes=(0, 0, axis, axis, None))
        finish_all = jax.vmap(finish_all, in_axes=(0, 0, axis))
    names = trace_names(plan, plan.inner_parts)
    shape = factors.shape[:1] if plan.lanes == 1 else (factors.shape[0], plan.lanes)
    trace = {name: jnp.full(shape, jnp.nan, plan.precision) for name in names}

    def run_epoch(epoch: Array, carry: tuple[State, dict[str, Array]]) -> tuple[State, dict[str, Array]]:
        def run_step(step: Array, state: State) -> State:
            rows = orders[:, epoch, step] if lanes_have_orders else orders[epoch, step]
            return step_all(state, hyper, examples, rows, factors[epoch, step])

        def finish(carry: tuple[State, dict[str, Array]]) -> tuple[State, dict[str, Array]]:
            state, values = finish_all(carry[0], hyper, examples)
            return state, {name: carry[1][name].at[epoch].set(values[name]) for name in names}

        carry = (lax.fori_loop(step_from, step_to, run_step, carry[0]), carry[1])
        return lax.cond(step_to == plan.steps_per_epoch, finish, lambda same: same, carry)

    def goes_on(carry: tuple[Array, tuple[State, dict[str, Array]]]) -> Array:
        # Nothing is left to train once every network has diverged.
        return (carry[0] < num_epochs) & jnp.any(carry[1][0]["diverged_at"] < 0)

    _, (state, trace) = lax.while_loop(
        goes_on, lambda carry: (carry[0] + 1, run_epoch(*carry)), (jnp.zeros_like(num_epochs), (state, trace))
    )
    return (state if plan.lanes == 1 else jax.tree.map(lambda leaf: jnp.moveaxis(leaf, 0, -1), state)), trace


def _lanes_first(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, -1, 0), tree)


def trace_names(plan: Plan, parts: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the names of what is measured at the end of each epoch, on all measured parts or on some of them."""
    metrics = ["loss", "accuracy"] if plan.is_classification else ["loss"]
    measured = [f"{part}_{metric}" for part in (plan.measured_parts if parts is None else parts) for metric in metrics]
    has_penalty = _has_penalty(plan) and not plan.is_brief
    return (*measured, "batch_loss", "gradient_norm", *(["penalty"] if has_penalty else []))


def _has_penalty(plan: Plan) -> bool:
    return "l1" in plan.hyper_names or "l2" in plan.hyper_names


def _step(
    plan: Plan,
    state: State,
    hyper: dict[str, Float[Array, ""]],
    data: dict[str, Array],
    rows: Int[Array, " batch"],
    factor: Float[Array, ""],
) -> State:
    """Make one update on the examples in `rows`; -1 marks the empty places of an epoch's last batch."""
    gradients = _gradients_in_pieces if plan.groups else _gradients
    loss, statistics, grads = gradients(plan, state, hyper, data, rows)
    if plan.objective.over_batch == "sum":
        grads = jax.tree.map(lambda grad: grad * jnp.sum(rows >= 0).astype(grad.dtype), grads)
    params, opt_state = update(plan.optimizer, grads, state["opt_state"], state["params"], hyper, factor)
    squares = sum(jnp.sum(grad**2) for grad in jax.tree.leaves(grads))
    is_first_bad = (state["diverged_at"] < 0) & ~jnp.isfinite(loss)
    return {
        **state,
        "params": params,
        "statistics": statistics,
        "opt_state": opt_state,
        "step": state["step"] + 1,
        "loss_sum": state["loss_sum"] + loss,
        "square_sum": state["square_sum"] + squares,
        "diverged_at": jnp.where(is_first_bad, state["step"], state["diverged_at"]),
    }


def _gradients(
    plan: Plan, state: State, hyper: dict[str, Array], data: dict[str, Array], rows: Int[Array, " batch"]
) -> tuple[Float[Array, ""], Any, Any]:
    """Return the loss of a batch, the running statistics after it, and the gradients."""
    counted = rows >= 0 if plan.has_ragged_batch else None
    key = _key(plan, state)
    inputs, targets = _training_examples(plan, data, rows, key)
    inputs, targets = _split_batch(plan, inputs), _split_batch(plan, targets)
    context = Context(is_training=True, key=key, counted=counted, dropout_rate=hyper.get(DROPOUT))

    def loss_fn(params: Any) -> tuple[Float[Array, ""], Any]:
        logits, statistics = plan.network.forward(params, state["statistics"], inputs, context)
        return _mean(_losses(plan, data, logits, targets), counted), statistics

    (loss, statistics), grads = jax.value_and_grad(loss_fn, has_aux=True)(state["params"])
    return loss, statistics, grads


def _gradients_in_pieces(
    plan: Plan, state: State, hyper: dict[str, Array], data: dict[str, Array], rows: Int[Array, " batch"]
) -> tuple[Float[Array, ""], Any, Any]:
    """Return what `_gradients` returns, up to rounding and random draws."""

    def of_piece(arguments: Any, rows: Int[Array, " piece"], number: Int[Array, ""]) -> tuple[Array, Any]:
        state, hyper, data = arguments
        key = _key(plan, state)
        key = None if key is None else jax.random.fold_in(key, number)
        inputs, targets = _training_examples(plan, data, rows, key)
        context = Context(is_training=True, key=key, dropout_rate=hyper.get(DROPOUT))

        def loss_fn(params: Any) -> Float[Array, ""]:
            logits, _ = plan.network.forward(params, state["statistics"], inputs, context)
            return jnp.sum(jnp.where(rows >= 0, _losses(plan, data, logits, targets), 0.0))

        return jax.value_and_grad(loss_fn)(state["params"])

    sums = sum_in_pieces(
        of_piece, (state, hyper, data), rows, groups=plan.groups, devices=plan.batch_devices, size=plan.piece
    )
    count = jnp.sum(rows >= 0).astype(plan.precision)
    loss, grads = jax.tree.map(lambda leaf: leaf / count, sums)
    return loss, state["statistics"], grads


def _key(plan: Plan, state: State) -> PRNGKeyArray | None:
    return jax.random.fold_in(jax.random.key(state["seed"]), state["step"]) if plan.draws_at_steps else None


def _training_examples(
    plan: Plan, data: dict[str, Array], rows: Int[Array, " batch"], key: PRNGKeyArray | None
) -> tuple[Float[Array, "batch ..."], Shaped[Array, "batch ..."]]:
    inputs, targets = (jnp.take(data[name], rows, axis=0, mode="clip") for name in ("train_inputs", "train_targets"))
    inputs = as_real(plan, inputs)
    if plan.augment is not None and key is not None:
        inputs = augment(plan.augment, inputs, key)
    return inputs, targets


def _losses(
    plan: Plan, data: dict[str, Array], logits: Float[Array, "batch outputs"], targets: Shaped[Array, "batch ..."]
) -> Float[Array, " batch"]:
    losses = plan.objective.losses(logits, targets)
    return losses * data["class_weights"][targets] if plan.has_class_weights else losses


def _split_batch(plan: Plan, batch: Shaped[Array, "batch ..."]) -> Shaped[Array, "batch ..."]:
    """Divide a batch over the devices; XLA then divides everything computed from it, and sums the gradients."""
    if plan.batch_devices == 1:
        return batch
    mesh = Mesh(np.array(jax.devices()[: plan.batch_devices]), ("batch",))
    return lax.with_sharding_constraint(batch, NamedSharding(mesh, PartitionSpec("batch")))


def _mean(losses: Float[Array, " batch"], counted: Bool[Array, " batch"] | None) -> Float[Array, ""]:
    if counted is None:
        return jnp.mean(losses)
    return jnp.sum(jnp.where(counted, losses, 0.0)) / jnp.sum(counted.astype(losses.dtype))


def _finish_epoch(
    plan: Plan, state: State, hyper: dict[str, Float[Array, ""]], data: dict[str, Array]
) -> tuple[State, dict[str, Float[Array, ""]]]:
    values = {
        "batch_loss": state["loss_sum"] / plan.steps_per_epoch,
        "gradient_norm": jnp.sqrt(state["square_sum"] / plan.steps_per_epoch),
    }
    if "penalty" in trace_names(plan):
        values["penalty"] = penalty(state["params"], hyper)
    for part, count in plan.inner_parts.items():
        values |= measure(plan, state, data, part, count)
    zero = jnp.zeros_like(state["loss_sum"])
    state = {**state, "loss_sum": zero, "square_sum": zero, "epoch": state["epoch"] + 1}
    if plan.patience and not plan.streams:
        state = keep_best(plan, state, values)
    return state, values
