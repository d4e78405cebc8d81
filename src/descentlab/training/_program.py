"""The compiled training program: steps of one member, vectorised over the lanes of a block."""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Float, Int, PRNGKeyArray, Shaped

from descentlab.core import PARTS
from descentlab.networks import Context
from descentlab.optimizers import penalty, update
from descentlab.training._augment import augment
from descentlab.training._devices import ONE_CORE_EACH
from descentlab.training._measure import as_real, keep_best, measure, measured_names, training_losses
from descentlab.training._numbers import DROPOUT, ROTATE, SHIFT
from descentlab.training._pieces import divide, sum_pieces
from descentlab.training._plan import Form, Plan, State

Bounds = tuple[Int[Array, ""], Int[Array, ""], Int[Array, ""], Int[Array, ""]]
"""Number of steps to make, the step of an epoch that is the first of them, the number of steps of an epoch, and the
number of lanes that must still train for another epoch to begin."""


def as_bounds(num_steps: int, first_step: int, steps_per_epoch: int, *, fewest: int = 1) -> tuple[np.int32, ...]:
    """Return the bounds in the type that the program was compiled for."""
    return np.int32(num_steps), np.int32(first_step), np.int32(steps_per_epoch), np.int32(fewest)


@functools.lru_cache(maxsize=64)
def program(form: Form, separate: frozenset[str]) -> jax.stages.Wrapped:
    """Return the jitted program of a form.

    `(state, hyper, data, factors, bounds) -> (state, trace)` makes steps, those of `data["orders"]` one after the
    other, and measures an epoch when its last step is done; it ends before an epoch for which too few lanes are left.
    The bounds are arguments and not compiled in, so one program serves a single step and a thousand epochs, with the
    same bits; and as arrays have room for more examples than there are, it serves any number of them.

    Args:
        form: What the program is compiled for.
        separate: Names of the arrays in `data` that each lane has its own of; lanes are their first axis. Factors are
            among them where the schedule of the lanes differs; there lanes are the last axis.

    Returns:
        The function. With more than one lane, lanes are the last axis of every array of state, numbers and trace.
    """
    return jax.jit(functools.partial(_segment, form, separate=separate), donate_argnums=0)


_Executable = Callable[..., tuple[State, dict[str, Array]]]
_executables: WeakKeyDictionary[jax.stages.Wrapped, dict[Any, _Executable]] = WeakKeyDictionary()
"""Compiled programs of this process: JAX spends 3 ms on each that it compiles, even where it has the same already."""


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
        self._forms: list[Form] = []
        self._compiled: dict[Any, _Executable] = {}

    def compile(
        self, form: Form, separate: frozenset[str], *, device: str, arguments: tuple[Any, ...]
    ) -> Callable[..., tuple[State, dict[str, Array]]]:
        """Return the program compiled for these arguments' shapes.

        Args:
            form: What the program is compiled for.
            separate: Names of the arrays that each lane has its own of.
            device: Name of the device that it will run on.
            arguments: Arguments of the shapes that it will be called with.

        Returns:
            The compiled program.
        """
        shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(arguments))
        # The id stands for the form, whose hash would go through all layers; a form that is kept alive keeps its id.
        key = (id(form), separate, device, shapes)
        with self._lock:
            if key not in self._compiled:
                begin = time.perf_counter()
                options = ONE_CORE_EACH if form.groups else self._options
                self._forms.append(form)
                wrapped, kind = program(form, separate), (device, shapes, str(options))
                kept = _executables.setdefault(wrapped, {})
                if kind not in kept:
                    kept[kind] = wrapped.lower(*arguments).compile(options)
                self._compiled[key] = kept[kind]
                self.seconds += time.perf_counter() - begin
                self.num_compiled += 1
            return self._compiled[key]


