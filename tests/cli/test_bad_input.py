"""Whatever is wrong with what a person gives: one line on stderr, exit code 2, and nothing left behind."""

import gzip
import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Descentlab, write_flowers

Refuse = Callable[..., str]


def tree(folder: Path) -> set[Path]:
    """All files and folders under a folder."""
    return set(folder.rglob("*"))


@pytest.fixture
def refuse(descentlab: Descentlab, home: Path) -> Refuse:
    """Run a command that must be refused, and return what it says."""

    def run(*words: object) -> str:
        before = tree(home)
        answer = descentlab(*words)
        assert answer.code == 2, answer
        assert answer.out == ""
        assert re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err), answer.err
        assert tree(home) == before
        return answer.err

    return run


def write_rows(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_missing_file(refuse: Refuse, home: Path) -> None:
    said = refuse("train", "nowhere.csv", "--target", "kind")
    assert "nowhere.csv: no such file" in said
    assert str(home) in said


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(refuse: Refuse, home: Path, content: bytes) -> None:
    (home / "empty.csv").write_bytes(content)
    assert "empty.csv" in refuse("train", "empty.csv")


def test_a_header_and_no_rows(refuse: Refuse, home: Path) -> None:
    write_rows(home / "bare.csv", "width,kind")
    assert "no rows" in refuse("train", "bare.csv", "--target", "kind")


def test_one_class_only(refuse: Refuse, home: Path) -> None:
    write_rows(home / "roses.csv", "width,kind", *(f"{place}.5,rose" for place in range(30)))
    said = refuse("train", "roses.csv", "--target", "kind")
    assert "'rose'" in said
    assert "two classes" in said


def test_a_target_that_is_not_there_is_guessed(refuse: Refuse, flowers: Path) -> None:
    assert "did you mean 'kind'?" in refuse("train", "flowers.csv", "--target", "kid")
    assert "4 columns" in refuse("train", "flowers.csv", "--target", 4)


def test_every_target_missing(refuse: Refuse, home: Path) -> None:
    write_rows(home / "blank.csv", "width,kind", *(f"{place}.5,?" for place in range(30)))
    assert "'kind' is missing in all 30 rows" in refuse("train", "blank.csv", "--target", "kind")


def test_two_rows(refuse: Refuse, home: Path) -> None:
    write_rows(home / "two.csv", "width,kind", "1,rose", "2,aster")
    assert "2 usable examples, too few" in refuse("train", "two.csv")


def test_very_many_categories(refuse: Refuse, home: Path) -> None:
    rows = "\n".join(f"c{place:x},{place % 2}" for place in range(300_000))
    (home / "many.csv").write_text(f"code,kind\n{rows}\n")
    assert "'code'" in refuse("train", "many.csv", "--target", "kind")
    (home / "many.csv").write_text(f"code,kind\n{rows[:300_000]},0\n")
    assert "different values" in refuse("train", "many.csv", "--target", "code")


@pytest.mark.parametrize("cell", ["inf", "-Infinity"])
def test_an_infinite_cell_is_named_by_its_place(refuse: Refuse, flowers: Path, cell: str) -> None:
    lines = flowers.read_text().splitlines()
    lines[7] = re.sub(r"^[^,]*", cell, lines[7])
    write_rows(flowers, *lines)
    said = refuse("train", "flowers.csv", "--target", "kind")
    assert "'width'" in said
    assert "line 8" in said


def test_a_number_too_large_for_a_float_is_missing_rather_than_infinite(descentlab: Descentlab, flowers: Path) -> None:
    lines = flowers.read_text().splitlines()
    lines[7] = re.sub(r"^[^,]*", "1e999", lines[7])
    write_rows(flowers, *lines)
    answer = descentlab("train", "flowers.csv", "--target", "kind", "--epochs", "1", "--no-report")
    assert answer.code == 0
    assert "Took 1 cell of 'width' as missing, since not a number: '1e999'." in answer.out


def test_nan_cells_are_missing_ones(descentlab: Descentlab, flowers: Path) -> None:
    lines = flowers.read_text().splitlines()
    lines[7] = re.sub(r"^[^,]*", "NaN", lines[7])
    write_rows(flowers, *lines)
    answer = descentlab("train", "flowers.csv", "--target", "kind", "--epochs", 1, "--no-report")
    assert (answer.code, answer.err) == (0, "")
    assert "1 missing cell in 'width'" in answer.out


def test_a_binary_file_named_csv(refuse: Refuse, home: Path) -> None:
    (home / "noise.csv").write_bytes(np.random.default_rng(0).bytes(5_000))
    assert "noise.csv" in refuse("train", "noise.csv")
    (home / "packed.csv").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert "packed.csv" in refuse("train", "packed.csv")


def test_a_target_that_is_dropped(refuse: Refuse, flowers: Path) -> None:
    assert "'kind' is both" in refuse("train", "flowers.csv", "--target", "kind", "--drop", "place,kind")
    assert "did you mean 'place'?" in refuse("train", "flowers.csv", "--target", "kind", "--drop", "plaice")
    assert "no column" in refuse("train", "flowers.csv", "--target", "kind", "--drop", "width,length,place")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--test-file", "nowhere.csv"), "nowhere.csv"),
        (("--test-column", "place"), "no row has 'test'"),
        (("--test-column", "plaice"), "did you mean 'place'?"),
        (("--header", "perhaps"), "should be 'yes' or 'no', 'auto', or the number of a line"),
        (("--task", "ranking"), "'classification' or 'regression'"),
        (("--task", "regression"), "holds words"),
        (("--size", "8x8"), "size is for a folder of pictures"),
        (("--labels", "labels.csv"), "labels"),
        (("--strict",), "strict"),
    ],
)
def test_options_that_do_not_fit_the_table(refuse: Refuse, flowers: Path, options: tuple[str, ...], says: str) -> None:
    assert says in refuse("train", "flowers.csv", "--target", "kind", *options)


