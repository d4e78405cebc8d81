"""Maps over two hyperparameters from Python."""

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.atlas._measured import AtlasMap
from descentlab.labs.atlas._tables import fill_tables
from descentlab.labs.atlas._words import say
from descentlab.runs import StudyFolder
from descentlab.spec import parse_study, preset
from descentlab.studies import MAP_VIEWS, Atlas, box_count

pytestmark = pytest.mark.usefixtures("home")
PLANE: dict[str, Any] = {"x": "learning_rate.hidden=1:10000:4", "y": "learning_rate.output=10:1000:3"}


def test_a_map_is_kept_and_zoomed_into() -> None:
    options: dict[str, Any] = {"x": "learning_rate.hidden=1:100:3", "y": "learning_rate.output=10:1000:3"}
    result = dl.atlas("fractal", set={"epochs": 30}, report=False, **options)
    assert result.measured.atlas.converges.shape == (3, 3)
    assert result.path is not None
    folder = StudyFolder(result.path)
    assert folder.metrics()["laboratory"] == "atlas"
    assert len(folder.members()["share"]) == 9
    with pytest.raises(RunError, match="is finished"):
        dl.atlas(resume=result.path)
    with pytest.raises(RunError, match=r"is an atlas; continue it by: descentlab\.atlas"):
        dl.sweep(resume=result.path)
    with pytest.raises(SpecError, match="GiB"):
        dl.atlas("fractal", x="learning_rate.hidden=1:2:900000", y="learning_rate.output=1:2:900000")
    with pytest.raises(SpecError, match="did you mean 'learning_rate"):
        dl.atlas("fractal", x="learning_rate.hiden=1:2:3", y="learning_rate.output=1:2:3")


@pytest.mark.parametrize("outcome", MAP_VIEWS)
def test_a_map_is_drawn_as_its_page_says(outcome: str) -> None:
    result = dl.atlas("fractal", epochs=40, outcome=outcome, report=False, **PLANE)
    converges = result.measured.atlas.converges
    assert 0 < converges.sum() < converges.size
    figure = result.plot()
    figure.canvas.draw()
    [mesh] = [each for each in figure.axes[0].collections if isinstance(each, QuadMesh)]
    if outcome == "converges":
        values = mesh.get_array()
        assert values is not None
        colours = np.asarray(mesh.to_rgba(values)).reshape(3, 4, 4)
        # Blue where networks converge, orange where they diverge.
        np.testing.assert_array_equal(colours[..., 2] > colours[..., 0], converges)


def test_the_border_of_a_disc_is_a_smooth_line() -> None:
    side = np.arange(128.0)
    distance = np.hypot(*np.meshgrid(side - 63.5, side - 63.5))
    variables = [{"name": name, "values": (side + 1.0).tolist()} for name in ("learning_rate", "initial_scale")]
    spec = parse_study({"kind": "atlas", "variables": variables, "experiment": preset("circle")})
    atlas = Atlas(spec, side, side, {"share": np.where(distance < 40.0, 0.5, 2.0)})
    measured = AtlasMap(atlas, box_count(atlas.converges), "converges", 100.0)
    tables = fill_tables(measured)
    words = [statement.text for statement in (say(tables).answer, *say(tables).statements)]
    assert tables["summary"].value("converging") == (distance < 40.0).sum()
    assert tables["summary"].value("dimension") == pytest.approx(1.0, abs=0.15)
    assert f"box-counting dimension of {tables['summary'].value('dimension'):.2f}" in words[1]
    assert f"boxes of 2 to {max(tables['boxes'].column('size'))} cells" in words[1]
