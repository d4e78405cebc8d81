"""Named arrays in a safetensors file. A hostile header is refused before anything of its size is allocated."""

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
"""What is read of arrays whose shapes the reader cannot foresee."""
_MAX_HEADER_BYTES = 16 * 2**20
_NUMPY_TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}


def pack_tensors(tensors: Mapping[str, Shaped[np.ndarray, "..."]], metadata: Mapping[str, str]) -> bytes:
    """Write arrays as one safetensors file's bytes."""
    from safetensors.numpy import save

    # The library writes the memory as it lies, so that a transposed view would come back as another array.
    laid_out = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    return save(laid_out, metadata=dict(metadata) or None)


def unpack_tensors(
    folder: Path, name: str, check: Callable[[Shapes], None] | None = None
) -> tuple[Tensors, dict[str, str]]:
    """Read a run's safetensors file.

    Args:
        folder: The run's folder.
        name: The file's name in it.
        check: Looks at the shapes that the header claims, before any array is read.

    Returns:
        The arrays by name, and the header's metadata.

    Raises:
        RunError: If the file is damaged, too large, or `check` says so.
    """
    path = checked_file(folder, name, limit=MAX_FILE_BYTES if check else MAX_UNCHECKED_BYTES)
    with _opened(path) as file:
        names = list(file.keys())
        shapes = {name: _shape(file, name, path) for name in names}
        if check:
            check(shapes)
        return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})


def read_metadata(folder: Path, name: str) -> dict[str, str]:
    """Read the header's metadata of a run's safetensors file, and none of its arrays.

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
        raise RunError(f"{path} claims a header of {claimed:,} bytes, more than the {_MAX_HEADER_BYTES:,} it may have")


def check_shapes(
    shapes: Shapes, expected: Mapping[str, tuple[int, ...]], where: Path, *, lead: tuple[str, ...] = ()
) -> None:
    """Compare shapes with the expected ones, under first axes that all of them share.

    Args:
        shapes: What a file's header claims.
        expected: What it should claim, without the first axes.
        where: The file.
        lead: A word for each of the first axes, as `("members",)`.

    Raises:
        RunError: If an array is missing, is one too many, or has another shape.
    """
    for name in sorted(expected.keys() ^ shapes.keys()):
        has, lacks = ("has", "not") if name in shapes else ("lacks", "indeed")
        raise RunError(f"{where} {has} '{name[:80]}', which is {lacks} part of what {EXPERIMENT} describes")
    leads = {shape[: len(lead)] for shape in shapes.values()}
    for name, shape in sorted(shapes.items()):
        if shape[len(lead) :] != tuple(expected[name]) or len(leads) != 1 or 0 in shape[: len(lead)]:
            wanted = " x ".join([*lead, *map(str, expected[name])]) or "a single number"
            found = " x ".join(map(str, shape)) or "a single number"
            raise RunError(f"{where}: '{name[:80]}' is {found}, but by {EXPERIMENT} it should be {wanted}")


def check_are_reals(tensors: Tensors, where: Path) -> None:
    """Refuse arrays of whole numbers where weights should be.

    Raises:
        RunError: If an array does not hold reals.
    """
    for name, tensor in tensors.items():
        if tensor.dtype.kind != "f":
            raise RunError(f"{where}: '{name[:80]}' holds {tensor.dtype}, where weights are float32 or float64")
