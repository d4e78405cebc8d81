"""Landscapes from Python: lines, planes, the path, and the way to another network."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.labs.landscape import _walk

QUICK: dict[str, Any] = {"points": 11, "lines": 3}
LINEAR = {"model": [{"kind": "dense"}]}


def data_of(experiment: dl.Experiment) -> Dataset:
    return prepare(load(experiment.data), experiment.split, experiment.seed)


def shuffled_copy(run: dl.Run, to: Path) -> dl.Run:
    """Write a run whose network is another one's with its hidden units in reverse order."""
    shutil.copytree(run.path, to)
    copy = dl.open_run(to)
    tensors = dict(copy.folder.load_weights())
    tensors["hidden/weight"] = tensors["hidden/weight"][:, :, ::-1].copy()
    tensors["hidden/bias"] = tensors["hidden/bias"][:, ::-1].copy()
    tensors["output/weight"] = tensors["output/weight"][:, ::-1].copy()
    copy.folder.save_weights(tensors)
    return copy


def test_the_middle_of_every_line_and_plane_is_the_run_s_own_loss(home: Path) -> None:
    run = dl.train("iris", epochs=5, report=False)
    found = dl.landscape(run, **QUICK).measured
    assert list(found.loss) == ["train", "test"]
    for part, scores in (("train", run.train), ("test", run.test)):
        assert found.loss[part] == pytest.approx(scores.loss, rel=1e-5)
        assert found.accuracy[part] == pytest.approx(scores.accuracy)
        for curve in found.lines.random:
            assert curve.loss[part][5] == pytest.approx(scores.loss, rel=1e-5)
        random, path = found.planes
        assert random.loss[part][5, 5] == pytest.approx(scores.loss, rel=1e-5)
        assert found.from_start.loss[part][-1] == pytest.approx(scores.loss, rel=1e-5)
    assert path.path_loss is not None
    assert path.path_loss[0, -1] == path.path_loss[1, -1] == pytest.approx(run.train.loss, rel=1e-5)
    # The line and the path begin with the same draw as the curvature's first moment.
    first = dl.curvature(run, report=False).measured.traces[0].loss[0]
    assert found.from_start.loss["train"][0] == pytest.approx(first, rel=1e-5)
    assert path.path_loss[0, 0] == pytest.approx(first, rel=1e-5)
    # The first line and the horizontal middle of the plane are along one direction.
    np.testing.assert_allclose(random.loss["train"][5], found.lines.random[0].loss["train"], rtol=1e-6)


def test_a_linear_model_s_loss_is_a_quadratic_along_every_line(home: Path) -> None:
    settings = {**LINEAR, "data.num_examples": 40, "epochs": 3, "precision": "float64", "split.test": 0.0}
    found = dl.landscape("plane", set=settings, plane="none", report=False, **QUICK).measured
    for curve in (*found.lines.random, found.lines.sharpest, found.from_start):
        assert curve is not None
        loss = curve.loss["train"]
        np.testing.assert_allclose(np.diff(loss, 3), 0.0, atol=1e-9 * loss.max())
        assert curve.reading.is_convex
        assert not curve.accuracy
    # factor 0.5: the curvature along a direction d of the weights alone is mean (x.d)^2, and the sharpest is that of
    # the inputs with a column of ones.
    x = np.asarray(data_of(found.experiment).inputs, np.float64)
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    assert found.lines.sharpness == pytest.approx(np.linalg.eigvalsh(x.T @ x / len(x))[-1], rel=1e-3)
    assert found.held_out is None


def test_the_curvature_along_a_line_is_its_second_derivative(home: Path) -> None:
    run = dl.train("iris", epochs=5, report=False, set={"precision": "float64", "model.0.activation": "tanh"})
    found = dl.landscape(run, span=1e-3, plane="none", report=False, **QUICK).measured
    step = found.lines.length * 2e-4
    assert found.lines.sharpest is not None
    for curve in (*found.lines.random, found.lines.sharpest):
        loss = curve.loss["train"]
        assert curve.curvature == pytest.approx((loss[4] - 2.0 * loss[5] + loss[6]) / step**2, rel=1e-3)
    trace = dl.curvature(run, report=False).measured.traces[0]
    assert found.lines.sharpness == pytest.approx(trace.largest[-1], rel=1e-2)


