"""What is written into a run comes back, by descentlab and without it."""

import json
import tomllib

import numpy as np
import pyarrow.parquet as pq
import pytest
import safetensors.numpy

from descentlab.core import RunError, ShapeError
from descentlab.runs import RunFolder
from descentlab.spec import preset

SHAPES = {"hidden/weight": (4, 3), "hidden/bias": (3,)}


def test_a_run_reads_back_as_it_was_written(run: RunFolder) -> None:
    assert run.name == "iris-001"
    assert run.experiment == preset("iris")
    assert run.preparation() == {"kind": "standardise", "mean": [1.0, 2.0]}
    assert run.environment()["data_checksum"] == "sha256:00"
    assert run.metrics()["test"]["accuracy"]["mean"] == 0.9
    assert run.is_finished
    weights = run.load_weights(SHAPES)
    np.testing.assert_array_equal(weights["hidden/weight"], np.arange(24, dtype=np.float32).reshape(2, 4, 3))
    assert weights["hidden/weight"].dtype == np.float32
    snapshots = run.load_snapshots(SHAPES)
    assert snapshots is not None
    np.testing.assert_array_equal(snapshots.epochs, [0, 2])
    np.testing.assert_array_equal(snapshots.tensors["hidden/bias"], np.zeros((2, 2, 3)))
    assert run.report_path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_history_reads_back_with_its_types_and_its_nans(run: RunFolder) -> None:
    history = run.history()
    assert list(history) == ["member", "seed", "epoch", "train_loss"]
    np.testing.assert_array_equal(history["train_loss"], np.array([1.0, 0.5, 1.1, np.nan], np.float32))
    assert {name: column.dtype.name for name, column in history.items()} == {
        "member": "int32",
        "seed": "int64",
        "epoch": "int32",
        "train_loss": "float32",
    }
    frame = run.history_frame()
    assert frame.groupby("seed")["train_loss"].first().tolist() == pytest.approx([1.0, 1.1])


def test_a_run_can_be_read_without_descentlab(run: RunFolder) -> None:
    with (run.path / "experiment.toml").open("rb") as file:
        assert tomllib.load(file)["epochs"] == 100
    for name in ("preparation.json", "environment.json", "metrics.json"):
        assert isinstance(json.loads((run.path / name).read_bytes()), dict)
    assert safetensors.numpy.load_file(run.path / "weights.safetensors")["hidden/weight"].shape == (2, 4, 3)
    assert pq.read_table(run.path / "history.parquet").column_names == ["member", "seed", "epoch", "train_loss"]


def test_an_empty_history_reads_back(run: RunFolder) -> None:
    run.save_history({name: np.empty(0, np.int32) for name in ("member", "seed", "epoch")})
    assert {name: len(column) for name, column in run.history().items()} == {"member": 0, "seed": 0, "epoch": 0}


def test_a_long_history_reads_back(run: RunFolder) -> None:
    epoch = np.arange(300_000)
    run.save_history({"member": epoch * 0, "seed": epoch * 0, "epoch": epoch, "train_loss": np.sqrt(epoch)})
    np.testing.assert_array_equal(run.history()["train_loss"], np.sqrt(epoch))


def test_a_history_without_its_keys_is_refused(run: RunFolder) -> None:
    with pytest.raises(ShapeError, match="needs the columns member, seed, epoch"):
        run.save_history({"epoch": np.arange(3)})
    with pytest.raises(ShapeError, match="one length"):
        run.save_history({"member": np.arange(3), "seed": np.arange(3), "epoch": np.arange(4)})


def test_views_of_any_layout_are_saved_by_value(run: RunFolder) -> None:
    tensor = np.arange(24.0).reshape(2, 3, 4)
    run.save_weights(
        {"turned": tensor.transpose(0, 2, 1), "strided": tensor[:, ::2], "big_endian": tensor.astype(">f8")}
    )
    loaded = run.load_weights()
    np.testing.assert_array_equal(loaded["turned"], tensor.transpose(0, 2, 1))
    np.testing.assert_array_equal(loaded["strided"], tensor[:, ::2])
    np.testing.assert_array_equal(loaded["big_endian"], tensor)


