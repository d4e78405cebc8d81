"""Where the engine runs: compile cache, precision, and how work is divided over devices."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax

Device = Any
"""A JAX device; JAX publishes no type for it."""


def prepare_engine() -> None:
    """Switch on JAX's persistent compilation cache in the user's cache folder, unless one is set already.

    A program that was compiled once, in any process, then loads in some hundredths of a second. `GRADLAB_NO_CACHE`
    switches it off.
    """
    if jax.config.values.get("jax_compilation_cache_dir") or os.environ.get("GRADLAB_NO_CACHE"):
        return
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("gradlab")) / "compiled"
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


def device_count() -> int:
    """Count the devices that work is divided over."""
    return jax.device_count()


def device_names() -> tuple[str, ...]:
    """Name the devices, as `cpu:0`."""
    return tuple(f"{device.platform}:{device.id}" for device in jax.devices())
