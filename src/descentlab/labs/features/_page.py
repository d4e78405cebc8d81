"""The page of what layers have learned: the claims, what is read where, and pictures of it all."""

from collections.abc import Mapping

import numpy as np

from descentlab.labs.features._measured import Features, Selectivity
from descentlab.labs.features._pictures import channel_section, example_section, kernel_section, prediction_section
from descentlab.labs.features._tables import likeness_matrix
from descentlab.labs.features._words import best_layer
from descentlab.representations import CLASS, Depth
from descentlab.results import Chart, Mark, Row, Section, Series, Tables, seconds as word_seconds

SHOWN_CURVES = 5


def lay_out(features: Features, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: claims, what is read where, orientation, then pictures, and how alike layers are."""
    kernels = kernel_section(features)
    return (
        _claims(tables),
        _depths(features, tables),
        _selectivity(features, tables),
        *(() if kernels is None else (kernels,)),
        example_section(features),
        channel_section(features),
        prediction_section(features, tables),
        _likeness(features, tables),
    )


def key_figures(features: Features, tables: Tables) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    held, first = list(features.verdicts.values()).count("holds"), features.selectivity[0]
    rows = [
        Row("textbook claims that hold", f"{held} of {len(features.verdicts)}"),
        Row(f"selectivity of {first.tuning.layer}, over untrained", f"{first.gain.value:+.3f}".replace("-", "−")),
    ]
    for depth in features.depths[-2:]:
        best = best_layer(tables["probes"], depth.name)
        rows.append(Row(f"{depth.name}, at {best['layer']}", f"{best['trained'].value:.3f}"))
    return tuple(rows)


def facts_of(features: Features, seconds: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment, division = features.experiment, features.division
    probes = f"fitted on {division.fit:,}, chosen by {division.choose:,}, scored on {division.score:,} examples"
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("networks", f"{features.num_members}, of {features.num_params:,} weights each"),
        Row("probes", probes),
        Row("networks loaded or trained in", word_seconds(seconds["train"])),
        Row("measured in", word_seconds(seconds["measure"])),
        Row("files", "result.json and tables as Parquet beside this page"),
    )


def _claims(tables: Tables) -> Section:
    words = (
        "Textbooks say that the first layers find edges, the middle ones loops and strokes, and the last ones whole "
        "digits. Here each claim stands beside the differences of this network that decide it."
    )
    return Section("The textbook's claims", (words,), (tables["claims"], tables["differences"]))


def _depths(features: Features, tables: Tables) -> Section:
    words = (
        "A linear probe weighs the numbers that a layer gives and predicts a property of the picture from them. What "
        "it predicts well is there to be read; the layers before did the work. The dashed line is the same network "
        "before training: what it gives, training did not."
    )
    charts = tuple(_depth_chart(depth) for depth in features.depths)
    parts = (*charts, tables["layers"], tables["properties"], tables["probes"])
    return Section("What can be read where", (words,), parts)


def _depth_chart(depth: Depth) -> Chart:
    x = np.arange(1.0, len(depth.layers) + 1.0)
    series = []
    for name, is_trained in (("trained", True), ("before training", False)):
        scores = [depth.score(layer, is_trained=is_trained) for layer in depth.layers]
        values, low, high = (np.array([getattr(score, part) for score in scores]) for part in ("value", "low", "high"))
        style, tone = ("line", 0) if is_trained else ("dashed", 1)
        series.append(Series(name, x, values, low, high, style=style, tone=tone))
    marks = [Mark("class alone", y=depth.by_class)] if depth.name != CLASS else []
    marks += [Mark("same answer always", y=depth.chance)] if depth.is_classes else []
    return Chart(
        depth.name.capitalize(),
        "layer",
        "accuracy" if depth.is_classes else "R²",
        tuple(series),
        marks=tuple(marks),
        x_names=depth.layers,
    )


def _selectivity(features: Features, tables: Tables) -> Section:
    words = [
        "A channel that finds edges answers stripes of one direction and not those across. Its selectivity is 0 if it "
        "answers all directions alike, and 1 if it answers a single one. Random kernels have some by chance, so they "
        "are what it is compared with."
    ]
    words += [
        f"In `{each.tuning.layer}`, {each.share:.0%} of the channels are more selective than 95% of untrained ones (5% "
        f"is chance); the mean is {each.index.mean():.3f} against {each.untrained.mean():.3f}."
        for each in features.selectivity
    ]
    parts = [part for each in features.selectivity for part in (_tuning_chart(each), _index_chart(each))]
    return Section("Are the first layers' channels oriented?", tuple(words), (*parts, tables["selectivity"]))


def _tuning_chart(selectivity: Selectivity) -> Chart:
    tuning = selectivity.tuning
    order = np.argsort(-tuning.index, kind="stable")[:SHOWN_CURVES]
    degrees = np.append(tuning.degrees, 180.0)
    series = []
    for tone, k in enumerate(order):
        curve = tuning.curves[k] / (tuning.curves[k].max() or 1.0)
        series.append(Series(f"channel {k}", degrees, np.append(curve, curve[0]), tone=tone))
    return Chart(
        f"{tuning.layer}: tuning of its most selective channels",
        "direction of the stripes, degrees",
        "answer, of its largest",
        tuple(series),
        note="Stripes from left to right are 0 degrees, upright ones 90.",
    )


def _index_chart(selectivity: Selectivity) -> Chart:
    def cumulated(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.sort(values), np.arange(1.0, len(values) + 1.0) / len(values)

    trained, random = cumulated(selectivity.index), cumulated(selectivity.untrained)
    return Chart(
        f"{selectivity.tuning.layer}: selectivity of all channels",
        "selectivity for orientation",
        "share of channels below",
        (
            Series(f"trained, {len(selectivity.index)}", *trained),
            Series(f"untrained, {len(selectivity.untrained)}", *random, style="dashed", tone=1),
        ),
        marks=(Mark("95% of untrained", x=selectivity.threshold),),
        note="A curve further to the right is more selective.",
    )


def _likeness(features: Features, tables: Tables) -> Section:
    words = (
        "Linear CKA is 1 for two layers that see the same examples as alike and as different, up to a rotation, and "
        "about 0 for unrelated ones. Layers of two networks can be compared though their units have no common names. "
        "It is estimated without the bias of few examples."
    )
    matrices = tuple(
        likeness_matrix(tables["likeness"], each.other, features.num_compared) for each in features.likeness
    )
    return Section("How alike layers are", (words,), matrices)
