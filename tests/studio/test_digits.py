"""The digits page without a browser: what the pad sends, which networks there are, words that agree with numbers."""

import asyncio
import base64
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from descentlab.core import DescentlabError, SpecError
from descentlab.live import Contributions, Glance
from descentlab.representations import Attribution
from descentlab.studio.pages.digits._latest import Latest
from descentlab.studio.pages.digits._networks import PictureNetwork, find_choices, open_network
from descentlab.studio.pages.digits._pad import RASTER, read_sent
from descentlab.studio.pages.digits._pictures import GAP, grey_uri, layer_uri, signed_uri
from descentlab.studio.pages.digits._training import DigitsTraining, Recipe, recipes
from descentlab.studio.pages.digits._words import class_rows, contribution_rows, tell_answer, tell_pixels
from descentlab.workbench import train


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs: digits, and flowers that nobody can draw."""
    folder = tmp_path_factory.mktemp("digits") / "runs"
    train("iris", epochs=1, report=False, root=folder)
    train("digits-cnn", epochs=4, report=False, root=folder)
    return folder


@pytest.fixture(scope="module")
def network(root: Path) -> PictureNetwork:
    return open_network(root, "digits-cnn-001")


def decode(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def real(text: str) -> float:
    return float(text.replace("−", "-"))


def test_a_raster_is_read_as_it_was_drawn() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (RASTER, RASTER), dtype=np.uint8)
    sent = read_sent({"raster": base64.b64encode(grey.tobytes()).decode(), "settled": True})
    np.testing.assert_allclose(sent.drawing, grey / 255.0)
    assert sent.is_settled


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "raster",
        {},
        {"raster": 5},
        {"raster": ""},
        {"raster": "A" * 10_000_000},
        {"raster": "!" * (4 * -(-(RASTER**2) // 3))},
        {"raster": base64.b64encode(bytes(RASTER**2 - 3)).decode()},
        {"raster": base64.b64encode(bytes(RASTER**2 + 1)).decode()},
        {"raster": "é" * (4 * -(-(RASTER**2) // 3))},
    ],
)
def test_what_is_no_raster_is_refused(told: Any) -> None:
    with pytest.raises(SpecError, match="sent no raster"):
        read_sent(told)


def run_latest(act: Callable[[Latest, threading.Event], None], *, wait_s: float = 0.3) -> list[Any]:
    """Do something with a worker whose first piece waits for an event; return what was told, problems too."""
    told: list[Any] = []

    async def play() -> None:
        with ThreadPoolExecutor(1) as pool:
            latest, gate = Latest(pool, lambda problem: told.append(problem) if problem else None), threading.Event()
            latest.ask(lambda: gate.wait(10), told.append)
            await asyncio.sleep(0.05)
            for number in range(5):
                latest.ask(lambda number=number: number, told.append)
            act(latest, gate)
            await asyncio.sleep(wait_s)
            gate.set()

    asyncio.run(play())
    return told


def test_only_the_newest_of_what_waits_is_done() -> None:
    assert run_latest(lambda _, gate: gate.set()) == [True, 4]


def test_a_problem_is_told_and_ends_nothing() -> None:
    told: list[Any] = []

    def fail() -> None:
        raise DescentlabError("no ink")

    async def play() -> None:
        with ThreadPoolExecutor(1) as pool:
            latest = Latest(pool, told.append)
            latest.ask(fail, told.append)
            await asyncio.sleep(0.1)
            latest.ask(lambda: "well", told.append)
            await asyncio.sleep(0.1)

    asyncio.run(play())
    assert told == ["no ink", "", "well"]


def test_a_page_that_is_left_is_told_nothing() -> None:
    def leave(latest: Latest, gate: threading.Event) -> None:
        latest.close()
        latest.ask(lambda: "late", lambda _: pytest.fail("told"))
        gate.set()

    assert run_latest(leave) == []


def test_only_networks_that_a_digit_can_be_drawn_for_are_offered(root: Path) -> None:
    (choice,) = find_choices(root)
    assert choice.name == "digits-cnn-001"
    assert "8x8 pixels, test accuracy" in choice.label
    assert find_choices(root / "none") == []


def test_a_network_of_unscaled_pixels_is_not_offered(tmp_path: Path) -> None:
    train("digits-cnn", epochs=0, report=False, root=tmp_path, set=["data.preparation.inputs=none"])
    assert find_choices(tmp_path) == []
    with pytest.raises(DescentlabError, match="was trained on pixels as they are"):
        open_network(tmp_path, "digits-cnn-001")


@pytest.mark.parametrize("name", ["", "..", "../runs/digits-cnn-001", "/etc", "iris-001", "digits-cnn-009", None, 7])
def test_no_other_folder_is_opened(root: Path, name: Any) -> None:
    with pytest.raises(DescentlabError):
        open_network(root, name)


def test_an_example_is_answered_as_its_run_answers_it(network: PictureNetwork) -> None:
    for number in range(5):
        example = network.example(number)
        sixteenths = np.rint(16.0 * example.picture).astype(np.uint8)
        expected = network.run.infer(sixteenths[None]).outputs[0]
        np.testing.assert_allclose(network.reader.look(example.picture).probabilities, expected, rtol=1e-4, atol=1e-6)
    assert "of the 359 of the test part" in network.describe_examples()
    for number in (-1, 359):
        with pytest.raises(SpecError, match=f"no example {number}: .* 0 to 358"):
            network.example(number)


def test_a_picture_laid_on_the_pad_and_drawn_upon_is_told_as_before(network: PictureNetwork) -> None:
    same = []
    for number in range(100):
        example = network.example(number)
        raster = np.kron(example.picture[..., 0], np.ones((RASTER // 8, RASTER // 8)))
        laid = network.lay_out(raster)
        assert laid.dtype == np.float32
        np.testing.assert_allclose(laid * 16.0, np.rint(laid * 16.0))  # the levels that it was trained on
        same.append(network.reader.look(laid).winner == network.reader.look(example.picture).winner)
    # Three quarters of these pictures come back as they were, and the others moved by half a pixel.
    assert np.mean(same) > 0.9


def test_channels_lie_side_by_side_with_lines_between() -> None:
    values = np.stack([np.full((12, 6), float(k)) for k in range(10)], axis=-1)
    values[0, 0, 9] = 0.0
    board = decode(layer_uri(values))
    assert board.shape == (2 * 25 - 1, 8 * 13 - 1)  # twice as large, and a line between
    for k in range(10):
        top, left = 25 * (k // 8), 13 * (k % 8)
        tile = board[top : top + 24, left : left + 12]
        assert np.all(tile[2:] == round(255 * k / 9))
        assert np.all(tile[:2, :2] == (0 if k == 9 else tile[-1, -1]))
    assert np.all(board[24] == GAP)
    assert decode(layer_uri(np.arange(40.0))).shape == (2, 32)
    assert decode(layer_uri(np.zeros((4, 4, 3)))).max() == GAP


def test_signs_have_colours() -> None:
    ((strong_against, nothing, strong_for),) = decode(signed_uri(np.array([[-2.0, 0.0, 5.0]]), 2.0))
    assert strong_against[0] > strong_against[2]  # orange
    assert strong_for[2] > strong_for[0]  # blue
    assert nothing.max() - nothing.min() < 5
    assert decode(grey_uri(np.array([[0.0, 1.0]]))).tolist() == [[0, 255]]


def test_terms_in_words_add_up_to_the_logit(network: PictureNetwork) -> None:
    glance = network.reader.look(network.example(3).picture)
    parts = glance.contributions
    assert parts is not None
    rows = contribution_rows(parts, glance.winner)
    assert sum(real(row[-1]) for row in rows[:-1]) == pytest.approx(real(rows[-1][-1]), abs=0.02)
    assert real(rows[-1][-1]) == pytest.approx(glance.logits[glance.winner], abs=1e-2)
    for k, (name, for_it, against, bias, logit, told) in enumerate(class_rows(parts, glance, network.classes)):
        assert name == str(k)
        assert real(for_it) + real(against) + real(bias) == pytest.approx(real(logit), abs=0.02)
        assert float(told.rstrip("%")) / 100.0 == pytest.approx(glance.probabilities[k], abs=1e-4)


def test_answers_in_words() -> None:
    def glance(picture: np.ndarray) -> Glance:
        told = np.array([0.1, 0.7, 0.2])
        nothing = Contributions("output", np.zeros(1), np.zeros((1, 3)), np.zeros(3))
        return Glance(picture, np.log(told), told, {}, nothing)

    assert tell_answer(glance(np.ones((2, 2, 1))), "abc") == "The network says b with 70.0%, then c with 20.0%."
    assert tell_answer(glance(np.zeros((2, 2, 1))), "abc") == "Nothing is drawn yet."


def test_pixels_in_words_say_by_how_much_they_miss() -> None:
    maps = np.array([[[2.0, -0.5]], [[0.0, 0.0]]])
    words = tell_pixels(Attribution(maps, np.array([3.0, 0.0]), np.array([1.25, 0.0])), 0, "seven")
    assert "The logit of seven is 3, and 1.25 for a black picture: a difference of +1.75." in words
    assert "add +2, those against it −0.5, together +1.5." in words
    assert words.endswith("miss it by 0.25.")


def test_a_network_is_trained_and_kept(tmp_path: Path) -> None:
    training = DigitsTraining(Recipe("digits-cnn", "", ("epochs=2",)), tmp_path / "runs")
    training.join(60.0)
    assert training.is_over
    assert training.problem == ""
    assert training.share == 1.0
    assert training.run == "digits-cnn-001"
    assert [choice.name for choice in find_choices(tmp_path / "runs")] == ["digits-cnn-001"]


def test_a_training_that_is_stopped_or_fails_says_so(tmp_path: Path) -> None:
    training = DigitsTraining(Recipe("digits-cnn", "", ("epochs=20000",)), tmp_path / "runs")
    training.stop()
    training.join(60.0)
    assert training.is_over
    assert training.run is None
    failing = DigitsTraining(Recipe("digitz-cnn", ""), tmp_path / "runs")
    failing.join(60.0)
    assert failing.is_over
    assert "digits-cnn" in failing.problem
    assert find_choices(tmp_path / "runs") == []


def test_nothing_is_offered_that_would_be_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    assert [recipe.preset for recipe in recipes()] == ["digits-cnn"]
