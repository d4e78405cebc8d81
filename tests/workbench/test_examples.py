"""The data of many seeds, asked for from many threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from descentlab.spec import preset
from descentlab.workbench import _examples
from descentlab.workbench._examples import Examples


def test_threads_share_what_room_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_examples, "KEPT_BYTES", 10_000)  # four of Iris
    experiment = preset("iris")
    examples = Examples(experiment)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(examples.of, [seed % 12 for seed in range(120)]))
    alone = [Examples(experiment).of(seed) for seed in range(12)]
    for place, dataset in enumerate(found):
        np.testing.assert_array_equal(dataset.inputs, alone[place % 12].inputs)
        np.testing.assert_array_equal(dataset.train, alone[place % 12].train)


def test_a_seed_is_prepared_once() -> None:
    examples = Examples(preset("iris"))
    assert examples.of(3) is examples.of(3)
    assert examples.of(3) is not examples.of(4)
