"""Measured networks of a study lie on disk once they are written, and are read when the study is put together."""

import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from descentlab.runs import StudyFolder, create_study, describe_environment
from descentlab.spec import StudySpec, VariableSpec, preset
from descentlab.studies import MeasuredBlock
from descentlab.workbench import StudyRecord


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    spec = StudySpec(variables=(VariableSpec(name="learning_rate", values=(0.1, 0.2)),), experiment=preset("iris"))
    return create_study(spec, root=tmp_path, environment=describe_environment())


def _block(*places: int, points: int = 3) -> MeasuredBlock:
    networks = np.array(places)
    curves = {"train_loss": (networks[:, None] + np.arange(points) / 10.0).astype(np.float32)}
    return MeasuredBlock(networks, np.arange(points), curves, {"steps": networks * 10})


def _losses(record: StudyRecord) -> dict[int, list[float]]:
    return {
        int(place): curve.tolist()
        for part in record.measured()
        for place, curve in zip(part.places, part.curves["train_loss"], strict=True)
    }


def test_what_is_written_leaves_the_memory_and_comes_back(folder: StudyFolder) -> None:
    record = StudyRecord(folder, threading.Event())
    blocks = [_block(0, 1), _block(4, points=5), _block(2)]
    kept = [weakref.ref(block.curves["train_loss"]) for block in blocks]
    wanted = {
        place: curve.tolist()
        for block in blocks
        for place, curve in zip(block.places.tolist(), block.curves["train_loss"], strict=True)
    }
    while blocks:
        record.take(blocks.pop())
    assert _losses(record) == wanted
    assert all(reference() is not None for reference in kept)
    record.flush()
    assert all(reference() is None for reference in kept)
    record.take(_block(7))
    assert _losses(record) == wanted | {7: _block(7).curves["train_loss"][0].tolist()}
    assert record.done == {0, 1, 2, 4}
    again = StudyRecord(folder, threading.Event())
    assert again.done == {0, 1, 2, 4}
    assert _losses(again) == wanted
