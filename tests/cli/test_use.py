"""What one does with a run: evaluate, predict, report, list, show."""

import csv
import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from descentlab.runs import RunFolder
from tests.cli.conftest import Descentlab, write_flowers


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_evaluate_repeats_what_training_said(descentlab: Descentlab, trained: Path) -> None:
    again = descentlab("evaluate", trained, "--json").json()
    said = RunFolder(trained).metrics()
    for part in ("train", "validation", "test"):
        assert again[part]["loss"] == pytest.approx(said[part]["loss"], abs=1e-6)
        assert again[part]["confusion"] == said[part]["confusion"]


def test_evaluate_prints_a_line_for_each_class(descentlab: Descentlab, trained: Path) -> None:
    answer = descentlab("evaluate", trained)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count("aster") >= 3
    assert "95% interval" in answer.out


def test_evaluate_new_examples_counts_what_predict_says(descentlab: Descentlab, trained: Path, home: Path) -> None:
    write_flowers(home / "new.csv", 40)
    told = read_csv(descentlab("predict", trained, "new.csv").out)
    truth = [row["kind"] for row in read_csv((home / "new.csv").read_text())]
    share = np.mean([row["prediction"] == kind for row, kind in zip(told, truth, strict=True)])
    assert descentlab("evaluate", trained, "new.csv", "--json").json()["new"]["accuracy"] == pytest.approx(share)


def test_evaluate_says_which_examples_it_left_out(descentlab: Descentlab, trained: Path, home: Path) -> None:
    text = write_flowers(home / "new.csv", 40).read_text()
    (home / "new.csv").write_text(text.replace(",rose", ",tulip", 3))
    answer = descentlab("evaluate", trained, "new.csv", "--json")
    assert answer.json()["new"]["n"] == 37
    assert "Left out 3 examples" in answer.err


def test_evaluate_joins_all_seeds(descentlab: Descentlab, flowers: Path) -> None:
    descentlab(
        "train", "flowers.csv", "--target", "kind", "--epochs", 2, "--seeds", 3, "--out", "three", "--no-report", "-q"
    )
    said = RunFolder(Path("three")).metrics()
    found = descentlab("evaluate", "three", "--json").json()
    assert found["test"]["accuracy"]["mean"] == pytest.approx(said["test"]["accuracy"]["mean"], abs=1e-6)
    second = descentlab("evaluate", "three", "--member", 1, "--json").json()
    assert second["test"]["accuracy"] == pytest.approx(said["test"]["members"][1]["accuracy"], abs=1e-6)
    assert "±" in descentlab("evaluate", "three").out
    assert "3 networks" in descentlab("predict", "three", "flowers.csv").err
    assert descentlab("predict", "three", "flowers.csv", "--member", 0).err == ""


def test_predict_takes_csv_and_gives_csv(descentlab: Descentlab, trained: Path, home: Path) -> None:
    lines = write_flowers(home / "new.csv", 12).read_text().splitlines()
    # Without the target, with the columns in another order, with one more, as people have them.
    cells = [line.split(",") for line in lines]
    (home / "new.csv").write_text("\n".join(f"{place},{width},mine,{length}" for width, length, place, _ in cells))
    answer = descentlab("predict", trained, "new.csv")
    rows = read_csv(answer.out)
    assert answer.code == 0
    assert list(rows[0]) == ["example", "prediction", "probability of aster", "probability of rose"]
    assert len(rows) == 12
    for row in rows:
        shares = {name: float(row[f"probability of {name}"]) for name in ("aster", "rose")}
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-5)
        assert row["prediction"] == max(shares, key=lambda name: shares[name])
    assert descentlab("predict", trained, "new.csv", "--out", "told.csv").out == ""
    assert (home / "told.csv").read_text() == answer.out


