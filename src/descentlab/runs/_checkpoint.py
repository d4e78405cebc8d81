"""The state of a training on disk: arrays and notes in one file, so that the two never disagree."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import to_plain
from descentlab.runs._files import inside, storage_errors, write_whole
from descentlab.runs._format import check_format, stamp
from descentlab.runs._json import to_utf8, unpack_json
from descentlab.runs._leftovers import PARTIAL
from descentlab.runs._tensors import Tensors, check_shapes, pack_tensors, read_metadata, unpack_tensors

CHECKPOINT = "checkpoint/state.safetensors"
_META = "descentlab"
_META_OF_FORMAT_1 = "gradlab"


@dataclass(frozen=True)
class Checkpoint:
    """All that a training needs to continue to the same bits.

    Attributes:
        tensors: Arrays of the trainer by name.
        meta: Notes of the trainer beside them, such as the epoch.
    """

    tensors: Tensors
    meta: dict[str, Any]


def save_checkpoint(
    folder: Path,
    tensors: Mapping[str, Shaped[np.ndarray, "..."]],
    meta: Mapping[str, Any],
    *,
    durable: bool = True,
) -> None:
    """Write the state whole or not at all, in place of the previous one."""
    path = inside(folder, CHECKPOINT)
    content = pack_tensors(
        tensors, {_META: to_utf8(json.dumps(to_plain({**stamp(), **meta}), ensure_ascii=False)).decode()}
    )
    with storage_errors(path):
        path.parent.mkdir(exist_ok=True)
    write_whole(path, content, durable=durable)
    _sweep(path.parent, keep=path.name)


def load_checkpoint(folder: Path, expected: Mapping[str, tuple[int, ...]] | None) -> Checkpoint | None:
    """Read the state, or return None if there is none."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    check = None if expected is None else lambda shapes: check_shapes(shapes, expected, path)
    tensors, metadata = unpack_tensors(folder, CHECKPOINT, check)
    return Checkpoint(tensors, _meta(metadata, path))


def load_meta(folder: Path) -> dict[str, Any] | None:
    """Read the notes beside the state, without the arrays, or return None if there is no state."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    return _meta(read_metadata(folder, CHECKPOINT), path)


def _meta(metadata: Mapping[str, str], path: Path) -> dict[str, Any]:
    values = unpack_json((metadata.get(_META) or metadata.get(_META_OF_FORMAT_1, "")).encode(), path)
    check_format(values, path)
    return {name: value for name, value in values.items() if name not in stamp()}


def drop_checkpoint(folder: Path) -> None:
    """Remove the state."""
    place = inside(folder, CHECKPOINT).parent
    if place.is_dir():
        _sweep(place, keep=None)
        with storage_errors(place):
            if not any(place.iterdir()):
                place.rmdir()


def _sweep(place: Path, *, keep: str | None) -> None:
    """Remove the files that killed writers left, and the state itself unless it is to be kept."""
    with storage_errors(place):
        for file in place.iterdir():
            if file.name.endswith(PARTIAL) or (file.name == Path(CHECKPOINT).name and file.name != keep):
                file.unlink(missing_ok=True)
