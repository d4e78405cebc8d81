"""`dl.transfer`: what it measures from small networks to small data, and what it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import descentlab as dl
from descentlab.core import DataError, RunError, SpecError
from descentlab.labs.transfer._measure import choose_sizes
from descentlab.labs.transfer._measured import Transfer
from descentlab.labs.transfer._target import find_target
from descentlab.labs.transfer.measure import WAYS
from descentlab.results import Result
from descentlab.spec import PicturesData
from descentlab.workbench._watcher import SILENT
from tests.labs.transfer.conftest import few_steps

QUICK = {"epochs": 6, "model": [
    {"kind": "conv2d", "name": "conv1", "filters": 4, "activation": "relu", "initializer": "he-normal"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dense", "name": "hidden", "units": 16, "activation": "relu", "initializer": "he-normal"},
    {"kind": "dense", "name": "output"},
]}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with few_steps():
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dl.Run:
    """A small convolutional network of digits."""
    return dl.train("digits-cnn", out=tmp_path_factory.mktemp("runs") / "small", set=QUICK, report=False)


@pytest.fixture(scope="module")
def result(run: dl.Run, tmp_path_factory: pytest.TempPathFactory) -> Result[Transfer]:
    out = tmp_path_factory.mktemp("transfer")
    return dl.transfer(run, "digits", examples=(3, 1), seeds=6, test_examples=200, out=out)


@pytest.fixture
def measured(result: Result[Transfer]) -> Transfer:
    return result.measured


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of colour pictures of 20x16: bars that lie and bars that stand."""
    folder = tmp_path_factory.mktemp("bars")
    rng = np.random.default_rng(0)
    for name in ("lying", "standing"):
        (folder / name).mkdir()
        for k in range(30):
            picture = rng.integers(0, 40, (20, 16, 3), dtype=np.uint8)
            place = int(rng.integers(3, 12))
            picture[
                (slice(place, place + 3), slice(None)) if name == "lying" else (slice(None), slice(place, place + 3))
            ] = 220
            Image.fromarray(picture).save(folder / name / f"{k}.png")
    return folder


def test_every_way_is_scored_at_every_size_and_draw(measured: Transfer) -> None:
    assert measured.sizes == (1, 3)
    for way in WAYS:
        assert measured.curves.accuracy[way].shape == (2, 6)
        assert measured.curves.mean(way, 1)[0] > measured.curves.chance.mean()
    assert measured.num_test == 200
    assert [choice.per_class for choice in measured.choices] == [1, 3]


def test_the_same_classes_are_predicted_without_any_example(result: Result[Transfer], run: dl.Run) -> None:
    as_it_is = result.measured.curves.as_it_is
    assert as_it_is is not None
    # The draws' test parts overlap with what the network was trained on.
    assert as_it_is.mean() == pytest.approx(run.train.accuracy, abs=0.08)
    assert any("is what the network was trained on" in note for note in result.notes)
    assert "Without any example of digits" in result.sentences[-1]


def test_sentences_follow_from_the_numbers(result: Result[Transfer]) -> None:
    measured = result.measured
    assert result.sentences[1].startswith("With 3 examples of each class, the accuracy on digits is ")
    assert f"{measured.curves.mean('frozen', 1)[0]:.3f} (" in result.sentences[1]
    pairs = measured.curves.compare("fine-tuned", "fresh")
    real = [size for size, pair in zip(measured.sizes, pairs, strict=True) if pair.is_real and pair.mean > 0.0]
    statement = result.statements[1]
    assert statement.text.startswith("Fine-tuning is ")
    assert ("better than training afresh with" in statement.text) == bool(real)
    assert (statement.state == "real") == any(pair.is_real for pair in pairs)
    for size in real:
        assert str(size) in statement.text
    frozen = measured.curves.compare("frozen", "fresh")
    helps = any(pair.is_real and pair.mean > 0.0 for pair in (*pairs, *frozen))
    assert result.answer.startswith("What small has learned helps to learn digits") == helps


def test_page_and_numbers_say_the_same(result: Result[Transfer]) -> None:
    measured, path = result.measured, result.path
    assert path is not None
    page = (path / "report.html").read_text()
    for title in ("How well few examples are learned", "Is it real?", "What examples are worth"):
        assert title in page
    kept = json.loads((path / "result.json").read_text())
    assert [kept["answer"]["text"], *(each["text"] for each in kept["statements"])] == list(result.sentences)
    assert kept["tables"]["accuracy"][0]["frozen"]["value"] == pytest.approx(measured.curves.mean("frozen", 0)[0])
    assert set(kept["tables"]["worth"][0]) == {"examples_per_class", "frozen", "fine_tuned", "raw_pixels"}
    frame = pd.read_parquet(path / "draws.parquet")
    assert len(frame) == 4 * 2 * 6
    chosen = frame["accuracy"].to_numpy()[(frame["way"] == "fresh").to_numpy() & (frame["examples_per_class"] == 1)]
    assert chosen.mean() == pytest.approx(measured.curves.mean("fresh", 0)[0])
    choices = kept["tables"]["choices"]
    assert all(row["chosen"] in row["tried"] and len(row["tried"]) == len(row["accuracy"]) for row in choices)


