"""The map of `fractal` by the method of its paper: a jitted `vmap` of one step over all networks.

Sohl-Dickstein, "The boundary of neural network trainability is fractal" (2024): 16-16-1, tanh, mean-field, full batch,
272 examples, squared error, 500 steps, float64. Written anew from the paper. Prints JSON.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - its signature
SIDE = int(sys.argv[1]) if len(sys.argv) > 1 else 64
WIDTH, EXAMPLES, STEPS = 16, 272, 500

rng = np.random.default_rng(0)
inputs = jnp.asarray(rng.normal(size=(EXAMPLES, WIDTH)))
targets = jnp.asarray(rng.normal(size=(EXAMPLES, 1)))
start = [jnp.asarray(rng.normal(size=shape)) for shape in ((WIDTH, WIDTH), (WIDTH, 1))]


def loss(weights: list[jax.Array]) -> jax.Array:
    """Return the mean squared error."""
    hidden = jnp.tanh(jnp.sqrt(2.0) * inputs @ weights[0] / jnp.sqrt(WIDTH))
    return jnp.mean((hidden @ weights[1] / WIDTH - targets) ** 2)


def step(weights: list[jax.Array], rates: jax.Array) -> tuple[list[jax.Array], jax.Array]:
    """Take one step, with a learning rate for each layer."""
    value, slopes = jax.value_and_grad(loss)(weights)
    return [w - rates[k] * g for k, (w, g) in enumerate(zip(weights, slopes, strict=True))], value


def run(rates: jax.Array) -> np.ndarray:
    """Train all networks, and return whether each converges."""
    advance = jax.jit(jax.vmap(step), donate_argnums=0)
    weights = [jnp.tile(w, (len(rates), 1, 1)) for w in start]
    losses = []
    for _ in range(STEPS):
        weights, value = advance(weights, rates)
        losses.append(value)
    shares = np.stack(losses, axis=1) / np.asarray(losses[0])[:, None]
    return np.where(np.isfinite(shares[:, -20:]), shares[:, -20:], 1e6).mean(axis=1) < 1.0


x, y = np.meshgrid(np.geomspace(1.0, 10_000.0, SIDE), np.geomspace(10.0, 1_000.0, SIDE))
begin = time.perf_counter()
converges = run(jnp.asarray(np.stack([x.ravel(), y.ravel()], axis=1)))
seconds = time.perf_counter() - begin
print(json.dumps({"run_s": seconds, "networks_per_second": SIDE**2 / seconds, "converge": float(converges.mean())}))
