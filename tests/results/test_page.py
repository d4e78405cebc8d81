"""The page as a browser gets it: whole, closed to the network and to hostile names, and true to its numbers."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from descentlab.results import TrainingReport, render

Variants = dict[str, Callable[[], Any]]

VOID = {"meta", "link", "img", "input", "br"}


@dataclass
class Element:
    """One element with what it holds."""

    tag: str
    attributes: dict[str, str]
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        """The elements directly below."""
        return [part for part in self.content if isinstance(part, Element)]

    def find(self, tag: str, **wanted: str) -> list["Element"]:
        """Find the elements of a kind that have these attributes; `class_` asks for one of the classes."""
        own = wanted.pop("class_", None)
        found = []
        for child in self.children:
            has_class = own is None or own in child.attributes.get("class", "").split()
            if child.tag == tag and has_class and all(child.attributes.get(k) == v for k, v in wanted.items()):
                found.append(child)
            found += child.find(tag, **wanted, **({} if own is None else {"class_": own}))
        return found

    def all(self) -> list["Element"]:
        """Return every element below."""
        return [element for child in self.children for element in (child, *child.all())]

    @property
    def text(self) -> str:
        """All text below, with single spaces."""
        words = (part if isinstance(part, str) else part.text for part in self.content)
        return " ".join(" ".join(words).split())


class Page(HTMLParser):
    """Parses a page, and insists that every element is closed in its turn."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.root = Element("root", {})
        self._open = [self.root]
        self.feed(source)
        self.close()
        assert [element.tag for element in self._open] == ["root"], "unclosed elements"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice: {tag} {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].content.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].content.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self._open[-1].content.append(data)


def _parse(report: TrainingReport) -> Element:
    return Page(render(report)).root


def _section(page: Element, key: str) -> Element:
    return page.find("section", id=key)[0]


def _table(page: Element, name: str) -> list[list[str]]:
    link = page.find("a", download=name)[0]
    kind, content = link.attributes["href"].split(",", 1)
    assert kind == "data:text/csv;charset=utf-8"
    return list(csv.reader(io.StringIO(unquote(content))))


def test_every_kind_of_run_makes_a_sound_page_that_loads_nothing(variants: Variants, any_variant: str) -> None:
    report = variants[any_variant]()
    source = render(report)
    page = Page(source).root
    assert page.find("h1")[0].text == " ".join(report.title.split())
    _check_links(page)
    _check_drawings(page)
    _check_closed(source)
    assert len(source.encode()) < 2_000_000


def _check_links(page: Element) -> None:
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in page.all():
        for name in ("href", "src"):
            target = element.attributes.get(name, "data:")
            assert target.startswith("data:") or target.removeprefix("#") in ids, target


def _check_drawings(page: Element) -> None:
    assert all(picture.attributes["alt"] for picture in page.find("img"))
    for element in page.all():
        for name in {"d", "cx", "cy", "x", "y", "x1", "x2", "y1", "y2"} & set(element.attributes):
            assert not re.search("nan|inf|none", element.attributes[name], re.IGNORECASE)


def _check_closed(source: str) -> None:
    assert "http:" not in source.replace("http://www.w3.org/2000/svg", "")
    assert "https:" not in source
    assert "url(" not in source.replace("url(#plane-edge)", "")
    assert "@import" not in source
    policy = Page(source).root.find("meta", **{"http-equiv": "Content-Security-Policy"})[0].attributes["content"]
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_names_of_strangers_stay_text(variants: Variants, hostile: str) -> None:
    page = _parse(variants["hostile"]())
    scripts = page.find("script")
    assert [element.attributes.get("type", "") for element in scripts] == ["application/json"] * 2 + [""]
    assert "alert" not in scripts[-1].text
    assert all(not name.startswith("on") for element in page.all() for name in element.attributes)
    assert {img.attributes["src"][:5] for img in page.find("img")} <= {"data:"}
    whole = page.text
    # Title, outcome, data, note, setting, layer, loss, metric, class, baseline, examples, axes, legend, experiment.
    assert whole.count(hostile) > 20
    assert "62710561" not in whole
    assert page.find("code")[-1].text == hostile


