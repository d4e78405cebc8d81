"""Training on pictures that stay on disk: the bits of training on pictures in memory, whatever happens on the way."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from descentlab.core import DataError
from descentlab.data import Dataset, StoredPictures, load, prepare
from descentlab.optimizers import schedule_factors
from descentlab.spec import Experiment, PicturesData, SplitSpec, override, pictures_experiment
from descentlab.training import (
    Interrupted,
    Member,
    Progress,
    SymptomPlan,
    _pieces as pieces,
    _stream as streaming,
    make_plan,
    train_population,
)
from descentlab.training._block import Block
from descentlab.training._examples import NO_PART
from descentlab.training._state import flatten_state
from descentlab.training._stream import Reader, Stream

BATCH_NORM = '{kind = "batch-norm", name = "norm"}'
CASES = {
    "cnn, varied, with class weights": ["augment.shift=2", "augment.flip=horizontal", "class_weights=balanced"],
    "cnn with batch norm": [f'model=["flatten", {BATCH_NORM}, {{kind="dense", units=5}}, {{kind="dense"}}]'],
    "mlp": ['model=["flatten", {kind="dense", units=7, activation="relu"}, {kind="dense"}]', "optimizer.l2=0.01"],
    "conv with batch norm": [
        f'model=[{{kind="conv2d", filters=3}}, {BATCH_NORM}, "max-pool2d", "flatten", {{kind="dense"}}]'
    ],
    "one batch": ["batch_size=full", "precision=float64"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two kinds and of several sizes, 90 of the one and 40 of the other."""
    root, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for kind, count in (("striped", 90), ("plain", 40)):
        (root / kind).mkdir()
        for place in range(count):
            pixels = rng.integers(0, 200, (13, 10 + place % 3, 3), dtype=np.uint8)
            pixels[:: 2 if kind == "striped" else 50] = 255
            Image.fromarray(pixels).save(root / kind / f"{place}.png")
    return root


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of two steps or so, and chunks of some pictures."""
    monkeypatch.setattr(streaming, "WINDOW_BYTES", 13 * 10 * 3 * 33)
    monkeypatch.setattr(pieces, "CHUNK", 20)


def _dataset(folder: Path, in_memory_mb: int) -> Dataset:
    data = PicturesData(path=str(folder), height=13, width=10, in_memory_mb=in_memory_mb)
    return prepare(load(data), SplitSpec(), 0)


def _experiment(folder: Path, *settings: str) -> Experiment:
    plain = pictures_experiment(PicturesData(path=str(folder)), "x", size=(13, 10))
    fast = ["epochs=3", "batch_size=16", "early_stopping.patience=1", "optimizer.learning_rate=0.01"]
    return override(plain, [*fast, *settings])


def _block(experiment: Experiment, dataset: Dataset, symptoms: SymptomPlan | None = None) -> Block:
    plan = make_plan(experiment, dataset)
    factors = schedule_factors(experiment.schedule, num_epochs=experiment.epochs, steps_per_epoch=plan.steps_per_epoch)
    return Block(plan, [Member(3)], [dataset], factors, snapshot_epochs=frozenset([0, 1]), symptoms=symptoms)


def _run(block: Block) -> dict[str, Any]:
    """Return all that comes of a training, as arrays by name."""
    while not block.is_done:
        block.advance()
    block.close()
    (trained,) = block.stacked().apart()
    symptoms = {} if trained.symptoms is None else trained.symptoms.arrays()
    return flatten_state({**vars(trained), "symptoms": symptoms})


def _assert_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert one.keys() == two.keys()
    assert any(name.startswith("snapshots/1/params") for name in one)
    for name, array in one.items():
        np.testing.assert_array_equal(array, two[name], err_msg=name)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("settings", CASES.values(), ids=list(CASES))
def test_weights_and_curves_are_those_of_pictures_in_memory(folder: Path, settings: list[str]) -> None:
    """The best weights, the curves, the snapshots and the symptoms, to the last bit."""
    experiment = _experiment(folder, *settings)
    stored, whole = _dataset(folder, 0), _dataset(folder, 100)
    assert isinstance(stored.inputs, StoredPictures)
    assert isinstance(whole.inputs, np.ndarray)
    found = _run(_block(experiment, stored, SymptomPlan()))
    assert len(found["trace/validation_loss"]) >= 2
    assert len(found["symptoms/steps"]) >= 2
    _assert_same(found, _run(_block(experiment, whole, SymptomPlan())))


@pytest.mark.usefixtures("small_windows")
def test_a_resume_within_an_epoch_goes_on_at_the_same_picture(folder: Path) -> None:
    experiment, dataset = _experiment(folder, "augment.shift=1"), _dataset(folder, 0)
    whole = _run(_block(experiment, dataset, SymptomPlan()))
    for steps in (1, 3, 8):
        first, second = _block(experiment, dataset, SymptomPlan()), _block(experiment, dataset, SymptomPlan())
        for _ in range(steps):
            first.advance_one_step()
        first.close()
        second.restore(first.save())
        _assert_same(_run(second), whole)


@pytest.mark.usefixtures("small_windows")
def test_a_picture_is_read_once_a_use_and_never_too_many_at_a_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, asked = _dataset(folder, 0), list[np.ndarray]()
    read = StoredPictures.__getitem__

    def note(self: StoredPictures, rows: Any) -> np.ndarray:
        asked.append(np.array(rows))
        return read(self, rows)

    monkeypatch.setattr(StoredPictures, "__getitem__", note)
    block = _block(_experiment(folder, "epochs=1", "split.validation=0.2"), dataset)
    _run(block)
    assert max(len(rows) for rows in asked) <= 33
    counts = np.bincount(np.concatenate(asked), minlength=len(dataset.inputs))
    np.testing.assert_array_equal(counts[dataset.train], 2)  # to learn from, and to trace
    np.testing.assert_array_equal(counts[dataset.validation], 1)
    np.testing.assert_array_equal(counts[dataset.test], 0)


def test_several_networks_have_a_reader_each_and_all_end(folder: Path) -> None:
    experiment, dataset = _experiment(folder, "epochs=2"), _dataset(folder, 0)
    plan = make_plan(experiment, dataset, num_members=3)
    members = [Member(seed) for seed in range(3)]
    together = train_population(experiment, plan, members, lambda _: dataset).trained
    alone = train_population(experiment, plan, members[2:], lambda _: dataset).trained[0]
    np.testing.assert_array_equal(together[2].params["output"]["weight"], alone.params["output"]["weight"])
    assert _readers() == []


def _readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("descentlab-reader")]


def test_a_stop_ends_the_reader(folder: Path) -> None:
    experiment, dataset = _experiment(folder, "epochs=50"), _dataset(folder, 0)
    stop = threading.Event()

    def on_progress(_: Progress) -> None:
        assert _readers() != []
        stop.set()

    with pytest.raises(Interrupted):
        train_population(
            experiment,
            make_plan(experiment, dataset),
            [Member(0)],
            lambda _: dataset,
            on_progress=on_progress,
            stop=stop,
        )
    assert _readers() == []


def test_a_picture_that_vanishes_is_named(folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "copy")
    dataset = _dataset(tmp_path / "copy", 0)
    gone = dataset.labels[dataset.train[0]]
    (tmp_path / "copy" / gone).unlink()
    experiment = _experiment(tmp_path / "copy")
    with pytest.raises(DataError, match=f"{gone}' can no longer be read: there is no such file"):
        train_population(experiment, make_plan(experiment, dataset), [Member(0)], lambda _: dataset)
    assert _readers() == []


@pytest.mark.usefixtures("small_windows")
def test_windows_of_what_is_measured_hold_every_example_once_and_have_one_shape(folder: Path) -> None:
    dataset = _dataset(folder, 0)
    plan = make_plan(_experiment(folder), dataset)
    stream = Stream(plan, dataset, 0, num_epochs=1, shuffle=True)
    windows = list(stream._cut_pieces())
    stream.close()
    assert len({rows.shape for rows, _ in windows}) == 1 < len(windows)
    held = np.concatenate([rows[parts != NO_PART] for rows, parts in windows])
    assert sorted(held) == list(range(len(dataset.train) + len(dataset.validation)))


def test_a_reader_reads_in_order_and_only_a_few_ahead() -> None:
    reader, begun = Reader(), list[int]()

    def work(item: int) -> int:
        begun.append(item)
        return item * item

    found = reader.read(work, range(10))
    assert [next(found), next(found)] == [0, 1]
    assert max(begun) <= 1 + streaming.AHEAD
    assert list(found) == [item * item for item in range(2, 10)]
    assert begun == list(range(10))
    reader.close()