def test_the_plane_of_the_path_is_that_of_the_networks_on_it(home: Path) -> None:
    run = dl.train("iris", epochs=8, report=False)
    plane = dl.landscape(run, plane="path", report=False, **QUICK).measured.planes[0]
    assert plane.path is not None
    assert plane.path.epochs.tolist() == list(range(9))
    assert plane.is_repeated
    # The same training in pieces: the weights after each epoch, as runs of so many epochs.
    networks = []
    for epochs in range(9):
        params, _ = dl.train("iris", epochs=epochs, report=False, out=f"runs/{epochs}").weights()
        networks.append(np.concatenate([params[layer][role].ravel() for layer in params for role in params[layer]]))
    oracle = PCA(n_components=8, svd_solver="full").fit(np.stack(networks).astype(np.float64))
    np.testing.assert_allclose(plane.path.shares, np.asarray(oracle.explained_variance_ratio_), rtol=1e-3, atol=1e-7)
    apart = [np.linalg.norm(one - networks[-1]) for one in networks]
    np.testing.assert_allclose(plane.path.lengths, apart, rtol=1e-4, atol=1e-6)


def test_a_long_training_is_not_repeated_unless_the_path_is_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_walk, "AGAIN_S", 0.0)
    table = dl.train("iris", epochs=8, report=False)
    kept = dl.landscape(table, report=False, **QUICK).measured.planes[1]
    assert kept.path is not None
    assert kept.path.epochs.tolist() == [0, 1, 2, 4, 8]
    assert not kept.is_repeated
    pictures = dl.train("digits", epochs=2, report=False)
    found = dl.landscape(pictures, points=5, examples=50, lines=1, report=False)
    assert [plane.kind for plane in found.measured.planes] == ["random"]
    assert any("--plane path trains again" in note for note in found.notes)
    again = dl.landscape(pictures, plane="path", points=5, examples=50, lines=1, report=False).measured
    assert [plane.kind for plane in again.planes] == ["path"]
    assert again.planes[0].is_repeated


def test_the_path_of_an_early_stop_ends_at_its_best_epoch(home: Path) -> None:
    run = dl.train("iris", epochs=60, learning_rate=0.1, report=False, set={"early_stopping.patience": 5})
    assert 3 < run.metrics["best_epoch"][0] < run.metrics["epochs"][0]
    plane = dl.landscape(run, plane="path", report=False, **QUICK).measured.planes[0]
    assert plane.path is not None
    assert plane.path.epochs[-1] == run.metrics["best_epoch"][0]
    assert plane.path_loss is not None
    assert plane.path_loss[0, -1] == pytest.approx(run.train.loss, rel=1e-5)


def test_between_two_runs_the_ends_are_their_own_losses(home: Path) -> None:
    # One seed and split, two rates.
    slow, fast = (dl.train("iris", epochs=10, learning_rate=rate, report=False) for rate in (0.003, 0.03))
    found = dl.landscape(slow, fast, **QUICK)
    measured = found.measured
    assert measured.crossing is not None
    for way in (measured.crossing.plain, measured.crossing.matched):
        assert way is not None
        for part in ("train", "test"):
            losses = way.curve.loss[part]
            for end, run in ((0, slow), (-1, fast)):
                scores = run.train if part == "train" else run.test
                assert losses[end] == pytest.approx(scores.loss, rel=1e-5)
                assert way.curve.accuracy[part][end] == pytest.approx(scores.accuracy)
            assert way.barriers[part].ends == (losses[0], losses[-1])
            assert way.barriers[part].num_examples == measured.num_examples[part]
    assert measured.planes == ()
    assert found.notes[-1].startswith("The interval of a barrier")
    assert found.path is not None
    assert "From one network to the other" in (found.path / "report.html").read_text()