def _segment(
    form: Form,
    state: State,
    hyper: dict[str, Float[Array, " *lanes"]],
    data: dict[str, Shaped[Array, "..."]],
    factors: Float[Array, "steps *of_lanes"],
    bounds: Bounds,
    *,
    separate: frozenset[str],
) -> tuple[State, dict[str, Float[Array, "epochs *lanes"]]]:
    num_steps, first_step, per_epoch, fewest = bounds
    if form.lanes > 1:
        # Inside the loops members are the first axis, as XLA prefers; arrays are transposed once, not at every step.
        state, hyper = _lanes_first((state, hyper))
    examples = {name: array for name, array in data.items() if name != "orders"}
    step_all, finish_all = functools.partial(_step, form), functools.partial(_finish_epoch, form)
    if form.lanes > 1:
        axes = {name: 0 if name in separate else None for name in examples}
        of_orders, of_factors = (0 if name in separate else None for name in ("orders", "factors"))
        step_all = jax.vmap(step_all, in_axes=(0, 0, axes, of_orders, of_factors))
        finish_all = jax.vmap(finish_all, in_axes=(0, 0, axes, None))
    shape = (form.epochs_per_call,) if form.lanes == 1 else (form.epochs_per_call, form.lanes)
    trace = {name: jnp.full(shape, jnp.nan, form.precision) for name in program_names(form)}

    def run_epoch(epoch: Array, carry: tuple[State, dict[str, Array]]) -> tuple[State, dict[str, Array]]:
        begin = epoch * per_epoch - first_step  # place in `orders` of the epoch's step 0
        end = jnp.minimum(per_epoch, num_steps - begin)

        def run_step(step: Array, state: State) -> State:
            place = begin + step
            rows = data["orders"][:, place] if "orders" in separate else data["orders"][place]
            return step_all(state, hyper, examples, rows, factors[place])

        def finish(carry: tuple[State, dict[str, Array]]) -> tuple[State, dict[str, Array]]:
            state, values = finish_all(carry[0], hyper, examples, per_epoch)
            return state, {name: carry[1][name].at[epoch].set(values[name]) for name in trace}

        carry = (lax.fori_loop(jnp.maximum(0, -begin), end, run_step, carry[0]), carry[1])
        return lax.cond(end == per_epoch, finish, lambda same: same, carry)

    def goes_on(carry: tuple[Array, tuple[State, dict[str, Array]]]) -> Array:
        epoch, (state, _) = carry
        # Nothing is left to train of a network that has diverged or stopped; an epoch that has begun is ended.
        is_training = state["diverged_at"] < 0
        if form.patience:
            is_training &= ~state["has_stopped"]
        has_begun = (epoch == 0) & (first_step > 0)
        is_wanted = epoch * per_epoch - first_step < num_steps
        return is_wanted & (has_begun | (jnp.sum(is_training) >= fewest))

    _, (state, trace) = lax.while_loop(
        goes_on, lambda carry: (carry[0] + 1, run_epoch(*carry)), (jnp.zeros_like(num_steps), (state, trace))
    )
    return (state if form.lanes == 1 else jax.tree.map(lambda leaf: jnp.moveaxis(leaf, 0, -1), state)), trace


def _lanes_first(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, -1, 0), tree)


def program_names(form: Form) -> tuple[str, ...]:
    """Return the names of what the program measures at the end of each epoch."""
    has_parts = not (form.is_brief or form.streams)
    measured = [f"{part}_{name}" for part in PARTS for name in measured_names(form)] if has_parts else []
    return (*measured, "batch_loss", "gradient_norm", *(["penalty"] if _has_penalty(form) else []))


def trace_names(plan: Plan) -> tuple[str, ...]:
    """Return the names of what is measured at the end of each epoch, on the parts that have examples."""
    measured = [f"{part}_{name}" for part in plan.measured_parts for name in measured_names(plan)]
    return (*measured, "batch_loss", "gradient_norm", *(["penalty"] if _has_penalty(plan) else []))


def _has_penalty(form: Form) -> bool:
    return ("l1" in form.hyper_names or "l2" in form.hyper_names) and not form.is_brief