def test_an_unknown_preset_is_guessed(refuse: Refuse) -> None:
    said = refuse("train", "irs")
    assert "did you mean 'iris'?" in said
    assert "mnist-mlp" in said


@pytest.mark.parametrize("what", ["", " ", "no/such/folder", "x" * 5_000, "a\0b", "iris.toml", "iris.json"])
def test_what_is_nothing_that_can_be_trained(refuse: Refuse, what: str) -> None:
    refuse("train", what)


def test_nothing_to_train(refuse: Refuse) -> None:
    assert "descentlab train iris" in refuse("train")


def test_a_folder_without_pictures(refuse: Refuse, home: Path) -> None:
    (home / "pictures" / "cats").mkdir(parents=True)
    assert "no pictures" in refuse("train", "pictures")
    assert "no pictures" in refuse("train", home)


def test_a_folder_with_pictures_of_one_class(refuse: Refuse, home: Path) -> None:
    from PIL import Image

    (home / "pictures" / "cats").mkdir(parents=True)
    for place in range(20):
        Image.new("L", (4, 4), place).save(home / "pictures" / "cats" / f"{place}.png")
    refuse("train", "pictures", "--epochs", 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epochs = 3\nbatchsize = 4\n", "did you mean 'batch_size'?"),
        ("epochs == 3\n", "line 1"),
        ('model = [{kind = "dense", units = 2, size = 3}, {kind = "dense"}]', "'size'"),
        ('model = [{kind = "dense", name = "a", units = 3}, {kind = "dense", name = "a"}]', "named 'a'"),
        ('model = [{kind = "dense", units = 3}]', "last layer"),
        ('model = [{kind = "conv2d"}, {kind = "dense"}]', "needs pictures"),
        ('model = [{kind = "conv2d", stride = [0, 1]}, {kind = "dense"}]', "greater than or equal to 1"),
        ('model = [{kind = "dens"}, {kind = "dense"}]', "dens"),
        ('data = {kind = "bundled", name = "irises"}', "irises"),
        ('data = {kind = "arrays"}', "passed in Python"),
        ("[early_stopping]\npatience = 3\n[split]\nvalidation = 0.0\n", "validation part"),
        ("split = {test = 1.5}", "1.5"),
        ("precision = 'float16'", "float16"),
        ("\x00", "cannot be read"),
    ],
)
def test_a_spec_that_is_wrong(refuse: Refuse, home: Path, text: str, says: str) -> None:
    (home / "mine.toml").write_text(text)
    said = refuse("train", "mine.toml")
    assert says in said