def test_json_never_holds_nan_and_is_stable(run: RunFolder) -> None:
    values = {
        "loss": np.float32("nan"),
        "range": (-np.inf, np.inf),
        "count": np.int64(3),
        "name": "é",
        "matrix": np.eye(2),
    }
    run.save_metrics(values)
    first = (run.path / "metrics.json").read_bytes()
    run.save_metrics(values)
    assert (run.path / "metrics.json").read_bytes() == first
    assert b"NaN" not in first
    assert '"name": "é"' in first.decode()
    assert run.metrics() == {
        "loss": None, "range": [None, None], "count": 3, "name": "é", "matrix": [[1.0, 0.0], [0.0, 1.0]]
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a list [\n  1,\n  2\n] in words", "[1,  2]", 'quote " and \\', "[\n]"])
def test_texts_come_back_from_json_untouched(run: RunFolder, text: str) -> None:
    run.save_metrics({"text": text, "texts": [text, text], text: [1, 2, [3, [4]]]})
    assert run.metrics() == {"text": text, "texts": [text, text], text: [1, 2, [3, [4]]]}


def test_a_text_that_is_not_unicode_is_refused_by_name(run: RunFolder) -> None:
    with pytest.raises(RunError, match="not valid Unicode"):
        run.save_metrics({"path": "caf\udce9.csv"})


def test_the_room_a_run_takes_is_that_of_its_files(run: RunFolder) -> None:
    sizes = [path.stat().st_size for path in run.path.rglob("*") if path.is_file()]
    assert run.num_bytes == sum(sizes) > 3_000


def test_a_run_without_optional_files_says_so(run: RunFolder) -> None:
    run.drop_checkpoint()
    (run.path / "snapshots.safetensors").unlink()
    (run.path / "metrics.json").unlink()
    assert run.load_checkpoint() is None
    assert run.checkpoint_meta() is None
    assert run.load_snapshots() is None
    assert not run.is_finished
    with pytest.raises(RunError, match=r"has no metrics\.json"):
        run.metrics()


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"hidden/weight": (4, 3)}, r"has 'hidden/bias', which the network in experiment.toml does not have"),
        ({**SHAPES, "output/weight": (3, 3)}, r"lacks 'output/weight'"),
        ({**SHAPES, "hidden/weight": (3, 4)}, r"'hidden/weight' is 2 x 4 x 3, but .* should be members x 3 x 4"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    run: RunFolder, expected: dict[str, tuple[int, ...]], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        run.load_weights(expected)


def test_weights_of_unequal_members_are_refused(run: RunFolder) -> None:
    run.save_weights({"hidden/weight": np.zeros((2, 4, 3)), "hidden/bias": np.zeros((1, 3))})
    with pytest.raises(RunError, match="should be members x"):
        run.load_weights(SHAPES)


def test_weights_that_are_not_reals_are_refused(run: RunFolder) -> None:
    run.save_weights({"hidden/weight": np.zeros((2, 4, 3), np.int64), "hidden/bias": np.zeros((2, 3))})
    with pytest.raises(RunError, match="holds int64"):
        run.load_weights(SHAPES)


def test_discarding_keeps_what_was_trained_and_what_is_not_ours(run: RunFolder) -> None:
    run.discard_if_untrained()
    assert run.is_finished
    run.drop_checkpoint()
    (run.path / "weights.safetensors").unlink()
    (run.path / "notes.txt").write_text("mine")
    run.discard_if_untrained()
    assert [path.name for path in run.path.iterdir()] == ["notes.txt"]
    (run.path / "notes.txt").unlink()
    run.discard_if_untrained()
    assert not run.path.exists()
