"""Programs that run once: those of small networks are compiled in less time than they would save by being fast."""

from collections.abc import Callable
from typing import Any, TypeVar

import jax

from descentlab.networks import Network
from descentlab.training import precision_of

Result = TypeVar("Result")

SMALL = 200_000
"""Multiply-adds of a forward pass up to which a program is compiled quickly; MNIST's 784-16-16-10 has 13,000."""

QUICK: dict[str, Any] = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
"""For 784-16-16-10 it takes the first account from 3.0 s of processor time to 1.3 s."""


def run_once(network: Network, function: Callable[..., Result], *args: Any) -> Result:
    """Compile a function in float64, and run it.

    Args:
        network: The network that the function evaluates.
        function: A function of arrays; what may differ between two runs is an argument, so that JAX's cache of
            compiled programs serves both.
        args: The arrays.

    Returns:
        What the function returns.
    """
    with precision_of("float64"):
        program = jax.jit(function)
        if sum(row.multiply_adds for row in network.table()) > SMALL:
            return program(*args)
        lowered = program.lower(*args)
        try:
            compiled = lowered.compile(compiler_options=QUICK)
        except (RuntimeError, ValueError):  # an XLA that no longer knows such an option
            compiled = lowered.compile()
        return compiled(*args)
