"""Named arrays in a safetensors file. A hostile header is refused before memory of its size is allocated."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError
from descentlab.runs._experiment import EXPERIMENT
from descentlab.runs._files import checked_file, short_line

Tensors = dict[str, Shaped[np.ndarray, "..."]]
Shapes = dict[str, tuple[int, ...]]

MAX_FILE_BYTES = 64 * 2**30
MAX_UNCHECKED_BYTES = 4 * 2**30
"""Largest file that is read if the reader does not know the shapes of its arrays."""
_MAX_HEADER_BYTES = 16 * 2**20
_NUMPY_TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}


def pack_tensors(tensors: Mapping[str, Shaped[np.ndarray, "..."]], metadata: Mapping[str, str]) -> bytes:
    """Write arrays as the bytes of a safetensors file."""
    from safetensors.numpy import save

    # The library writes the memory in its order, so that a transposed view would be read as another array.
    laid_out = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    return save(laid_out, metadata=dict(metadata) or None)


def unpack_tensors(
    folder: Path, name: str, check: Callable[[Shapes], None] | None = None
) -> tuple[Tensors, dict[str, str]]:
    """Read a run's safetensors file.

    Args:
        folder: Folder of the run.
        name: Name of the file.
        check: Function that checks the shapes that the header claims, before any array is read.

    Returns:
        The arrays by name, and the metadata of the header.

    Raises:
        RunError: If the file is damaged or too large, or if `check` raises it.
    """
    path = checked_file(folder, name, limit=MAX_FILE_BYTES if check else MAX_UNCHECKED_BYTES)
    with _opened(path) as file:
        names = list(file.keys())
        shapes = {name: _shape(file, name, path) for name in names}
        if check:
            check(shapes)
        return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})


def read_metadata(folder: Path, name: str) -> dict[str, str]:
    """Read the metadata in the header of a run's safetensors file, without its arrays.

    Raises:
        RunError: If the file is damaged.
    """
    with _opened(checked_file(folder, name, limit=MAX_FILE_BYTES)) as file:
        return dict(file.metadata() or {})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    _check_header_length(path)
    try:
        with safe_open(path, framework="np") as file:
            yield file
    except RunError:
        raise
    except (SafetensorError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise RunError(f"{path} is damaged: {short_line(error)}") from None


def _shape(file: Any, name: str, path: Path) -> tuple[int, ...]:
    part = file.get_slice(name)
    if part.get_dtype() not in _NUMPY_TYPES:
        raise RunError(f"{path}: '{name[:80]}' is of type {part.get_dtype()}, which descentlab never writes")
    return tuple(part.get_shape())


def _check_header_length(path: Path) -> None:
    try:
        with path.open("rb") as file:
            claimed = int.from_bytes(file.read(8), "little")
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None
    if claimed > _MAX_HEADER_BYTES:
        raise RunError(f"{path} claims a header of {claimed:,} bytes; at most {_MAX_HEADER_BYTES:,} are allowed")


def check_shapes(
    shapes: Shapes, expected: Mapping[str, tuple[int, ...]], where: Path, *, lead: tuple[str, ...] = ()
) -> None:
    """Compare shapes with the expected ones, apart from first axes that all of them share.

    Args:
        shapes: Shapes in the header of a file.
        expected: Expected shapes, without the first axes.
        where: Path of the file.
        lead: Names of the first axes, such as `("members",)`.

    Raises:
        RunError: If an array is missing or unexpected, or has another shape.
    """
    for name in sorted(expected.keys() ^ shapes.keys()):
        if name in shapes:
            raise RunError(f"{where} has '{name[:80]}', which the network in {EXPERIMENT} does not have")
        raise RunError(f"{where} lacks '{name[:80]}', which the network in {EXPERIMENT} has")
    leads = {shape[: len(lead)] for shape in shapes.values()}
    for name, shape in sorted(shapes.items()):
        if shape[len(lead) :] != tuple(expected[name]) or len(leads) != 1 or 0 in shape[: len(lead)]:
            right = " x ".join([*lead, *map(str, expected[name])]) or "a single number"
            actual = " x ".join(map(str, shape)) or "a single number"
            raise RunError(f"{where}: '{name[:80]}' is {actual}, but by {EXPERIMENT} it should be {right}")


def check_are_reals(tensors: Tensors, where: Path) -> None:
    """Refuse arrays that cannot be weights.

    Raises:
        RunError: If an array does not hold real numbers.
    """
    for name, tensor in tensors.items():
        if tensor.dtype.kind != "f":
            raise RunError(f"{where}: '{name[:80]}' holds {tensor.dtype}, but weights are float32 or float64")