def test_predict_gives_numbers_in_json(descentlab: Descentlab, trained: Path, home: Path) -> None:
    write_flowers(home / "new.csv", 12)
    first = descentlab("predict", trained, "new.csv", "--json").json()["predictions"][0]
    assert first["prediction"] in ("aster", "rose")
    assert sum(first["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)


def test_predict_counts_categories_it_never_saw(descentlab: Descentlab, trained: Path, home: Path) -> None:
    text = write_flowers(home / "new.csv", 40).read_text()
    seen = text.count("wood")
    (home / "new.csv").write_text(text.replace("wood", "moon"))
    answer = descentlab("predict", trained, "new.csv")
    assert answer.code == 0
    assert seen > 1
    assert f"{seen} cells of 'place'" in answer.err
    assert descentlab("predict", trained, "new.csv", "--quiet").err == ""


def test_predict_real_numbers_in_their_own_unit(descentlab: Descentlab, home: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(-1, 1, 80)
    rows = [f"{value:.4f},{1000 + 200 * value:.4f}" for value in values]
    (home / "line.csv").write_text("\n".join(["x,price", *rows]))
    descentlab(
        "train", "line.csv", "--target", "price", "--epochs", 80, "--lr", 0.02, "--hidden", "", "--no-report", "-q"
    )
    (home / "new.csv").write_text("x\n-0.5\n0.5\n")
    told = [float(row["prediction"]) for row in read_csv(descentlab("predict", "line-001", "new.csv").out)]
    assert told == pytest.approx([900, 1100], abs=15)
    assert isinstance(
        descentlab("predict", "line-001", "new.csv", "--json").json()["predictions"][0]["prediction"], float
    )


def test_predict_more_rows_than_pass_the_network_at_once(descentlab: Descentlab, trained: Path, home: Path) -> None:
    lines = write_flowers(home / "new.csv", 60).read_text().splitlines()
    few = read_csv(descentlab("predict", trained, "new.csv").out)
    (home / "many.csv").write_text("\n".join([lines[0], *lines[1:] * 100]))
    assert descentlab("predict", trained, "many.csv", "--out", "told.csv").code == 0
    many = read_csv((home / "told.csv").read_text())
    assert len(many) == 6_000
    for start in (0, 2_040, 5_940):
        assert [row["prediction"] for row in many[start : start + 60]] == [row["prediction"] for row in few]


def test_report_is_written_again(descentlab: Descentlab, trained: Path, home: Path) -> None:
    shutil.copytree(trained, home / "run")
    (home / "run" / "report.html").unlink()
    answer = descentlab("report", "run", "--features", "length,width")
    assert (answer.code, answer.out) == (0, "report: run/report.html\n")
    assert "<html" in (home / "run" / "report.html").read_text()
    assert descentlab("report", "run", "--json").json() == {"report": "run/report.html"}


def test_data_that_has_changed_is_told(descentlab: Descentlab, flowers: Path) -> None:
    descentlab("train", "flowers.csv", "--target", "kind", "--epochs", 1, "--no-report", "-q")
    flowers.write_text(flowers.read_text().replace("rose", "tulip"))
    for verb in ("evaluate", "report"):
        answer = descentlab(verb, "flowers-001")
        assert answer.code == 2
        assert "has changed" in answer.err
    flowers.unlink()
    assert "flowers.csv" in descentlab("evaluate", "flowers-001").err
    assert descentlab("show", "flowers-001").code == 0


def test_runs_lists_and_show_shows(descentlab: Descentlab, trained: Path, home: Path) -> None:
    assert "There are no runs in runs yet" in descentlab("runs").out
    shutil.copytree(trained, home / "runs" / "mine-001")
    (home / "runs" / "junk").mkdir()
    shutil.copytree(trained, home / "runs" / "torn-001")
    (home / "runs" / "torn-001" / "experiment.toml").write_text("epochs = 'many'")
    answer = descentlab("runs")
    assert "mine-001" in answer.out
    assert "junk" not in answer.out
    assert "damaged" in answer.out
    listed = descentlab("runs", "--json").json()
    assert [run["name"] for run in listed["runs"]] == ["mine-001"]
    assert [Path(run["path"]).name for run in listed["damaged"]] == ["torn-001"]
    shown = descentlab("show", "mine-001")
    assert "Test accuracy" in shown.out
    assert "multiply-adds" in shown.out
    assert descentlab("show", "mine-001", "--json").json()["finished"] is True


def test_a_damaged_run_is_refused_in_one_line(descentlab: Descentlab, trained: Path, home: Path) -> None:
    harm = {
        "weights.safetensors": b"\xff" * 100,
        "preparation.json": b'{"task": "classification"}',
        "metrics.json": b"{",
        "experiment.toml": b"epochs = -1",
    }
    verbs = (
        ["predict", "run", trained.parent / "flowers.csv"],
        ["evaluate", "run"],
        ["show", "run"],
        ["report", "run"],
    )
    for name, content in harm.items():
        shutil.copytree(trained, home / "run")
        (home / "run" / name).write_bytes(content)
        answers = [descentlab(*words) for words in verbs]
        assert any(answer.code == 2 for answer in answers)
        for answer in answers:
            assert answer.code in (0, 2), answer
            if answer.code == 2:
                assert answer.err.startswith("descentlab: error: ")
                assert answer.err.count("\n") == 1
        shutil.rmtree(home / "run")


def test_a_run_that_claims_a_giant_network_is_refused_before_it_is_built(
    descentlab: Descentlab, trained: Path, home: Path
) -> None:
    shutil.copytree(trained, home / "run")
    text = (home / "run" / "experiment.toml").read_text()
    (home / "run" / "experiment.toml").write_text(text.replace("units = 4", "units = 1000000000"))
    for verb in (["predict", "run", trained.parent / "flowers.csv"], ["evaluate", "run"], ["report", "run"]):
        answer = descentlab(*verb)
        assert answer.code == 2
        assert "weights" in answer.err


def test_stdout_that_is_closed_early_is_no_error(trained: Path, home: Path) -> None:
    import subprocess
    import sys

    lines = write_flowers(home / "new.csv", 60).read_text().splitlines()
    (home / "many.csv").write_text("\n".join([lines[0], *lines[1:] * 500]))
    code = "from descentlab.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "predict", str(trained), "many.csv"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    _, err = process.communicate()
    assert err == b""
