"""Networks of a study on disk: Parquet that any program reads, with all bits; damage is said in a line."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from descentlab.core import RunError
from descentlab.runs import StudyFolder
from descentlab.runs._tensors import pack_tensors

ARRAYS = {
    "places": np.array([3, 1, 2], np.int64),
    "curves/train_loss": np.array([[1.0, 0.1], [np.nan, np.inf], [-0.0, 1e-45]], np.float32),
    "finals/steps": np.array([5, 6, 7], np.int32),
    "finals/test_loss": np.array([0.1, np.nan, 1 / 3]),
}
EPOCHS = np.array([0, 7], np.int64)


def test_a_part_comes_back_with_all_bits(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    folder.save_part(ARRAYS, {"epochs": EPOCHS})
    (back,) = folder.parts()
    for name, array in {**ARRAYS, "epochs": EPOCHS}.items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes(), name
    table = pq.read_table(tmp_path / "parts")
    assert table.num_rows == 3
    assert table.column("curves/train_loss").to_pylist()[0] == pytest.approx([1.0, 0.1])


def test_parts_of_a_study_that_was_begun_before_are_read_too(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "000001.safetensors").write_bytes(pack_tensors({**ARRAYS, "epochs": EPOCHS}, {}))
    folder.save_part(ARRAYS, {"epochs": EPOCHS})
    first, second = folder.parts()
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()
    }
    assert (tmp_path / "parts" / "000002.parquet").is_file()


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else PAR1", b"cut"])
def test_a_damaged_part_is_said(tmp_path: Path, content: bytes) -> None:
    folder = StudyFolder(tmp_path)
    folder.save_part(ARRAYS, {"epochs": EPOCHS})
    (part,) = (tmp_path / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:100] if content == b"cut" else content)
    with pytest.raises(RunError, match="damaged"):
        list(folder.parts())