def test_the_experiment_comes_back_byte_for_byte(variants: Variants, hostile: str) -> None:
    toml = f'name = "ü"\n# {hostile} % & + #\r\n'
    page = _parse(replace(variants["table"](), experiment_toml=toml))
    assert unquote(page.find("a", download="experiment.toml")[0].attributes["href"].split(",", 1)[1]) == toml
    assert "descentlab train experiment.toml" in _section(page, "experiment").text


def test_the_layers_are_listed_with_their_totals(variants: Variants) -> None:
    layers = _section(_parse(variants["table"]()), "layers")
    assert [row.text for row in layers.find("tr")] == [
        "layer output parameters multiply-adds",
        "hidden dense 8 40 32",
        "Weighs 4 inputs into 8 sums.",
        "output dense 3 27 24",
        "Weighs 8 inputs into 3 logits.",
        "in all 67 56",
    ]


def test_metrics_carry_their_intervals_and_the_baseline(variants: Variants) -> None:
    section = _section(_parse(variants["table"]()), "metrics")
    rows = {row.children[0].text: row.text for row in section.find("table", class_="metrics")[0].find("tr")}
    assert rows["accuracy"] == "accuracy 0.900 0.850 – 0.940 0.900 0.850 – 0.940 0.900 0.850 – 0.940 0.500"
    assert rows["loss"] == "loss 0.300 0.300 0.300"
    assert "n = 30" in section.text
    assert "always 'setosa'" in section.text
    assert _table(section, "metrics.csv")[1] == ["train", "accuracy", "0.9", "0.85", "0.94", "", "0.5"]


def test_of_a_population_mean_and_deviation_are_told(variants: Variants) -> None:
    page = _parse(variants["population, some diverged"]())
    metrics = _section(page, "metrics")
    assert "0.830 0.820 – 0.840 sd 0.020" in metrics.text
    assert "diverged at step 40" in metrics.text
    assert "3 of 12 diverged" in _section(page, "curves").text
    rows = _table(metrics, "members.csv")
    assert rows[0] == ["seed", "test accuracy", "diverged_at_step"]
    assert [row[2] for row in rows[1:]] == [""] * 9 + ["40"] * 3


def test_the_curves_can_be_saved_number_by_number(variants: Variants) -> None:
    report = variants["population"]()
    header, *rows = _table(_parse(report), "history.csv")
    assert header == ["seed", "epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy"]
    values = np.array(rows, np.float64).reshape(12, 6, 6)
    np.testing.assert_array_equal(values[:, :, 1], np.tile(report.history.epochs, (12, 1)))
    np.testing.assert_allclose(values[:, :, 2], report.history.train_loss, rtol=1e-5)
    np.testing.assert_allclose(values[:, :, 5], report.history.validation_accuracy, rtol=1e-5)


def test_the_pointer_reads_out_what_is_drawn(variants: Variants) -> None:
    report = variants["table"]()
    curves = _section(_parse(report), "curves")
    reading = json.loads(curves.find("script", type="application/json")[0].text)
    assert [float(label) for label in reading["labels"]] == report.history.epochs.tolist()
    assert [line["name"] for line in reading["lines"]] == ["training", "validation"]
    np.testing.assert_allclose(reading["lines"][0]["y"], report.history.train_loss[0], rtol=1e-4)
    assert reading["x"] == sorted(reading["x"])


def test_each_cell_leads_to_its_examples(variants: Variants) -> None:
    report = variants["pictures"]()
    section = _section(_parse(report), "confusion")
    links = section.find("table", class_="confusion")[0].find("a")
    assert len(links) == np.count_nonzero(report.confusion.counts)
    for link in links:
        cell = section.find("section", id=link.attributes["href"][1:])[0]
        assert cell.find("img")
    opened = section.find("section", class_="is-open")
    assert [element.find("h3")[0].text for element in opened] == ["0 taken for 1"]
    assert [row[1:] for row in _table(section, "confusion.csv")[1:]] == report.confusion.counts.astype(str).tolist()


