"""Figures of studies: what stands in them is what was trained."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

import descentlab as dl
from descentlab.core import ShapeError
from descentlab.figures import plot_atlas, plot_sweep
from descentlab.studies import OUTCOMES


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_sweep_shows_the_median_over_its_seeds() -> None:
    study = dl.sweep("circle", learning_rate="0.01,1,0.1", seeds=3, epochs=5, report=False).study
    axes = plot_sweep(study).axes[0]
    table = study.table()
    lines = {line.get_label(): line for line in axes.lines}
    for part in ("train", "test"):
        medians = [
            np.median(np.asarray(table[f"{part}_loss"])[np.asarray(table["learning_rate"]) == rate])
            for rate in (0.01, 0.1, 1.0)
        ]
        np.testing.assert_allclose(np.asarray(lines[f"{part} loss"].get_xdata()), [0.01, 0.1, 1.0])
        np.testing.assert_allclose(np.asarray(lines[f"{part} loss"].get_ydata()), medians)
    assert axes.get_xlabel() == "learning rate"
    words = dl.sweep("circle", vary={"activation": "relu,tanh"}, seeds=2, epochs=2, report=False).study
    with pytest.raises(ShapeError, match="more than one number"):
        plot_sweep(words)


def test_a_map_is_blue_where_networks_converge_and_orange_where_not() -> None:
    x, y = "learning_rate.hidden=1:10000:4", "learning_rate.output=10:1000:3"
    atlas = dl.atlas("fractal", x=x, y=y, epochs=40, report=False).atlas
    assert 0 < atlas.converges.sum() < atlas.converges.size
    figure = plot_atlas(atlas)
    [mesh] = [each for each in figure.axes[0].collections if isinstance(each, QuadMesh)]
    pixels = np.asarray(mesh.get_array()).reshape(3, 4, 3).astype(int)
    np.testing.assert_array_equal(pixels[..., 2] > pixels[..., 0], atlas.converges)
    for outcome in OUTCOMES:
        plot_atlas(atlas, outcome=outcome).canvas.draw()
