"""The sets that descentlab knows by name: what is said of them is true, said once, and followed everywhere."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from descentlab.core import MissingDataError, SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.data._bundled import LOADERS
from descentlab.data._idx import load_idx
from descentlab.data._points import DRAWS as DRAWN_POINTS
from descentlab.data._synthetic import DRAWS as DRAWN_NUMBERS
from descentlab.spec import (
    BundledData,
    IdxData,
    KnownSet,
    PlaygroundData,
    SplitSpec,
    SyntheticData,
    data_names,
    known_set,
    known_sets,
    parse,
    preset,
    preset_names,
    schema,
)
from descentlab.studio.pages.playground._controls import SETS
from descentlab.studio.playing import PLAYGROUND, TABLES

ROOT = Path(__file__).parents[2]
SPECS = {"bundled": BundledData, "idx": IdxData, "playground": PlaygroundData, "synthetic": SyntheticData}
DEFAULTS, OTHER_WORDS = ("iris", "circle", "mnist"), ("digits", "plane", "normal")
"""Names that also stand elsewhere: as defaults, or with another meaning."""
AT_HOME = ("spec/_known_sets.py", "spec/_presets.py", "data/_bundled.py", "data/_points.py", "data/_synthetic.py")


def _load(known: KnownSet) -> Dataset:
    return prepare(load(SPECS[known.kind].model_validate({"name": known.name})), SplitSpec(), 0)


def _agrees(known: KnownSet, data: Dataset) -> None:
    assert data.name == known.name
    assert (data.task, data.classes) == (known.task, known.classes)
    assert data.preparation.to_json()["target"]["column"] == known.target
    if known.shape:
        assert data.input_shape == known.shape
    if known.inputs:
        assert data.feature_names == known.inputs
    if known.num_examples:
        assert len(data.inputs) == known.num_examples


@pytest.mark.parametrize("name", known_sets("bundled", "playground", "synthetic"))
def test_what_is_said_of_a_set_is_true(name: str) -> None:
    _agrees(known_set(name), _load(known_set(name)))


@pytest.mark.data
@pytest.mark.parametrize("name", known_sets("idx"))
def test_what_is_said_of_a_downloaded_set_is_true(name: str, data_dir: Path) -> None:
    _agrees(known_set(name), _load(known_set(name)))


def test_every_set_has_a_loader_and_a_place_in_every_list() -> None:
    bundled, points = known_sets("bundled"), known_sets("playground")
    assert set(LOADERS) == set(bundled)
    assert set(DRAWN_POINTS) == set(points)
    assert set(DRAWN_NUMBERS) == set(known_sets("synthetic"))
    assert list(data_names()) == list(known_sets())
    assert set(SETS) == {*PLAYGROUND, *TABLES}
    assert set(PLAYGROUND) == set(points)
    assert set(TABLES) == {name for name in bundled if len(known_set(name).shape) == 1}
    for kind, spec in SPECS.items():
        assert schema()["$defs"][spec.__name__]["properties"]["name"]["enum"] == [
            name for name, known in known_sets().items() if known.kind == kind
        ]


def test_a_name_that_nobody_knows_is_refused_with_the_choices() -> None:
    with pytest.raises(SpecError, match=r"unknown data set 'irs': did you mean 'iris'"):
        known_set("irs")
    *names, last = map(repr, known_sets("bundled"))
    with pytest.raises(SpecError, match=f"{', '.join(names)} or {last}"):
        parse({"data": {"kind": "bundled", "name": "mnist"}})


def test_names_of_sets_stand_where_they_are_described_read_and_used_as_presets() -> None:
    names = set(known_sets()) - {*DEFAULTS, *OTHER_WORDS}
    assert len(names) >= 9
    elsewhere = [
        (str(path.relative_to(ROOT)), node.value)
        for path in (ROOT / "src" / "descentlab").rglob("*.py")
        if not str(path).endswith(AT_HOME)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert elsewhere == []


def test_the_document_lists_them() -> None:
    rows = ["| name | kind | examples | target | source |", "|---|---|---|---|---|"]
    rows += [
        f"| {each.name} | {each.kind} | {each.about} | {each.target} | {each.source} |"
        for each in known_sets().values()
    ]
    table = "\n".join(rows)
    text = (ROOT / "docs" / "data-sets.md").read_text(encoding="utf-8")
    assert table in text, f"docs/data-sets.md should hold this table:\n{table}"


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_bears_its_name_and_has_a_section(name: str) -> None:
    assert preset(name).name == name
    headings = [
        line
        for line in (ROOT / "docs" / "presets.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    assert any(name in heading.removeprefix("## ").split(", ") for heading in headings)


def test_a_set_without_an_address_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    unpublished = replace(known_set("mnist"), download=None)
    monkeypatch.setattr("descentlab.data._idx.known_set", lambda _: unpublished)
    with pytest.raises(MissingDataError, match=r"no download of it is known. Put train-images-idx3-ubyte\.gz"):
        load_idx(IdxData())