def test_examples_of_a_table_show_their_row(variants: Variants) -> None:
    opened = _section(_parse(variants["table"]()), "confusion").find("section", class_="is-open")[0]
    assert [row.text for row in opened.find("tr")][:2] == [
        "example probability petal length petal width",
        "row 4 0.867 4.5 0.2",
    ]


def test_the_worst_mistakes_are_told_or_that_there_are_none(variants: Variants) -> None:
    assert "row 4 setosa versicolor 0.867" in _section(_parse(variants["table"]()), "mistakes").text
    assert "There are none" in _section(_parse(variants["all right"]()), "mistakes").text


def test_a_regression_shows_predictions_instead_of_classes(variants: Variants) -> None:
    report = variants["regression"]()
    page = _parse(report)
    assert not page.find("section", id="confusion")
    assert "predicted price (EUR)" in _section(page, "regression").text
    header, *rows = _table(page, "predictions.csv")
    assert header == ["true", "predicted", "residual"]
    true, predicted, residual = np.array(rows, np.float64).T
    np.testing.assert_allclose(true, report.predictions[0].true, rtol=1e-5)
    np.testing.assert_allclose(predicted - true, residual, atol=1e-3)


@pytest.mark.parametrize(("name", "winners"), [("plane", False), ("plane, three classes", True)])
def test_the_plane_is_shown_at_every_epoch_with_its_numbers(variants: Variants, name: str, winners: bool) -> None:
    report = variants[name]()
    section = _section(_parse(report), "plane")
    assert len(section.find("image")) == len(report.boundary.epochs)
    assert all(border.attributes["d"] for border in section.find("path", class_="border"))
    assert len(section.find("path", class_="border")) == len(report.boundary.epochs)
    header, *rows = _table(section, "plane.csv")
    assert len(rows) == report.boundary.values[0].size
    column = header.index(f"{'probability' if winners else 'score'}_epoch_5")
    values = np.array([row[column] for row in rows], np.float64).reshape(report.boundary.values[1].shape)
    np.testing.assert_allclose(values, report.boundary.values[1], atol=1e-3, rtol=1e-2)
    assert [row[0] for row in _table(section, "points.csv")].count("test") == len(report.boundary.test_points)
    assert "training point" in section.text
    assert "test point" in section.text


def test_one_prediction_goes_through_softmax(variants: Variants) -> None:
    section = _section(_parse(variants["table"]()), "account")
    assert section.find("math")
    # softmax(-2, 0, 2): e^-4 = 0.01832, e^-2 = 0.1353, e^0 = 1.
    rows = [row.text for row in section.find("tr")]
    assert rows[1:] == [
        "setosa true −2.000 0.01832 0.016",
        "versicolor 0.000 0.1353 0.117",
        "virginica 2.000 1.000 0.867",
        "sum 1.154 1",
    ]


def test_other_outputs_than_softmax_are_told_as_what_they_are(variants: Variants) -> None:
    assert "The sigmoid turns each into an output" in _section(_parse(variants["sigmoid"]()), "account").text
    lone = _section(_parse(variants["one logit"]()), "account").text
    assert "the logit z = 1.200 . The hyperbolic tangent turns it into 0.830 ; the larger" in lone


def test_a_run_without_epochs_or_measures_says_so(variants: Variants) -> None:
    page = _parse(variants["bare"]())
    assert "No epoch was trained" in _section(page, "curves").text
    assert "Nothing was measured" in _section(page, "metrics").text


def test_a_diverged_run_ends_its_line(variants: Variants) -> None:
    curves = _section(_parse(variants["diverged"]()), "curves")
    assert "the training diverged" in curves.text
    assert curves.find("span", **{"data-line": ""})[0].text == "not finite"


def test_the_floor_loads_neither_plots_nor_engine() -> None:
    heavy = "{'jax', 'matplotlib', 'jinja2', 'pydantic'}"
    code = f"import descentlab.results, sys; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