def test_other_pictures_are_brought_to_the_network_s_size(run: dl.Run, bars: Path) -> None:
    result = dl.transfer(run, bars, examples=[2, 8], seeds=2, report=False)
    measured = result.measured
    assert (measured.target_shape, measured.shape) == ((20, 16, 3), (8, 8, 1))
    assert measured.pictures.shape == (2, 8, 8, 1)
    assert measured.curves.as_it_is is None
    assert any("20 x 16 x 3 and were brought to 8 x 8 x 1" in note for note in result.notes)
    assert "cannot be shown with 2 draws" in result.answer
    assert "fewer than 6 draws" in result.statements[1].text
    assert {statement.state for statement in result.statements} == {None, "not shown"}
    assert measured.curves.mean("frozen", 1)[0] > 0.7


def test_by_default_it_tries_what_there_are_examples_of(bars: Path) -> None:
    # Of 30 pictures a class 24 are left by the test part, and 19 by the validation part.
    assert choose_sizes(find_target(str(bars), (), SILENT), 3, None) == (1, 2, 5, 10)
    assert choose_sizes(find_target("digits", (), SILENT), 3, None) == (1, 2, 5, 10, 20, 50, 100)
    assert choose_sizes(find_target("digits", (), SILENT), 3, (9, 3, 9)) == (3, 9)


def test_a_run_stands_for_its_data_and_the_same_seed_for_the_same_numbers(run: dl.Run) -> None:
    results = [dl.transfer(run, what, examples=[1], seeds=1, report=False) for what in (run, str(run.path))]
    first, again = (result.measured.curves.accuracy for result in results)
    for way in WAYS:
        np.testing.assert_array_equal(first[way], again[way])


@pytest.mark.parametrize(
    ("to", "asked", "error", "says"),
    [
        ("fashion-mist", {}, SpecError, "did you mean 'fashion-mnist'"),
        ("iris", {}, SpecError, "'iris' has no pictures: its examples have the shape (4,)"),
        ("digits", {"examples": [1, 9_000]}, DataError, "9,000 of each class are asked for: use at most"),
        ("digits", {"examples": [0]}, SpecError, "examples=0"),
        ("digits", {"examples": []}, SpecError, "expected numbers of examples of each class"),
        ("digits", {"seeds": 0}, SpecError, "seeds=0"),
        ("digits", {"test_examples": 3}, SpecError, "test_examples=3"),
        ("digits", {"member": 4}, RunError, "no member 4"),
        ("no/such/folder", {}, DataError, "no such file or folder"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    run: dl.Run, to: str, asked: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        dl.transfer(run, to, report=False, **asked)  # pyright: ignore[reportArgumentType] - each names one option
    assert says in str(caught.value)


def test_networks_that_have_nothing_to_carry_are_refused(tmp_path: Path) -> None:
    table = dl.train("iris", epochs=1, out=tmp_path / "table", report=False)
    with pytest.raises(RunError, match=r"takes inputs of shape \(4,\), which are no pictures"):
        dl.transfer(table, "digits")
    linear = [{"kind": "flatten", "name": "flat"}, {"kind": "dense", "name": "output"}]
    alone = dl.train("digits", epochs=1, out=tmp_path / "linear", set={"model": linear}, report=False)
    with pytest.raises(RunError, match="in its last layer alone"):
        dl.transfer(alone, "digits")


def test_targets_without_classes_are_refused(run: dl.Run, bars: Path, tmp_path: Path) -> None:
    names = [f"lying/{k}.png" for k in range(30)]
    pd.DataFrame({"file": names, "height": np.random.default_rng(0).random(30)}).to_csv(tmp_path / "l.csv", index=False)
    heights = dl.Experiment(name="heights", data=PicturesData(path=str(bars), labels=str(tmp_path / "l.csv")))
    with pytest.raises(SpecError, match=r"'bars.*' has real targets"):
        dl.transfer(run, heights)


@pytest.mark.data
def test_mnist_to_the_bundled_digits(data_dir: Path, tmp_path: Path) -> None:
    run = dl.train("mnist-mlp", epochs=1, out=tmp_path / "run", set={"data.num_train": 2_000}, report=False)
    measured = dl.transfer(run, "digits", examples=[1], seeds=2, report=False).measured
    assert measured.target_shape == (8, 8, 1)
    assert measured.curves.as_it_is is not None


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.labs.transfer.measure  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.transfer)
