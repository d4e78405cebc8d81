"""The machine and the versions that a run was made with."""

import contextlib
import functools
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from descentlab.core import __version__
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
        "packages": _versions(),
    }


def _versions() -> dict[str, str]:
    """Read the versions off the names of the folders that hold the packages' metadata, which takes no reading of it."""
    installed = _installed()
    versions = {"descentlab": __version__}
    return versions | {name: installed[name] for name in _PACKAGES if name in installed and name not in versions}


# Packages and processor stay the same while a process runs, and reading them anew took a third of a short training.
@functools.cache
def _installed() -> dict[str, str]:
    versions: dict[str, str] = {}
    for place in sys.path:
        with contextlib.suppress(OSError):
            for entry in os.listdir(place or "."):  # noqa: PTH208 - only the names are needed
                name, _, rest = entry.removesuffix(".dist-info").partition("-")
                if entry.endswith(".dist-info"):
                    versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), rest)
    return versions


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
