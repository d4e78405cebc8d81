"""Where the engine runs: compile cache, precision, and how work is divided over devices."""

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
"""Option of XLA for a program whose work is divided over the cores already: each keeps to its own."""


@functools.lru_cache(maxsize=2)
def quick_compilation(*, runs_long: bool = False) -> dict[str, str | bool]:
    """Return XLA's options for a program that somebody waits for: compiled in a half to two thirds of the time.

    Args:
        runs_long: Whether it computes so much that its speed counts as well; it then loses up to a fifth of it, and
            a program that is called now and then half or more.

    Returns:
        The options that this XLA knows.
    """
    level: dict[str, str | bool] = {} if runs_long else {"xla_backend_optimization_level": "0"}
    options: dict[str, str | bool] = {**level, "xla_cpu_use_fusion_emitters": False}
    try:
        jax.jit(lambda: 0, compiler_options=options)()
    except jax.errors.JaxRuntimeError:  # an XLA without these emitters, or with nothing else
        return level
    return options


def prepare_engine() -> None:
    """Prepare JAX, unless it is in use already: a device a core, and a cache of compiled programs.

    A program that was compiled once, in any process, then loads in some hundredths of a second from the user's cache
    folder, unless another one is set. `DESCENTLAB_NO_CACHE` switches it off.
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
    """Return the processor's devices, a core each where `prepare_engine` could make them; none beside accelerators."""
    devices = jax.local_devices()
    return devices if devices[0].platform == "cpu" else []


def over_cores(function: Callable[..., Any], num_cores: int, *, num_whole: int, num_cut: int) -> Callable[..., Any]:
    """Let each core do a share of the work.

    Args:
        function: From arrays, the last of which are cut along their first axis, to arrays that are joined along it.
        num_cores: How many cores; 1 leaves the function as it is.
        num_whole: How many arguments every core is given whole.
        num_cut: How many come after them, of which each core is given its part.

    Returns:
        The function, to be called inside of a program that is compiled by `ONE_CORE_EACH`.
    """
    if num_cores == 1:
        return function
    mesh = Mesh(np.array(core_devices()[:num_cores]), ("batch",))
    whole, cut = PartitionSpec(), PartitionSpec("batch")
    specs = (*[whole] * num_whole, *[cut] * num_cut)
    return jax.shard_map(function, mesh=mesh, in_specs=specs, out_specs=cut, check_vma=False)


def work_devices() -> list[Device]:
    """Return the devices that work is divided over; the cores of a processor count as one."""
    found = jax.local_devices()
    are_cores = found[0].platform == "cpu" and jax.config.values.get("jax_num_cpu_devices", -1) > 0
    return found[:1] if are_cores else found


def device_count() -> int:
    """Count the devices that work is divided over, on all hosts."""
    return len(work_devices()) if jax.process_count() == 1 else jax.device_count()


def device_names() -> tuple[str, ...]:
    """Name the devices, as `cpu:0`."""
    return tuple(f"{device.platform}:{device.id}" for device in work_devices())
