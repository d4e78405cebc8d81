"""Small folders of pictures for tests."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from descentlab.data import Dataset, load, prepare
from descentlab.spec import PicturesData, SplitSpec

RNG = np.random.default_rng(0)


def save(path: Path, pixels: np.ndarray | None = None, **options: Any) -> None:
    """Write a picture, by default of random gray pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = RNG.integers(0, 256, (6, 5), dtype=np.uint8) if pixels is None else pixels
    Image.fromarray(chosen).save(path, **options)


def fill(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), count: int = 5, ending: str = ".png") -> None:
    """Write some pictures of each class."""
    options: dict[str, Any] = {} if ending else {"format": "PNG"}
    for name in classes:
        for place in range(count):
            save(folder / name / f"{place}{ending}", **options)


def read(folder: Path, split: SplitSpec | None = None, **options: Any) -> Dataset:
    """Load a folder and divide it."""
    return prepare(load(PicturesData(path=str(folder), **options)), split or SplitSpec(), 0)


def notes_with(data: Dataset, words: str) -> list[str]:
    """Return the notes that hold some words."""
    return [note for note in data.notes if words in note]
