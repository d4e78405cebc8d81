"""`descentlab importance` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

QUICK = ("--set", "epochs=3")


def test_it_answers_first_and_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("importance", "iris", *QUICK)
    assert answer.code == 0, answer.err
    assert answer.out.startswith(("Training matters most in ", "No single layer is shown to need its training"))
    assert "other random weights" in answer.out
    assert "Measured on 30 examples of the test part" in answer.err
    assert answer.out.rstrip().endswith("report: runs/iris-importance/report.html")
    assert (home / "runs" / "iris-importance" / "layers.parquet").is_file()


def test_json_is_one_object_with_all_numbers(descentlab: Descentlab, home: Path) -> None:
    values = descentlab("importance", "iris", *QUICK, "--no-report", "--json", "--layer", "hidden").json()
    for name in ("accuracy_lost", "loss_gained"):
        (layer,) = values["tables"][name]
        assert layer["layer"] == "hidden"
        assert set(layer) == {"layer", "mean", "shuffle", "half", "initial", "fresh"}
        assert set(layer["mean"]) == {"value", "low", "high"}
    assert len(values["tables"]["channels"]) == 8
    assert values["path"] is None
    assert not (home / "runs").exists()


def test_training_anew_comes_before_all_else(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("importance", "iris", "--retrain", "--seeds", "2", "--variant", "linear", *QUICK)
    assert answer.code == 0, answer.err
    assert answer.out.startswith(
        "Of 1 textbook claim about its layers 0 hold for this network, 0 do not, and 1 is not shown"
    )
    assert "Fewer than 6 seeds can show no difference" in answer.err
    table = answer.out.partition("Trained anew from 2 seeds each")[2]
    assert [line.partition("  ")[0] for line in table.splitlines()[2:4]] == ["as it is", "linear"]
    assert "Test score, compared with the network as it is" in answer.out
    assert (home / "runs" / "iris-importance" / "retrained.parquet").is_file()


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    answer = descentlab("importance", "--help")
    assert "• descentlab importance digits-cnn" in answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("importance", "no/such/run"), "no such file"),
        (("importance", "iris", "--layer", "hiden"), "did you mean 'hidden'? Choices: hidden, output."),
        (("importance", "iris", "--examples", "3"), "--examples 3"),
        (("importance", "iris", "--set", "epoch=3"), "epoch"),
        (("importance", "iris", "--member", "2"), "--member 2"),
        (("importance", "iris", "--seeds", "4"), "seeds says how variants are trained"),
        (("importance", "iris", "--variant", "linear"), "ask for that by retrain, or leave variants out"),
        (("importance", "iris", "--retrain", "--variant", "lineer"), "did you mean 'linear'? Choices: as it is, half"),
        (("importance", "iris", "--retrain", "--seeds", "0"), "--seeds 0: expected 1 or more"),
        (("importance", "iris", "--retrain", "--epochs", "0"), "--epochs 0: expected 1 or more"),
        (("importance", "iris", "--retrain", "--train-examples", "1"), "--train-examples 1: expected 2 or more"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(
    descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str
) -> None:
    answer = descentlab(*words)
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []
