"""The engine's devices, compile cache and precision, and the division of work over devices."""

import contextlib
import functools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec

Device = Any
"""A JAX device; JAX publishes no type for it."""


MOST_CORES = 16

ONE_CORE_EACH: dict[str, str | bool] = {"xla_cpu_multi_thread_eigen": False}
"""Option of XLA for a program whose work is divided over the cores already: each part stays on one core."""


@functools.lru_cache(maxsize=2)
def quick_compilation(*, runs_long: bool = False) -> dict[str, str | bool]:
    """Return XLA's options for a program that somebody waits for: it compiles in a half to two thirds of the time.

    Args:
        runs_long: Whether the program computes so much that its speed counts too. It is then up to a fifth slower
            than with XLA's usual options; a program that is called now and then may be half as fast or slower.

    Returns:
        The options that the installed XLA knows.
    """
    level: dict[str, str | bool] = {} if runs_long else {"xla_backend_optimization_level": "0"}
    options: dict[str, str | bool] = {**level, "xla_cpu_use_fusion_emitters": False}
    try:
        jax.jit(lambda: 0, compiler_options=options)()
    except jax.errors.JaxRuntimeError:  # an XLA without these emitters, or with nothing else
        return level
    return options


def prepare_engine() -> None:
    """Prepare JAX, unless it is in use already: one device a core, and a cache of compiled programs.

    A program that was compiled before, in any process, then loads in some hundredths of a second from the user's
    cache folder, or from the folder that JAX is set to. The environment variable `DESCENTLAB_NO_CACHE` switches the
    cache off.
    """
    with contextlib.suppress(RuntimeError, ValueError):  # JAX runs already, or XLA_FLAGS say how many there are
        if jax.config.values.get("jax_num_cpu_devices", -1) < 1:
            jax.config.update("jax_num_cpu_devices", count_cores())
    if jax.config.values.get("jax_compilation_cache_dir") or os.environ.get("DESCENTLAB_NO_CACHE"):
        return
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("descentlab")) / "compiled"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


@contextlib.contextmanager
def precision_of(precision: str) -> Iterator[None]:
    """Allow 64-bit arithmetic within the block where the experiment asks for it."""
    with jax.enable_x64(precision == "float64"):
        yield


def count_cores() -> int:
    """Count the cores that convolutions are divided over: a power of two, so that batches divide evenly."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 ** int(math.log2(min(cores, MOST_CORES)))


def core_devices() -> list[Device]:
    """Return the processor's devices, one a core if `prepare_engine` could make them; none if JAX uses accelerators."""
    devices = jax.local_devices()
    return devices if devices[0].platform == "cpu" else []


def over_cores(function: Callable[..., Any], num_cores: int, *, num_whole: int, num_cut: int) -> Callable[..., Any]:
    """Divide the work of a function over the cores.

    Args:
        function: Takes arrays, of which the last `num_cut` are cut along their first axis; what it returns for each
            part is joined along the first axis.
        num_cores: Number of cores; 1 leaves the function as it is.
        num_whole: Number of arguments that every core is given whole.
        num_cut: Number of arguments after them, of which each core is given its part.

    Returns:
        The function, to be called in a program that is compiled with `ONE_CORE_EACH`.
    """
    if num_cores == 1:
        return function
    mesh = Mesh(np.array(core_devices()[:num_cores]), ("batch",))
    whole, cut = PartitionSpec(), PartitionSpec("batch")
    specs = (*[whole] * num_whole, *[cut] * num_cut)
    return jax.shard_map(function, mesh=mesh, in_specs=specs, out_specs=cut, check_vma=False)


def work_devices() -> list[Device]:
    """Return the devices that work is divided over; the cores of a processor count as one device."""
    devices = jax.local_devices()
    are_cores = devices[0].platform == "cpu" and jax.config.values.get("jax_num_cpu_devices", -1) > 0
    return devices[:1] if are_cores else devices


def device_count() -> int:
    """Count the devices that work is divided over, on all hosts."""
    return len(work_devices()) if jax.process_count() == 1 else jax.device_count()


def device_names() -> tuple[str, ...]:
    """Return the devices' names, such as `cpu:0`."""
    return tuple(f"{device.platform}:{device.id}" for device in work_devices())
