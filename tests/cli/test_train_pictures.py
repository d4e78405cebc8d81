"""`gradlab train` on one's own pictures, as a person types it."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Gradlab

SHORT = ("--epochs", 1, "--no-report")


def write_pictures(folder: Path, shape: tuple[int, ...] = (8, 8), counts: tuple[int, int] = (10, 10)) -> Path:
    """Write dark and light pictures."""
    rng = np.random.default_rng(0)
    for kind, level, count in zip(("dark", "light"), (40, 200), counts, strict=True):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for place in range(count):
            pixels = rng.normal(level, 10, shape).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{place}.png")
    return folder


def experiment(run: Path) -> dict[str, Any]:
    """Read what a run says it trained."""
    return tomllib.loads((run / "experiment.toml").read_text())


def test_pictures_are_varied_as_asked(gradlab: Gradlab, home: Path) -> None:
    write_pictures(home / "pictures")
    assert gradlab("train", "pictures", *SHORT, "-q", "--augment", "shift=1.5, rotate=10,flip=horizontal").code == 0
    assert experiment(home / "runs/pictures-001")["augment"] == {"shift": 1.5, "rotate": 10.0, "flip": "horizontal"}
    assert gradlab("train", "runs/pictures-001", *SHORT, "-q", "--augment", "none").code == 0
    assert experiment(home / "runs/pictures-002")["augment"] == {"shift": 0.0, "rotate": 0.0, "flip": "none"}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("shift", "expected parts as shift=2"),
        ("shift=", "expected parts as shift=2"),
        ("", "expected parts as shift=2"),
        ("shift=1,shift=2", "given twice"),
        ("shift=far", "augment.shift='far'"),
        ("shift=nan", "augment.shift='nan'"),
        ("shift=-1", "greater than or equal to 0"),
        ("zoom=2", "Choices: flip, rotate, shift"),
        ("flip=vertical", "'none' or 'horizontal'"),
    ],
)
def test_ways_to_vary_that_do_not_exist(gradlab: Gradlab, home: Path, how: str, says: str) -> None:
    answer = gradlab("train", "digits-cnn", *SHORT, "--augment", how)
    assert answer.code == 2
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert not (home / "runs").exists()


def test_a_table_is_not_varied(gradlab: Gradlab, home: Path) -> None:
    answer = gradlab("train", "iris", *SHORT, "--augment", "shift=1")
    assert answer.code == 2
    assert "augment varies pictures, and iris has none" in answer.err
    assert not (home / "runs").exists()


def test_unequal_classes_are_told_of_until_they_are_weighted(gradlab: Gradlab, home: Path) -> None:
    write_pictures(home / "pictures", counts=(60, 10))
    plain = gradlab("train", "pictures", *SHORT)
    assert "examples of 'dark'" in plain.out
    assert "--class-weights balanced" in plain.out
    weighted = gradlab("train", "pictures", *SHORT, "--class-weights", "balanced")
    assert (weighted.code, weighted.err) == (0, "")
    assert "examples of 'dark'" not in weighted.out
    assert experiment(home / "runs/pictures-002")["class_weights"] == "balanced"


def test_class_weights_that_cannot_be(gradlab: Gradlab, home: Path) -> None:
    answer = gradlab("train", "iris", *SHORT, "--class-weights", "equal")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "class_weights='equal': input should be 'none' or 'balanced'" in answer.err
    answer = gradlab("train", "plane", *SHORT, "--class-weights", "balanced")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "class_weights=balanced needs classes" in answer.err
    assert not (home / "runs").exists()
