from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import RunError
from descentlab.live import Session
from descentlab.spec import override, preset
from descentlab.workbench import keep


def test_a_network_trained_by_hand_becomes_a_run(tmp_path: Path) -> None:
    session = Session(override(preset("circle"), ["epochs=50"]))
    session.advance(epochs=20)
    network = session.racers[0].network
    run = keep(network, session.initial_params_of(0), root=tmp_path)
    assert run.path.parent == tmp_path
    assert run.experiment.epochs == 20
    assert (run.path / "report.html").is_file()
    assert any("Trained by hand, 20 epochs" in note for note in run.metrics["notes"])
    assert run.history["train_loss"].iloc[-1] == pytest.approx(network.trace["train_loss"][-1], rel=1e-5)
    for layer, own in network.params.items():
        np.testing.assert_array_equal(run.weights()[0][layer]["weight"], own["weight"])


def test_untouched_it_is_the_run_of_train(tmp_path: Path) -> None:
    experiment = override(preset("circle"), ["epochs=12"])
    session = Session(experiment)
    session.advance(epochs=12)
    kept = keep(session.racers[0].network, session.initial_params_of(0), root=tmp_path, report=False)
    trained = dl.train(experiment, out=tmp_path / "trained", report=False)
    assert kept.test.loss == pytest.approx(trained.test.loss, rel=1e-4)
    np.testing.assert_allclose(kept.history["train_loss"], trained.history["train_loss"], rtol=1e-4)


def test_nothing_is_kept_before_the_first_epoch(tmp_path: Path) -> None:
    session = Session(preset("circle"))
    with pytest.raises(RunError, match="trained for an epoch"):
        keep(session.racers[0].network, session.initial_params_of(0), root=tmp_path)
    assert not list(tmp_path.iterdir())
