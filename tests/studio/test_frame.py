"""Frames, read anew from their description alone, and computed anew in NumPy from the weights they carry."""

import itertools
import json
from typing import Any

import numpy as np
import pytest

from descentlab.core import RunError
from descentlab.live import Race, Session
from descentlab.spec import override, preset
from descentlab.studio.playing._frame import FrameMaker

Layer = tuple[np.ndarray, np.ndarray]


class Reader:
    """Takes a frame apart from its first byte to its last."""

    def __init__(self, frame: bytes) -> None:
        size = int.from_bytes(frame[:4], "little")
        self.header: dict[str, Any] = json.loads(frame[4 : 4 + size], parse_constant=_refuse)
        self._rest = memoryview(frame)[4 + size :]
        assert (4 + size) % 4 == 0  # a browser reads numbers at multiples of four alone

    def take(self, count: int, kind: str) -> np.ndarray:
        num_bytes = count * np.dtype(kind).itemsize
        part, self._rest = self._rest[:num_bytes], self._rest[num_bytes:]
        return np.frombuffer(part, kind)

    def layers(self, network: dict[str, Any]) -> list[Layer]:
        widths = [len(network["inputs"]), *(layer["units"] for layer in network["layers"])]
        return [
            (self.take(below * above, "<f4").reshape(below, above), self.take(above, "<f4"))
            for below, above in itertools.pairwise(widths)
        ]

    def pictures(self, what: str) -> np.ndarray:
        grid, count = self.header["grid"], self.header[what]
        return self.take(count * grid * grid, "u1").reshape(count, grid * grid)

    @property
    def is_at_its_end(self) -> bool:
        return len(self._rest) == 0


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def read(session: Session, maker: FrameMaker | None = None) -> Reader:
    return Reader((maker or FrameMaker()).make(session, is_running=False, problem=""))


def grid_of(header: dict[str, Any]) -> np.ndarray:
    ticks = np.linspace(-6.0, 6.0, header["grid"])
    return np.array([(across, up) for up in ticks for across in ticks])


def grey(values: np.ndarray) -> np.ndarray:
    return 127.5 * (np.clip(values, -1.0, 1.0) + 1.0)


def tanh_activations(layers: list[Layer], inputs: np.ndarray) -> list[np.ndarray]:
    found = []
    for weight, bias in layers:
        inputs = np.tanh(inputs @ weight.astype(np.float64) + bias)
        found.append(inputs)
    return found


def test_every_neuron_s_picture_is_what_its_weights_say() -> None:
    session = Session(preset("circle"))
    session.advance(epochs=10)
    frame = read(session)
    layers = frame.layers(frame.header["network"])
    neurons, answers, winners = (frame.pictures(what) for what in ("neurons", "answers", "winners"))
    assert frame.is_at_its_end
    said = np.concatenate(tanh_activations(layers, grid_of(frame.header)), axis=1).T
    assert len(neurons) == 4 + 2 + 1
    np.testing.assert_allclose(neurons, grey(said), atol=0.51)
    np.testing.assert_array_equal(answers, neurons[-1:])
    assert len(winners) == 0


def test_three_classes_have_a_winner_and_its_probability() -> None:
    session = Session(override(preset("iris"), ["model.0.activation=tanh"]))
    session.advance(epochs=20)
    frame = read(session)
    (hidden, output) = frame.layers(frame.header["network"])
    neurons, answers, winners = (frame.pictures(what) for what in ("neurons", "answers", "winners"))
    assert frame.is_at_its_end
    assert session.plane is not None
    logits = np.tanh(session.plane.inputs @ hidden[0] + hidden[1]) @ output[0] + output[1]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(neurons[-3:], grey(2.0 * shares - 1.0).T, atol=0.51)
    np.testing.assert_allclose(answers[0], grey(shares.max(axis=1)), atol=0.51)
    best = np.sort(shares, axis=1)
    is_clear = best[:, -1] - best[:, -2] > 1e-5
    np.testing.assert_array_equal(winners[0][is_clear], shares.argmax(axis=1)[is_clear])


