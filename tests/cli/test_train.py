"""`descentlab train` as a person types it."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Descentlab, write_flowers

FILES = {"experiment.toml", "preparation.json", "weights.safetensors", "history.parquet", "metrics.json",
         "environment.json", "report.html"}  # fmt: skip


def experiment(run: Path) -> dict[str, Any]:
    """Read what a run says it trained."""
    return tomllib.loads((run / "experiment.toml").read_text())


def test_a_preset_gives_a_run_that_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("train", "iris", "--epochs", 2)
    assert (answer.code, answer.err) == (0, "")
    assert "Test accuracy" in answer.out
    assert "run:    runs/iris-001\n" in answer.out
    assert "report: runs/iris-001/report.html\n" in answer.out
    assert {file.name for file in (home / "runs" / "iris-001").iterdir()} >= FILES


def test_a_second_run_gets_the_next_name(descentlab: Descentlab, home: Path) -> None:
    for _ in range(2):
        assert descentlab("train", "iris", "--epochs", 1, "--no-report", "--quiet").code == 0
    assert sorted(run.name for run in (home / "runs").iterdir()) == ["iris-001", "iris-002"]


def test_quiet_prints_nothing(descentlab: Descentlab) -> None:
    answer = descentlab("train", "iris", "--epochs", 1, "--no-report", "-q")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_no_report_writes_none(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("train", "iris", "--epochs", 1, "--no-report")
    assert "report" not in answer.out
    assert not (home / "runs/iris-001/report.html").exists()


def test_json_is_one_object_in_the_stated_form(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("train", "iris", "--epochs", 3, "--json")
    told = answer.json()
    assert answer.err == ""
    assert told["run"] == "runs/iris-001"
    for part, num in (("train", 96), ("validation", 24), ("test", 30)):
        scores = told[part]
        assert scores["n"] == num
        assert scores["loss"] > 0
        low, high = scores["ci95"]
        assert 0 <= low <= scores["accuracy"] <= high <= 1
        assert sum(map(sum, scores["confusion"])) == num
    seconds = told["seconds"]
    assert {"import", "compile", "train", "total"} <= set(seconds)
    assert all(value >= 0 for value in seconds.values())
    assert seconds["total"] >= seconds["compile"] + seconds["train"]


def test_json_of_several_seeds_has_means_deviations_and_intervals(descentlab: Descentlab) -> None:
    told = descentlab("train", "iris", "--epochs", 3, "--seeds", 4, "--json", "--no-report").json()
    accuracy = told["test"]["accuracy"]
    each = [member["accuracy"] for member in told["test"]["members"]]
    assert told["seeds"] == [0, 1, 2, 3]
    assert len(each) == 4
    assert accuracy["mean"] == pytest.approx(np.mean(each))
    assert accuracy["sd"] == pytest.approx(np.std(each, ddof=1))
    # Student's t with three degrees of freedom, from a table.
    half = 3.182446 * np.std(each, ddof=1) / 2
    assert accuracy["ci95"] == pytest.approx([np.mean(each) - half, min(1.0, np.mean(each) + half)], abs=1e-6)


@pytest.mark.shipped
def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(descentlab: Descentlab, home: Path) -> None:
    for out, seed in (("a", 7), ("b", 7), ("c", 8)):
        descentlab("train", "iris", "--epochs", 2, "--seed", seed, "--out", out, "--no-report", "-q")
    a, b, c = ((home / out / "weights.safetensors").read_bytes() for out in "abc")
    assert a == b
    assert a != c


def test_a_table_is_learned_and_what_was_done_to_it_is_told_once(descentlab: Descentlab, flowers: Path) -> None:
    text = flowers.read_text().replace("wood", "?", 3)
    flowers.write_text(text.replace("width,", "number,width,").replace("\n", "\n1,").removesuffix("1,"))
    header, *rows = flowers.read_text().splitlines()
    flowers.write_text("\n".join([header.removeprefix("1,"), *rows]))
    answer = descentlab("train", "flowers.csv", "--target", "kind", "--epochs", 60, "--lr", 0.03, "--seed", 1)
    assert (answer.code, answer.err) == (0, "")
    notes = [line for line in answer.out.splitlines() if line.startswith("note:")]
    assert any("'number'" in note for note in notes)
    assert any("3 missing" in note for note in notes)
    assert len(notes) == len(set(notes))
    found = descentlab("show", "flowers-001", "--json").json()
    assert found["test"]["accuracy"] > 0.8


def test_a_small_table_gets_a_batch_that_fits(descentlab: Descentlab, home: Path) -> None:
    write_flowers(home / "few.csv", 20)
    assert descentlab("train", "few.csv", "--target", "kind", "--epochs", 2, "-q", "--no-report").code == 0
    assert experiment(home / "runs/few-001")["batch_size"] == "full"  # 13 examples: 20 less 4 to test and 3 to validate


def test_a_real_target_is_a_regression(descentlab: Descentlab, flowers: Path, home: Path) -> None:
    answer = descentlab("train", "flowers.csv", "--target", "length", "--epochs", 2, "--json", "--no-report")
    told = answer.json()
    assert {"loss", "rmse", "mae", "r2", "n"} <= set(told["test"])
    assert experiment(home / told["run"])["loss"]["kind"] == "squared-error"


def test_a_loss_that_was_asked_for_stays(descentlab: Descentlab, flowers: Path, home: Path) -> None:
    options = ("--target", "length", "--epochs", 2, "--set", "loss=huber", "--no-report", "-q")
    assert descentlab("train", "flowers.csv", *options).code == 0
    assert experiment(home / "runs/flowers-001")["loss"]["kind"] == "huber"


def test_a_target_by_position_columns_left_out_and_a_test_file(
    descentlab: Descentlab, flowers: Path, home: Path
) -> None:
    write_flowers(home / "held_back.csv", 12)
    answer = descentlab(
        "train", "flowers.csv", "--target", -1, "--drop", "length,place", "--test-file", "held_back.csv",
        "--epochs", 2, "--json", "--no-report",
    )  # fmt: skip
    told = answer.json()
    assert told["test"]["n"] == 12
    assert told["train"]["n"] + told["validation"]["n"] == 60
    assert tomllib.loads((home / told["run"] / "experiment.toml").read_text())["data"]["target"] == "-1"
    assert descentlab("predict", told["run"], "held_back.csv").out.count("\n") == 13


def test_a_spec_file_is_trained_as_written(descentlab: Descentlab, home: Path) -> None:
    (home / "mine.toml").write_text(
        'name = "mine"\nepochs = 3\nbatch_size = 8\ndata = {kind = "bundled", name = "iris"}\n'
        'model = [{kind = "dense", units = 5, activation = "tanh"}, {kind = "dense"}]\n'
    )
    assert descentlab("train", "mine.toml", "--epochs", 2, "--no-report", "-q").code == 0
    written = experiment(home / "runs/mine-001")
    assert (written["epochs"], written["batch_size"]) == (2, 8)
    # What a run keeps can be trained again, to the same bits.
    assert descentlab("train", "runs/mine-001/experiment.toml", "--out", "again", "--no-report", "-q").code == 0
    assert (home / "again/weights.safetensors").read_bytes() == (
        home / "runs/mine-001/weights.safetensors"
    ).read_bytes()


def test_set_hidden_and_the_short_options(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab(
        "train", "iris", "--hidden", "6,5", "--epochs", 1, "--batch-size", "full", "--lr", 0.25, "--no-report", "-q",
        "--set", "loss=squared-error", "--set", "model.1.activation=tanh", "--set", "optimizer=momentum",
        "--set", "split.test=0.4",
    )  # fmt: skip
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    written = experiment(home / "runs/iris-001")
    assert [layer["units"] for layer in written["model"]] == [6, 5, "outputs"]
    assert written["model"][1]["activation"] == "tanh"
    assert (written["loss"]["kind"], written["optimizer"]["kind"]) == ("squared-error", "momentum")
    assert (written["batch_size"], written["split"]["test"]) == ("full", 0.4)


def test_no_hidden_layer_is_a_linear_classifier(descentlab: Descentlab, home: Path) -> None:
    assert descentlab("train", "iris", "--hidden", "", "--epochs", 1, "--no-report", "-q").code == 0
    assert len(experiment(home / "runs/iris-001")["model"]) == 1


def test_a_folder_of_pictures(descentlab: Descentlab, home: Path) -> None:
    rng = np.random.default_rng(0)
    for kind, level in (("dark", 40), ("light", 200)):
        (home / "pictures" / kind).mkdir(parents=True)
        for place in range(10):
            pixels = rng.normal(level, 10, (8, 8)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(home / "pictures" / kind / f"{place}.png")
    (home / "pictures" / "dark" / "broken.png").write_bytes(b"\x89PNG no more")
    answer = descentlab("train", "pictures", "--size", "8x8", "--epochs", 1, "--no-report")
    assert (answer.code, answer.err) == (0, "")
    assert "broken.png" in answer.out
    assert "run:    runs/pictures-001" in answer.out
    told = descentlab("predict", "pictures-001", "pictures/light/3.png")
    assert told.out.splitlines()[0] == "example,prediction,probability of dark,probability of light"
    assert len(told.out.splitlines()) == 2
    assert descentlab("train", "pictures", "--strict", "--out", "strict").code == 2
    assert not (home / "strict").exists()


@pytest.mark.data
def test_real_pictures_by_folder(descentlab: Descentlab, home: Path, data_dir: Path) -> None:
    folder = data_dir / "images" / "mnist_png_1k" / "test"
    told = descentlab("train", folder, "--size", "7x7", "--hidden", "", "--epochs", 1, "--no-report", "--json").json()
    assert told["train"]["n"] + told["validation"]["n"] + told["test"]["n"] == 200


def test_unicode_and_spaces_in_paths(descentlab: Descentlab, home: Path) -> None:
    folder = home / "Größe и мера"
    folder.mkdir()
    write_flowers(folder / "fleurs à moi.csv")
    answer = descentlab(
        "train", folder / "fleurs à moi.csv", "--target", "kind", "--epochs", 1, "--out", folder / "mein lauf"
    )
    assert answer.code == 0
    assert (folder / "mein lauf" / "report.html").is_file()
    assert descentlab("show", folder / "mein lauf").code == 0
    assert descentlab("train", folder / "fleurs à moi.csv", "--epochs", 1, "-q", "--no-report").code == 0
    assert (home / "runs" / "fleurs-a-moi-001").is_dir()


def test_out_may_be_an_empty_folder_but_no_other(descentlab: Descentlab, home: Path) -> None:
    (home / "empty").mkdir()
    assert descentlab("train", "iris", "--epochs", 1, "--no-report", "-q", "--out", "empty").code == 0
    (home / "full").mkdir()
    (home / "full" / "mine.txt").write_text("mine")
    for out, words in (("empty", "is a run already"), ("full", "is not empty")):
        answer = descentlab("train", "iris", "--epochs", 1, "--out", out)
        assert answer.code == 2
        assert words in answer.err
    assert [file.name for file in (home / "full").iterdir()] == ["mine.txt"]
    assert not (home / "runs").exists()


def test_out_makes_the_folders_above_it(descentlab: Descentlab, home: Path) -> None:
    assert descentlab("train", "iris", "--epochs", 1, "--no-report", "-q", "--out", "a/b/c").code == 0
    assert (home / "a/b/c/metrics.json").is_file()


def test_no_epoch_measures_the_initial_network(descentlab: Descentlab) -> None:
    told = descentlab("train", "iris", "--epochs", 0, "--json").json()
    assert told["epochs"] == [0]
    assert 0 <= told["test"]["accuracy"] <= 1


def test_a_rate_that_is_too_high_is_a_result_and_no_error(descentlab: Descentlab) -> None:
    answer = descentlab("train", "iris", "--set", "optimizer=sgd", "--lr", 1e30, "--epochs", 3, "--json")
    told = answer.json()
    assert answer.code == 0
    assert told["diverged_at"][0] is not None
    assert any("Diverged" in sentence for sentence in told["outcome"])


def test_a_page_of_a_network_that_diverged_can_be_written(descentlab: Descentlab, home: Path) -> None:
    assert descentlab("train", "iris", "--set", "optimizer=sgd", "--lr", 1e30, "--epochs", 2).code == 0
    assert descentlab("report", "iris-001").code == 0
    assert descentlab("evaluate", "iris-001").code == 0
    assert descentlab("show", "iris-001").code == 0