def test_a_shuffled_copy_of_a_run_has_a_barrier_that_matching_takes_away(home: Path) -> None:
    run = dl.train("iris", epochs=40, learning_rate=0.03, report=False)
    copy = shuffled_copy(run, home / "runs" / "copy")
    found = dl.landscape(run, copy, report=False, **QUICK).measured.crossing
    assert found is not None
    assert found.matched is not None
    before, after = found.plain.barriers["train"], found.matched.barriers["train"]
    assert before.is_real
    assert before.height > 0.1
    assert after.height == pytest.approx(0.0, abs=1e-6)
    assert found.matched.distance == pytest.approx(0.0, abs=1e-6)
    assert found.num_moved == found.num_units == 8


def test_a_convex_model_has_no_barrier(home: Path) -> None:
    one, other = (dl.train("iris", epochs=5, learning_rate=r, report=False, set=LINEAR) for r in (0.001, 0.3))
    found = dl.landscape(one, other, report=False, **QUICK)
    measured = found.measured
    assert measured.crossing is not None
    barrier = measured.crossing.plain.barriers["train"]
    assert barrier.height <= 1e-6
    assert not barrier.is_real
    assert measured.crossing.matched is None
    assert "no barrier" in found.answer
    assert measured.writing is None


def test_two_networks_of_one_run_or_of_one_preset(home: Path) -> None:
    run = dl.train("circle", epochs=3, seeds=3, report=False)
    found = dl.landscape(run, member=2, other_member=0, report=False, **QUICK)
    assert found.measured.crossing is not None
    members = run.metrics["train"]["members"]
    assert found.measured.loss["train"] == pytest.approx(members[2]["loss"], rel=1e-4)
    assert any("another draw of points" in note for note in found.notes)
    trained = dl.landscape("circle", member=2, other_member=0, set={"epochs": 3}, report=False, **QUICK).measured
    assert trained.crossing is not None
    assert trained.loss["train"] == pytest.approx(members[2]["loss"], rel=1e-4)
    np.testing.assert_allclose(
        trained.crossing.plain.curve.loss["train"], found.measured.crossing.plain.curve.loss["train"], rtol=1e-3
    )


def test_another_split_is_told_with_what_the_other_has_seen(home: Path) -> None:
    one, other = (dl.train("iris", epochs=2, seed=seed, report=False) for seed in (0, 1))
    found = dl.landscape(one, other, report=False, **QUICK)
    seen = np.isin(data_of(one.experiment).test, data_of(other.experiment).train).sum()
    assert any(f"{seen} of the 30 test examples here were in its training part" in note for note in found.notes)


def test_normalised_lines_do_not_see_how_a_network_is_written_and_plain_ones_do(home: Path) -> None:
    settings = {"epochs": 3, "precision": "float64"}
    found = dl.landscape("iris", set=settings, plane="none", report=False, **QUICK).measured
    assert found.writing is not None
    plain, normalised = found.writing.plain, found.writing.normalised
    np.testing.assert_allclose(normalised[1], normalised[0], rtol=1e-9)
    assert plain[1, 5] == pytest.approx(plain[0, 5], rel=1e-9)
    assert np.abs(plain[1] / plain[0] - 1.0).max() > 0.1
    other = dl.landscape("iris", set=settings, plane="none", normalize="none", report=False, **QUICK).measured
    np.testing.assert_allclose(other.lines.random[0].loss["train"], plain[0], rtol=1e-9)