def test_a_race_shows_the_neurons_of_the_one_in_focus_and_the_answers_of_all() -> None:
    session = Session(preset("circle"), Race("seed", (3, 4, 5)))
    session.advance(epochs=3)
    answers = []
    for place in range(3):
        session.look_at(place)
        frame = read(session)
        assert frame.header["focus"] == place
        last = tanh_activations(frame.layers(frame.header["network"]), grid_of(frame.header))[-1][:, 0]
        np.testing.assert_allclose(frame.pictures("neurons")[-1], grey(last), atol=0.51)
        answers.append(frame.pictures("answers"))
        np.testing.assert_allclose(answers[-1][place], grey(last), atol=0.51)
        assert frame.is_at_its_end
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])


def test_the_points_are_the_data_s_own() -> None:
    session = Session(preset("spiral"))
    told = read(session).header["data"]
    dataset = session.dataset
    for part in ("train", "test"):
        rows = dataset.part(part)
        wanted = np.column_stack([dataset.raw["x1"][rows], dataset.raw["x2"][rows], dataset.targets[rows]])
        np.testing.assert_allclose(told["points"][part], wanted, atol=5.1e-5)
        assert told["sizes"][part] == len(rows)


def test_the_curves_are_the_losses_from_before_the_first_step_on() -> None:
    session = Session(preset("circle"))
    session.advance(epochs=3)
    header = read(session).header
    network = session.racers[0].network
    losses = [session.racers[0].at_start["train_loss"], *network.trace["train_loss"]]
    assert [epoch for epoch, _ in header["curves"][0]["train"]] == [0, 1, 2, 3]
    np.testing.assert_allclose([loss for _, loss in header["curves"][0]["train"]], losses, rtol=1e-5)
    assert header["readings"][0]["train_loss"] == pytest.approx(losses[-1], rel=1e-5)


def test_a_moment_that_has_passed_is_shown_with_its_own_weights_and_maps() -> None:
    session = Session(preset("circle"))
    before = read(session)
    weights, pictures = before.layers(before.header["network"]), before.pictures("neurons")
    for _ in range(3):
        session.advance(epochs=1)
    session.look_back(0)
    frame = read(session)
    assert frame.header["shown"] == 0
    assert frame.header["moments"] == [0, 1, 2, 3]
    for old, new in zip(weights, frame.layers(frame.header["network"]), strict=True):
        np.testing.assert_array_equal(old[0], new[0])
    np.testing.assert_array_equal(pictures, frame.pictures("neurons"))


def test_a_network_that_diverged_still_makes_a_frame() -> None:
    experiment = override(
        preset("circle"),
        [
            "loss={kind='squared-error',output='linear'}",
            "optimizer.learning_rate=1e6",
            "model.0.activation=linear",
            "model.1.activation=linear",
        ],
    )
    session = Session(experiment)
    session.advance(epochs=30)
    assert session.is_over
    with pytest.raises(RunError, match=r"this network has diverged and trains no further: reset \(R\)"):
        session.advance(epochs=1)
    header = read(session).header
    assert header["verdicts"][0]["verdict"] == "diverged"
    assert header["readings"][0]["train_loss"] is None
    session.reset()
    session.advance(steps=1)


def test_data_without_a_plane_has_no_pictures() -> None:
    frame = read(Session(override(preset("digits"), ["model=[{kind='flatten'},{kind='dense'}]"])))
    assert frame.header["grid"] == 0
    assert frame.take(64 * 10 + 10, "<f4").shape == (650,)
    assert frame.is_at_its_end


def test_network_and_data_are_told_again_only_when_they_are_others() -> None:
    session, maker = Session(preset("circle")), FrameMaker()
    assert {"network", "data"} <= read(session, maker).header.keys()
    session.advance(epochs=1)
    assert not {"network", "data"} & read(session, maker).header.keys()
    session.become(override(session.experiment, ["data.noise=20"]))
    assert {"network", "data"} & read(session, maker).header.keys() == {"data"}
    session.become(override(session.experiment, ["model.0.units=3"]))
    assert {"network", "data"} <= read(session, maker).header.keys()
    session.become(preset("iris"))
    read(session, maker)
    session.look_across(("sepal width (cm)", "petal length (cm)"))
    header = read(session, maker).header
    assert {"network", "data"} & header.keys() == {"data"}
    assert header["data"]["names"] == ["sepal width (cm)", "petal length (cm)"]
