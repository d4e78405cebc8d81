"""`descentlab train` on one's own pictures, as a person types it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.cli.conftest import Descentlab

SHORT = ("--epochs", 1, "--no-report")
PLAIN = (*SHORT, "--model", "mlp", "--hidden", 4)


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


def test_pictures_are_varied_as_asked(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures")
    assert descentlab("train", "pictures", *PLAIN, "-q", "--augment", "shift=1.5, rotate=10,flip=horizontal").code == 0
    assert experiment(home / "runs/pictures-001")["augment"] == {"shift": 1.5, "rotate": 10.0, "flip": "horizontal"}
    assert descentlab("train", "runs/pictures-001", *SHORT, "-q", "--augment", "none").code == 0
    assert experiment(home / "runs/pictures-002")["augment"] == {"shift": 0.0, "rotate": 0.0, "flip": "none"}


def _write_dark(folder: Path, bright: int) -> None:
    rng = np.random.default_rng(0)
    for kind in ("a", "b"):
        (folder / kind).mkdir(parents=True)
        for place in range(12):
            pixels = rng.integers(0, bright, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{place}.png")


def test_black_pictures_are_refused(descentlab: Descentlab, home: Path) -> None:
    _write_dark(home / "black", 1)
    for verb in ("train", "learning-rate", "curvature"):
        answer = descentlab(verb, "black")
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert "all pictures of 'black' are blank" in answer.err


def test_nearly_black_pictures_are_named_and_no_other_rate_is_advised(descentlab: Descentlab, home: Path) -> None:
    _write_dark(home / "dark", 8)
    answer = descentlab("train", "dark", "--model", "mlp", "--epochs", 8, "--no-report")
    said = " ".join(answer.out.split())
    assert "most of the pictures have hardly any contrast" in said
    assert "Most of the training pictures are blank or nearly so" in said
    assert "learning rate" not in said


def test_parts_of_other_spellings_are_scored_and_said(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "parts" / "train")
    write_pictures(home / "more", counts=(4, 4))
    (home / "parts" / "test").mkdir()
    for kind in ("dark", "light"):
        (home / "more" / kind).rename(home / "parts" / "test" / kind.upper())
    answer = descentlab("train", "parts", "--model", "mlp", "--epochs", 30, "--no-report")
    said = " ".join(answer.out.split())
    assert "took 'DARK' as 'dark' (4 pictures), 'LIGHT' as 'light' (4 pictures)" in said
    accuracy = json.loads((home / "runs/parts-001/metrics.json").read_text())["test"]["accuracy"]
    assert accuracy >= 0.75
    new = descentlab("evaluate", "parts-001", "parts/test")
    assert f"accuracy {accuracy:.3f}" in new.out
    assert "'DARK' as 'dark' (4)" in new.err


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
def test_ways_to_vary_that_do_not_exist(descentlab: Descentlab, home: Path, how: str, says: str) -> None:
    answer = descentlab("train", "digits-cnn", *SHORT, "--augment", how)
    assert answer.code == 2
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert not (home / "runs").exists()


def test_a_table_is_not_varied(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("train", "iris", *SHORT, "--augment", "shift=1")
    assert answer.code == 2
    assert "augment varies pictures, and iris has none" in answer.err
    assert not (home / "runs").exists()


def test_unequal_classes_are_told_of_until_they_are_weighted(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures", counts=(60, 10))
    plain = descentlab("train", "pictures", *PLAIN)
    assert "examples of 'dark'" in plain.out
    assert "--class-weights balanced" in plain.out
    weighted = descentlab("train", "pictures", *PLAIN, "--class-weights", "balanced")
    assert (weighted.code, weighted.err) == (0, "")
    assert "examples of 'dark'" not in weighted.out
    assert experiment(home / "runs/pictures-002")["class_weights"] == "balanced"


def test_class_weights_that_cannot_be(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("train", "iris", *SHORT, "--class-weights", "equal")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "class_weights='equal': input should be 'none' or 'balanced'" in answer.err
    answer = descentlab("train", "plane", *SHORT, "--class-weights", "balanced")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "class_weights=balanced needs classes" in answer.err
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("shape", "layers"),
    [
        ((8, 8), "conv1 pool1 conv2 pool2"),
        ((64, 48, 3), "conv1 pool1 conv2 pool2 conv3 pool3"),
        ((1, 5), "conv1 pool1 conv2 pool2"),
        ((2, 2, 3), "conv1 pool1 conv2"),
    ],
)
def test_the_network_fits_the_pictures(descentlab: Descentlab, home: Path, shape: tuple[int, ...], layers: str) -> None:
    write_pictures(home / "pictures", shape)
    answer = descentlab("train", "pictures", *SHORT, "-q", "--model", "cnn")
    assert (answer.code, answer.err) == (0, "")
    names = [layer["name"] for layer in experiment(home / "runs/pictures-001")["model"]]
    assert names == [*layers.split(), "flatten", "dropout", "output"]


def test_settings_change_the_layers_that_the_size_asks_for(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures", (40, 40))
    settings = ("--set", "model.4.filters=5", "--set", "model.conv1.kernel=[5,5]", "--hidden", 7, "--seed", 3)
    assert descentlab("train", "pictures", *SHORT, "-q", *settings).code == 0
    written = experiment(home / "runs/pictures-001")
    assert [layer["filters"] for layer in written["model"] if layer["kind"] == "conv2d"] == [16, 32, 5]
    assert written["model"][0]["kernel"] == [5, 5]
    assert [layer["units"] for layer in written["model"] if layer["kind"] == "dense"] == [7, "outputs"]
    assert (written["seed"], written["epochs"]) == (3, 1)


def test_a_plain_network_on_pictures(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures", (9, 12, 3))
    assert descentlab("train", "pictures", *SHORT, "-q", "--model", "mlp", "--hidden", "8,4").code == 0
    model = experiment(home / "runs/pictures-001")["model"]
    assert [layer["kind"] for layer in model] == ["flatten", "dense", "dense", "dense"]
    assert [layer.get("units") for layer in model] == [None, 8, 4, "outputs"]


def test_models_that_cannot_be(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures")
    for words, says in (
        (("pictures", "--model", "cn"), "unknown model 'cn': did you mean 'cnn'?"),
        (("iris", "--model", "mlp"), "model=mlp is for pictures, and does not apply to bundled data; leave it out"),
        (("pictures", "--set", "model.0.kernel=[9,9]", "--set", "model.0.padding=valid"),
         "layer 'conv1' (conv2d) would shrink its 8x8 input below one pixel with a kernel of 9x9"),
        (("pictures", "--set", "model.pool1.window=[3,9]"),
         "layer 'pool1' (max-pool2d) would shrink its 8x8 input below one pixel with a window of 3x9"),
        (("pictures", "--set", "model.9.filters=3"), "there is no item '9'; it has items 0 to 6"),
    ):  # fmt: skip
        answer = descentlab("train", *words, *SHORT)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert says in answer.err
        assert not (home / "runs").exists()


def test_gray_and_colour_in_one_folder_are_told_of(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures", (8, 8))
    Image.fromarray(np.full((8, 8, 3), (200, 30, 30), np.uint8)).save(home / "pictures/dark/red.png")
    told = descentlab("train", "pictures", *PLAIN)
    assert "1 of 21 pictures is in colour, so all are read as colour" in told.out
    assert "--set data.color=gray" in told.out
    told = descentlab("train", "pictures", *PLAIN, "--set", "data.color=gray")
    assert "in colour" not in told.out


@pytest.mark.shipped
def test_pictures_on_disk_give_the_same_run(descentlab: Descentlab, home: Path) -> None:
    """Weights, curves, scores, and the scores of an evaluation and of new pictures."""
    write_pictures(home / "pictures", (9, 8, 3), counts=(40, 40))
    told = {}
    for mb in (1, 0):
        words = ("--set", f"data.in_memory_mb={mb}", "--seeds", 2, "--augment", "shift=1", "--out", home / f"mb{mb}")
        answer = descentlab("train", "pictures", "--epochs", 2, *words, "--json")
        assert (answer.code, answer.err) == (0, "")
        own, new = (
            descentlab("evaluate", f"mb{mb}", "--json").json(),
            descentlab("evaluate", f"mb{mb}", "pictures", "--json"),
        )
        scores = {part: answer.json()[part] for part in ("train", "validation", "test")}
        told[mb] = ((home / f"mb{mb}/weights.safetensors").read_bytes(), scores, own, new.json())
        assert (home / f"mb{mb}/report.html").is_file()
    assert told[0] == told[1]


@pytest.mark.slow
def test_a_study_of_pictures_on_disk(descentlab: Descentlab, home: Path) -> None:
    write_pictures(home / "pictures", (9, 8), counts=(20, 20))
    found = {}
    for mb in (1, 0):
        words = ("--lr", "0.001,0.01", "--seeds", 2, "--set", f"data.in_memory_mb={mb}", "--set", "epochs=2")
        answer = descentlab("sweep", "pictures", *words, "--out", home / f"mb{mb}", "--json")
        assert (answer.code, answer.err) == (0, "")
        found[mb] = pd.read_parquet(home / f"mb{mb}/members.parquet")
    pd.testing.assert_frame_equal(found[0], found[1], rtol=1e-5)
