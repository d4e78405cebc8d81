"""Texts of a Parquet table, which are written without loading pandas."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from descentlab.runs._history import pack_table, read_table


@pytest.mark.parametrize("texts", [[], ["", "hidden", "größe", "層", "hidden"], ["a", None, "b"]])
def test_texts_are_read_back_as_they_were(tmp_path: Path, texts: list[str | None]) -> None:
    file = tmp_path / "table.parquet"
    file.write_bytes(pack_table({"layer": np.array(texts, object), "step": np.arange(len(texts))}))
    assert read_table(file)["layer"].tolist() == texts


def test_writing_texts_loads_no_pandas() -> None:
    program = (
        "import sys, numpy as np; from descentlab.runs._history import pack_table; "
        "pack_table({'layer': np.array(['hidden'], object)}); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