def _step(
    form: Form,
    state: State,
    hyper: dict[str, Float[Array, ""]],
    data: dict[str, Array],
    rows: Int[Array, " batch"],
    factor: Float[Array, ""],
) -> State:
    """Make one update on the examples in `rows`; -1 marks the empty places of an epoch's last batch."""
    gradients = _gradients_in_pieces if form.groups else _gradients
    loss, statistics, grads = gradients(form, state, hyper, data, rows)
    if form.objective.over_batch == "sum":
        grads = jax.tree.map(lambda grad: grad * jnp.sum(rows >= 0).astype(grad.dtype), grads)
    params, opt_state = update(form.optimizer, grads, state["opt_state"], state["params"], hyper, factor)
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
    form: Form, state: State, hyper: dict[str, Array], data: dict[str, Array], rows: Int[Array, " batch"]
) -> tuple[Float[Array, ""], Any, Any]:
    """Return the loss of a batch, the running statistics after it, and the gradients."""
    key = _key(form, state)
    is_there = rows >= 0
    examples = _split_batch(form, _training_examples(form, hyper, data, rows, key))
    context = Context(is_training=True, key=key, counted=is_there, dropout_rate=hyper.get(DROPOUT))

    def loss_fn(params: Any) -> tuple[Float[Array, ""], Any]:
        logits, statistics = form.network.forward(params, state["statistics"], examples["inputs"], context)
        losses = training_losses(form, hyper, examples, logits)
        return jnp.sum(jnp.where(is_there, losses, 0.0)) / jnp.sum(is_there.astype(losses.dtype)), statistics

    (loss, statistics), grads = jax.value_and_grad(loss_fn, has_aux=True)(state["params"])
    return loss, statistics, grads


def _gradients_in_pieces(
    form: Form, state: State, hyper: dict[str, Array], data: dict[str, Array], rows: Int[Array, " batch"]
) -> tuple[Float[Array, ""], Any, Any]:
    """Return what `_gradients` returns, up to rounding and random draws."""

    def of_piece(arguments: Any, rows: Int[Array, " piece"], number: Int[Array, ""]) -> tuple[Array, Any]:
        state, hyper, data = arguments
        key = _key(form, state)
        key = None if key is None else jax.random.fold_in(key, number)
        examples = _training_examples(form, hyper, data, rows, key)
        context = Context(is_training=True, key=key, dropout_rate=hyper.get(DROPOUT))

        def loss_fn(params: Any) -> Float[Array, ""]:
            logits, _ = form.network.forward(params, state["statistics"], examples["inputs"], context)
            return jnp.sum(jnp.where(rows >= 0, training_losses(form, hyper, examples, logits), 0.0))

        return jax.value_and_grad(loss_fn)(state["params"])

    pieces = divide(rows, form.groups, form.piece)
    groups = sum_pieces(of_piece, (state, hyper, data), pieces, pieces.shape[1], devices=form.batch_devices)
    count = jnp.sum(rows >= 0).astype(form.precision)
    loss, grads = jax.tree.map(lambda leaf: jnp.sum(leaf, axis=0) / count, groups)
    return loss, state["statistics"], grads


def _key(form: Form, state: State) -> PRNGKeyArray | None:
    return jax.random.fold_in(jax.random.key(state["seed"]), state["step"]) if form.draws_at_steps else None


def _training_examples(
    form: Form, hyper: dict[str, Array], data: dict[str, Array], rows: Int[Array, " batch"], key: PRNGKeyArray | None
) -> dict[str, Shaped[Array, "batch ..."]]:
    names = [name for name in ("inputs", "targets", "loss_weights") if name in data]
    examples = {name: jnp.take(data[name], rows, axis=0, mode="clip") for name in names}
    inputs = as_real(form, examples["inputs"])
    if form.flip is not None and key is not None:
        inputs = augment(inputs, key, shift=hyper[SHIFT], rotate=hyper[ROTATE], flip=form.flip)
    return examples | {"inputs": inputs}


def _split_batch(form: Form, examples: dict[str, Array]) -> dict[str, Array]:
    """Divide a batch over the devices; XLA then divides everything computed from it, and sums the gradients."""
    if form.batch_devices == 1:
        return examples
    mesh = Mesh(np.array(jax.devices()[: form.batch_devices]), ("batch",))
    return lax.with_sharding_constraint(examples, NamedSharding(mesh, PartitionSpec("batch")))


def _finish_epoch(
    form: Form, state: State, hyper: dict[str, Float[Array, ""]], data: dict[str, Array], per_epoch: Int[Array, ""]
) -> tuple[State, dict[str, Float[Array, ""]]]:
    values = {
        "batch_loss": state["loss_sum"] / per_epoch,
        "gradient_norm": jnp.sqrt(state["square_sum"] / per_epoch),
    }
    if _has_penalty(form):
        values["penalty"] = penalty(state["params"], hyper)
    if not (form.is_brief or form.streams):
        values |= measure(form, state, data)
    zero = jnp.zeros_like(state["loss_sum"])
    state = {**state, "loss_sum": zero, "square_sum": zero, "epoch": state["epoch"] + 1}
    if form.patience and not form.streams:
        state = keep_best(form, state, values)
    return state, values