def test_a_spec_that_is_no_text_or_no_table(refuse: Refuse, home: Path) -> None:
    (home / "mine.toml").write_bytes(b"\xff\xfe\x00e")
    assert "mine.toml" in refuse("train", "mine.toml")
    (home / "mine.json").write_text("[1, 2]")
    assert "mine.json" in refuse("train", "mine.json")
    (home / "deep.json").write_text("[" * 100_000)
    assert "deep.json" in refuse("train", "deep.json")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--learning-rate", -1), "greater than or equal to 0"),
        (("--lr", "nan"), "finite"),
        (("--lr", "inf"), "finite"),
        (("--batch-size", 97), "exceeds the 96 training examples"),
        (("--batch-size", 0), "batch_size"),
        (("--batch-size", "half"), "--batch-size half"),
        (("--epochs", -1), "epochs=-1"),
        (("--epochs", 10**15), "epochs=1000000000000000"),
        (("--seed", -1), "seed=-1"),
        (("--seed", 2**40), f"seed={2**40}"),
        (("--seeds", 0), "num_seeds=0"),
        (("--hidden", "8;8"), "--hidden 8;8"),
        (("--hidden", "8,-8"), "--hidden 8,-8"),
        (("--hidden", "0"), "--hidden 0"),
        (("--hidden", "99999999,99999999"), "this machine has"),
        (
            ("--epochs", 1_000_000, "--batch-size", 1, "--set", "data.name=digits", "--set", 'model.0="flatten"'),
            "at most",
        ),
        (("--set", "epochs"), "key=value"),
        (("--set", "=3"), "key=value"),
        (("--set", "epoch=3"), "did you mean 'epochs'?"),
        (("--set", "optimizer.rate=3"), "rate"),
        (("--set", "model.5.units=3"), "items 0 to 1"),
        (("--set", "model.hidden.unit=3"), "did you mean 'units'?"),
        (("--set", "epochs.x=3"), "has no parts"),
        (("--set", "epochs=many"), "epochs='many'"),
        (("--set", "loss=hubber"), "huber"),
        (("--set", "optimizer=adm"), "adam"),
        (("--set", "data.name=iriss"), "iriss"),
        (("--set", "data.name=diabetes"), "squared-error"),
        (("--set", "model.0.units=1000000000000"), "this machine has"),
        (("--set", "epochs=3", "--epochs", 4), "given twice"),
        (("--set", "optimizer.learning_rate=3", "--lr", 4), "given twice"),
        (("--checkpoint-every", -1), "0 or more"),
        (("--checkpoint-every", "nan"), "0 or more"),
        (("--target", "species"), "does not apply to bundled data"),
        (("--drop", "width"), "does not apply to bundled data"),
        (("--size", "8x"), "--size 8x"),
        (("--resume", "iris-001"), "leave out WHAT"),
    ],
)
def test_options_that_cannot_be(refuse: Refuse, options: tuple[object, ...], says: str) -> None:
    assert says in refuse("train", "iris", *options)


def test_out_that_cannot_be(refuse: Refuse, home: Path) -> None:
    (home / "file").write_text("mine")
    assert "is a file" in refuse("train", "iris", "--epochs", 1, "--out", "file")
    assert "is a file" in refuse("train", "iris", "--epochs", 1, "--out", "file/run")
    refuse("train", "iris", "--epochs", 1, "--out", "x" * 300)
    assert (home / "file").read_text() == "mine"


def test_runs_that_is_a_file(refuse: Refuse, home: Path) -> None:
    (home / "runs").write_text("mine")
    refuse("train", "iris", "--epochs", 1)
    refuse("runs", "runs")


def idx(path: Path, dtype: int, shape: tuple[int, ...], content: bytes) -> None:
    path.write_bytes(struct.pack(f">BBBB{len(shape)}I", 0, 0, dtype, len(shape), *shape) + content)


