"""Plain values: whatever is measured can be written as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from descentlab.core import to_plain


@dataclass(frozen=True)
class Point:
    x: float
    label: str


def test_numpy_dataclasses_and_paths_become_plain() -> None:
    values = {
        "count": np.int64(8),
        "share": np.float32(0.5),
        "flag": np.bool_(True),
        "rows": np.array([[1.0, np.nan], [np.inf, 2.0]]),
        "point": Point(float("-inf"), "a"),
        "path": Path("runs") / "iris",
        4: (1, None),
    }
    assert json.loads(json.dumps(to_plain(values), allow_nan=False)) == {
        "count": 8,
        "share": 0.5,
        "flag": True,
        "rows": [[1.0, None], [None, 2.0]],
        "point": {"x": None, "label": "a"},
        "path": "runs/iris",
        "4": [1, None],
    }