def test_batch_norm_dropout_and_convolutions_are_measured_and_told(home: Path) -> None:
    model = [
        {"kind": "conv2d", "filters": 2, "activation": "relu"},
        {"kind": "max-pool2d"},
        {"kind": "batch-norm"},
        {"kind": "flatten"},
        {"kind": "dropout", "rate": 0.2},
        {"kind": "dense"},
    ]
    run = dl.train("digits-cnn", epochs=1, seeds=2, report=False, set={"model": model})
    found = dl.landscape(run, other_member=1, points=5, examples=100, lines=1, report=False)
    text = " ".join(found.notes)
    for words in ("statistics are measured anew", "Dropout is off", "100 of"):
        assert words in text
    measured = found.measured
    assert measured.lines.sharpest is None
    assert measured.crossing is not None
    assert measured.crossing.matched is None
    assert "networks of dense layers alone" in " ".join(found.sentences)
    # Near the run's own loss, whose statistics are averages over training's last batches.
    assert measured.loss["train"] == pytest.approx(run.metrics["train"]["members"][0]["loss"], rel=0.3)


def test_all_numbers_are_written_beside_the_page(home: Path) -> None:
    found = dl.landscape("circle", set={"epochs": 4}, **QUICK)
    assert found.path is not None
    assert found.path == Path("runs/circle-landscape")
    lines, planes, path = (pd.read_parquet(found.path / f"{name}.parquet") for name in ("lines", "planes", "path"))
    assert len(lines) == 11 * (3 + 2)
    assert set(lines["line"]) == {curve.name for curve in found.measured.curves()}
    assert len(planes) == 2 * 121
    first = planes["train_loss"].to_numpy()[(planes["plane"] == "random").to_numpy()].reshape(11, 11)
    np.testing.assert_array_equal(first, found.measured.planes[0].loss["train"])
    assert path["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert str(found).count("random direction") >= 3
    assert "<table" in found._repr_html_()


def test_what_cannot_be_measured_is_said(home: Path) -> None:
    arrays = dl.train(np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2, epochs=1, report=False)
    with pytest.raises(RunError, match="arrays in memory"):
        dl.landscape(arrays)
    run = dl.train("iris", epochs=1, report=False)
    tanh = dl.train("iris", epochs=1, report=False, set={"model.0.activation": "tanh"})
    wide = dl.train("iris", epochs=1, hidden=[9], report=False)
    mistakes: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
        ((run, tanh), {}, "different activations"),
        ((run, wide), {}, "different layers, hidden 8, output 3 and hidden1 9, output 3"),
        ((run, run), {}, "at both ends"),
        ((run,), {"other_member": 0}, "is the network itself"),
        ((run,), {"other_member": 1}, "no member 1"),
        ((run,), {"set": {"epochs": 3}}, "is a trained run, which `set` cannot change"),
        (("iris",), {"points": 10}, "points=10"),
        (("iris",), {"span": float("inf")}, "span=inf"),
        (("iris",), {"lines": -1}, "lines=-1"),
        (("iris",), {"examples": 0}, "examples=0"),
        (("iris",), {"other_member": -1}, "other_member=-1"),
    ]
    for what, options, words in mistakes:
        with pytest.raises((RunError, SpecError), match=words):
            dl.landscape(*what, **options)
    (run.path / "weights.safetensors").unlink()
    with pytest.raises(RunError, match="no trained weights"):
        dl.landscape(run.path)


def test_weights_that_are_no_numbers_have_no_landscape(home: Path) -> None:
    run = dl.train("plane", epochs=30, learning_rate=1e6, report=False, set={**LINEAR, "loss.output": "linear"})
    with pytest.raises(RunError, match="are not finite"):
        dl.landscape(run)


def test_few_epochs_have_no_plane_and_nothing_else_is_lost(home: Path) -> None:
    found = dl.landscape("iris", set={"epochs": 1}, report=False, **QUICK)
    assert [plane.kind for plane in found.measured.planes] == ["random"]
    assert any("3 networks or more" in note for note in found.notes)
    bare = dl.landscape("iris", set={"epochs": 0}, lines=0, points=5, plane="none")
    assert bare.measured.lines.random == ()
    assert bare.path is not None
    assert (bare.path / "report.html").is_file()