@pytest.fixture
def mnist(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small IDX files in MNIST's place."""
    folder = home / "data" / "mnist"
    folder.mkdir(parents=True)
    monkeypatch.setenv("DESCENTLAB_DATA", str(home / "data"))
    rng = np.random.default_rng(0)
    for part, num in (("train", 60), ("t10k", 20)):
        idx(folder / f"{part}-images-idx3-ubyte", 8, (num, 28, 28), rng.bytes(num * 784))
        idx(folder / f"{part}-labels-idx1-ubyte", 8, (num,), bytes(np.arange(num, dtype=np.uint8) % 10))
    return folder


def test_a_truncated_idx_file(refuse: Refuse, mnist: Path) -> None:
    path = mnist / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-100])
    assert "train-images" in refuse("train", "mnist-mlp", "--epochs", 1)


def test_an_idx_header_that_lies(refuse: Refuse, mnist: Path) -> None:
    idx(mnist / "train-images-idx3-ubyte", 8, (2**31, 2**15, 28), b"\0" * 784)
    assert "train-images" in refuse("train", "mnist-mlp", "--epochs", 1)
    idx(mnist / "train-images-idx3-ubyte", 13, (60, 28, 28), b"\0" * 60 * 784)
    assert "train-images" in refuse("train", "mnist-mlp", "--epochs", 1)


def test_labels_that_are_too_few(refuse: Refuse, mnist: Path) -> None:
    idx(mnist / "train-labels-idx1-ubyte", 8, (59,), bytes(59))
    refuse("train", "mnist-mlp", "--epochs", 1)


@pytest.mark.parametrize("verb", ["evaluate", "predict", "report", "show", "train --resume"])
def test_a_run_that_is_none(refuse: Refuse, home: Path, verb: str) -> None:
    (home / "folder").mkdir()
    (home / "file").write_text("mine")
    more = ["file"] if verb == "predict" else []
    assert "there is no run 'iris-001'" in refuse(*verb.split(), "iris-001", *more)
    assert "folder" in refuse(*verb.split(), "folder", *more)
    assert "file" in refuse(*verb.split(), "file", *more)


def test_new_examples_that_do_not_fit(refuse: Refuse, trained: Path, home: Path) -> None:
    write_rows(home / "foreign.csv", "a,b", "1,2")
    said = refuse("predict", trained, "foreign.csv")
    assert "foreign.csv lacks 'width', 'length', 'place'" in said
    (home / "noise.csv").write_bytes(np.random.default_rng(0).bytes(500))
    refuse("predict", trained, "noise.csv")
    refuse("predict", trained, "nowhere.csv")
    refuse("predict", trained, home)
    refuse("predict", trained, write_rows(home / "bare.csv", "width,length,place"))
    write_flowers(home / "flowers.csv", 12)
    assert "--out" in refuse("predict", trained, "flowers.csv", "--out", "no/such/folder.csv")
    assert "--out" in refuse("predict", trained, "flowers.csv", "--out", "flowers.csv")
    assert "member 1" in refuse("predict", trained, "flowers.csv", "--member", 1)
    assert "member -1" in refuse("evaluate", trained, "--member", -1)


def test_new_examples_without_targets_cannot_be_evaluated(refuse: Refuse, trained: Path, home: Path) -> None:
    write_rows(home / "new.csv", "width,length,place", "1,2,wood", "2,1,shore")
    assert "use predict" in refuse("evaluate", trained, "new.csv")
    write_rows(home / "new.csv", "width,length,place,kind", "1,2,wood,tulip", "2,1,shore,?")
    assert "none of these" in refuse("evaluate", trained, "new.csv")


@pytest.mark.parametrize("features", ["width", "width,width", "width,place", "width,tiger", ","])
def test_features_that_span_no_plane(refuse: Refuse, trained: Path, features: str) -> None:
    refuse("report", trained, "--features", features)


@pytest.mark.parametrize("laboratory", ["curvature", "learning-rate"])
def test_a_reversed_gradient_where_a_limit_of_stability_is_asked_for(refuse: Refuse, laboratory: str) -> None:
    assert "where no learning rate is stable" in refuse(laboratory, "iris", "--set", "optimizer.maximize=true")


def test_features_of_unscaled_pixels(refuse: Refuse) -> None:
    assert "trained on pixels as they are" in refuse("features", "digits", "--set", "data.preparation.inputs=none")
