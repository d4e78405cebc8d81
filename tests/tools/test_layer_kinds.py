"""The check that nobody but the layers decides by a layer's kind: on the package, and on planted decisions."""

from pathlib import Path

import pytest

from descentlab.networks import Layer
from tools.layer_kinds import LAYERS, constants, find_decisions, main

PLANTED = {
    "if isinstance(layer, Dense | Conv2D):\n    pass": 1,
    "if isinstance(spec, (FlattenSpec, networks.Dropout)):\n    pass": 1,
    "match layer:\n    case Residual():\n        pass\n    case MaxPool2D() | AvgPool2D():\n        pass": 3,
    "found = layer.kind == 'dense'": 1,
    "found = layer['kind'] in ('dense', 'conv2d')": 1,
    "WEIGHTED = ('dense', 'conv2d')\nfound = layer.kind not in WEIGHTED": 1,
    "kinds = {layer.kind for layer in model}\nfound = 'dropout' in kinds, kinds <= {'dense', 'flatten'}": 2,
    "match layer.kind:\n    case 'dense':\n        pass": 1,
    "found = type(layer) is Dense": 1,
    "found = type(layer) in (LayerNorm, BatchNorm)": 1,
    "NAMES = {'dense': 1, 'conv2d': 2}\nfound = NAMES.get(layer.kind, 0)": 1,
    "size = getattr(layer, 'units', None) or getattr(layer, 'filters', None)": 2,
    "RULES = {Dense: 1, Conv2D: 2}": 1,
}
ALLOWED = (
    "if optimizer.kind == 'adam' or data.kind in ('points', 'playground'):\n    pass",
    "match loss:\n    case HuberSpec():\n        pass",
    "if isinstance(sub, Layer) or layer.is_curved or spec.purpose == 'pool':\n    pass",
    "words = f'{layer.name} ({layer.kind})'",
    "VIEWS = ('activation', 'dropout')\nfound = name in VIEWS",
    "found = getattr(optimizer, 'momentum', 0.9)",
    "RULES = {" + ", ".join(f"{name}: 1" for name in sorted(LAYERS)) + "}",
)


def planted(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "module.py"
    path.write_text(text, encoding="utf-8")
    return [str(each) for each in find_decisions(path, constants(path))]


def test_the_package_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out


@pytest.mark.parametrize("text", PLANTED)
def test_planted_decisions_are_found(tmp_path: Path, text: str) -> None:
    found = planted(tmp_path, text)
    assert len(found) == PLANTED[text]
    assert all("ask the layer for the fact" in each for each in found)


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_no_decision_by_kind_passes(tmp_path: Path, text: str) -> None:
    assert planted(tmp_path, text) == []


def test_a_table_that_lacks_a_layer_is_named(tmp_path: Path) -> None:
    (line,) = planted(tmp_path, "RULES = {" + ", ".join(f"{name}: 1" for name in sorted(LAYERS - {"Residual"})) + "}")
    assert "a table without Residual" in line


def test_all_layers_are_known() -> None:
    assert len(LAYERS) >= 11
    assert "Layer" not in LAYERS
    assert Layer.__subclasses__()
