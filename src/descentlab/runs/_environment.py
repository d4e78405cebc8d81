"""The machine and the versions that a run was made with."""

import functools
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from descentlab.runs._format import stamp

_PACKAGES = (
    "descentlab", "jax", "jaxlib", "optax", "numpy", "safetensors", "pydantic", "scikit-learn", "pandas", "pyarrow",
    "pillow",
)  # fmt: skip


def describe_environment(
    *, data_checksum: str = "", seeds: Sequence[int] = (), devices: Sequence[str] = ()
) -> dict[str, Any]:
    """Describe the machine, the versions and the data of a run, without importing any of the packages.

    Args:
        data_checksum: SHA-256 of the bytes of the data, such as "sha256:...".
        seeds: Seed of each member.
        devices: Devices that the members run on, as JAX names them.

    Returns:
        Plain values, for the file `environment.json`.
    """
    return {
        **stamp(),
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "seeds": list(seeds),
        "data_checksum": data_checksum,
        "devices": list(devices),
        "machine": {
            "system": f"{platform.system()} {platform.release()}",
            "architecture": platform.machine(),
            "processor": _processor(),
            "cores": _num_cores(),
            "memory_bytes": _memory_bytes(),
        },
        "python": platform.python_version(),
        "packages": {name: installed for name in _PACKAGES if (installed := _version(name))},
    }


# Packages and processor stay the same while a process runs, and reading them anew took a third of a short training.
@functools.cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@functools.cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _num_cores() -> int:
    # The cores that this process may use, which in a container are often fewer than those of the machine.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
