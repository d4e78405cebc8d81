"""Data to train on (bundled sets, those of the data folder, files and uploads), and the networks for each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from descentlab.core import DataError
from descentlab.data import PICTURE_ENDINGS, TABLE_ENDINGS, data_folder, is_idx_here
from descentlab.spec import (
    AnyLayerSpec,
    BundledData,
    DataSpec,
    Experiment,
    IdxData,
    PicturesData,
    SquaredErrorSpec,
    TableData,
    known_set,
    known_sets,
    pictures_experiment,
    preset,
    preset_names,
    table_experiment,
)
from descentlab.studio.files import check_links, plain_name

DEEPEST = 3
LISTED_ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".pq")
"""Endings of files that are surely tables; others may be notes or anything else."""

MOST_LOCAL_SETS = 200

Kind = Literal["table", "pictures", "set"]


@dataclass(frozen=True)
class DataChoice:
    """Data that a person chose.

    Attributes:
        name: Name of the data.
        kind: "table" for a table's file, "pictures" for a folder of pictures, "set" for a set that descentlab knows.
        data: Description of the data, with its path.
        networks: Networks that may be trained on it: a word, and a line for a person. The first is the default.
    """

    name: str
    kind: Kind
    data: DataSpec
    networks: dict[str, str]

    def default(self, network: str) -> Experiment:
        """Return the experiment that `descentlab train` would start from, as a default for numbers and layers."""
        if isinstance(self.data, TableData):
            return table_experiment(self.data, plain_name(self.name))
        if isinstance(self.data, PicturesData):
            return pictures_experiment(self.data, plain_name(self.name), model="mlp" if network == "mlp" else "cnn")
        return preset(network) if network in preset_names() else _on_bundled_table(self.data)

    def with_table(self, **changes: Any) -> "DataChoice":
        """Return the table with other fields, such as `target` or `drop`; other data is returned unchanged."""
        if not isinstance(self.data, TableData):
            return self
        return replace(self, data=TableData.model_validate({**self.data.model_dump(), **changes}))

    @property
    def path(self) -> Path | None:
        """Path of the table's file or of the pictures' folder; None for a set that descentlab knows."""
        return Path(self.data.path) if isinstance(self.data, TableData | PicturesData) else None

    @property
    def has_hidden(self) -> bool:
        """Whether the units of hidden layers may be chosen, as in the network for tables."""
        return self.kind == "table" or list(self.networks) == ["table"]


def _on_bundled_table(data: DataSpec) -> Experiment:
    name = getattr(data, "name", "table")
    usual = table_experiment(TableData(path=name), name)
    changes: dict[str, Any] = {"data": data}
    # The loss of a file depends on its target; that of a bundled table is known.
    return usual.model_copy(
        update=changes | ({"loss": SquaredErrorSpec()} if known_set(name).task == "regression" else {})
    )


def sets_here() -> dict[str, str]:
    """List the sets that need no download, tables first, by name with a line about each."""
    here = [
        known for known in known_sets("bundled", "idx").values() if known.kind == "bundled" or is_idx_here(known.name)
    ]
    return {known.name: known.about for known in sorted(here, key=lambda known: known.is_pictures)}


def choose_set(name: str) -> DataChoice:
    """Return a known set by its name."""
    data = IdxData(name=name) if known_set(name).kind == "idx" else BundledData(name=name)
    lines = preset_names()
    fitting = {word: f"{word}: {describe_layers(made.model)}" for word in lines if (made := preset(word)).data == data}
    return DataChoice(name, "set", data, fitting or {"table": "one hidden layer"})


def local_sets(folder: Path | None = None) -> dict[str, str]:
    """List tables and folders of pictures below a data folder, by path with a line about each."""
    root = data_folder() if folder is None else folder
    lines: dict[str, str] = {}
    for parent, subfolders, files in os.walk(root):
        here = Path(parent)
        depth = len(here.relative_to(root).parts)
        if here != root and _is_of_pictures(here):
            lines[str(here)] = f"{here.relative_to(root)} (pictures)"
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".")) if depth < DEEPEST else []
        tables = sorted(name for name in files if name.lower().endswith(LISTED_ENDINGS))
        lines |= {str(here / name): str((here / name).relative_to(root)) for name in tables}
        if len(lines) >= MOST_LOCAL_SETS:
            break
    return lines


def _is_of_pictures(folder: Path) -> bool:
    """Return whether a folder has two subfolders of pictures, or parts with such; it looks at a few files of each."""
    subfolders = _subfolders(folder)[:20]
    if sum(map(_has_picture, subfolders)) >= 2:
        return True
    is_divided = any(sub.name.lower() in ("train", "training") for sub in subfolders)
    return is_divided and any(sum(map(_has_picture, _subfolders(sub)[:20])) >= 2 for sub in subfolders)


def _subfolders(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))


def _has_picture(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(
            Path(entry.name).suffix.lower() in PICTURE_ENDINGS for _, entry in zip(range(20), entries, strict=False)
        )


def from_path(path: Path, roots: Sequence[Path], *, name: str = "") -> DataChoice:
    """Choose a table's file or a folder of pictures.

    Args:
        path: Path of the file or folder, which was checked to be allowed.
        roots: Allowed folders, out of which no link in a folder may lead.
        name: Name of the data; by default the file's name.

    Raises:
        DataError: If the path is neither.
    """
    if path.is_dir():
        if (path / "experiment.toml").exists():
            raise DataError(f"'{path.name}' is a run, not data; the Runs page shows it")
        check_links(path, roots)
        networks = {"cnn": "convolutions and poolings, by the pictures' size", "mlp": "dense layers"}
        return DataChoice(name or path.name, "pictures", PicturesData(path=str(path)), networks)
    if not path.name.lower().endswith(TABLE_ENDINGS):
        raise DataError(f"'{path.name}' is none of {', '.join(TABLE_ENDINGS)}, nor a folder of pictures")
    return DataChoice(name or path.name, "table", TableData(path=str(path)), {"table": "one hidden layer"})


def describe_layers(layers: Sequence[AnyLayerSpec]) -> str:
    """Describe layers in a line, such as "dense 64 relu, dense"."""
    words = []
    for layer in layers:
        width, activation = layer.width, layer.activation_name if layer.is_curved else None
        parts = (layer.kind.replace("-", " "), "" if width is None else str(width), activation)
        words.append(" ".join(part for part in parts if part))
    return ", ".join(words)


def hidden_units(experiment: Experiment) -> str:
    """Return the numbers of units of hidden dense layers as a person types them: "16, 16"."""
    units = [layer.width for layer in experiment.model[:-1] if layer.weighs == "all inputs"]
    return ", ".join(map(str, units))
