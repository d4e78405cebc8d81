"""The page of what layers have learned: the claim, what is read where, and pictures of it all."""

import numpy as np

from descentlab import results
from descentlab.labs.features._pictures import (
    channel_section,
    example_section,
    kernel_section,
    prediction_section,
)
from descentlab.labs.features._result import Features, Likeness, Selectivity
from descentlab.results import Chart, Mark, Page, Row, Section, Series, WordTable

SHOWN_CURVES = 5


def build_page(found: Features) -> Page:
    """Lay out the page."""
    sections = [_claim(found), _depths(found), _selectivity(found)]
    kernels = kernel_section(found)
    sections += [] if kernels is None else [kernels]
    sections += [example_section(found), channel_section(found), prediction_section(found), _likeness(found)]
    return Page(
        title=f"{found.name}: what its layers have learned",
        kind="Features",
        # The parts of the claim have a section of their own.
        outcome=(found.sentences[0], *found.sentences[1 + len(found.claim) :]),
        figures=_figures(found),
        sections=tuple(sections),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Features) -> tuple[Row, ...]:
    held = sum(one.verdict == "holds" for one in found.claim)
    rows = [Row("parts of the claim that hold", f"{held} of {len(found.claim)}")]
    rows.append(Row(f"selectivity of {found.selectivity[0].tuning.layer}, over untrained",
                    f"{found.selectivity[0].gain.value:+.3f}"))  # fmt: skip
    for one in found.depths[-2:]:
        best = one.best(one.layers)
        rows.append(Row(f"{one.name}, at {best}", f"{one.score(best).value:.3f}"))
    return tuple(rows)


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}".replace("-", "−")


def _facts(found: Features) -> tuple[Row, ...]:
    experiment, division = found.experiment, found.division
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("networks", f"{found.num_members}, of {found.num_params:,} weights each"),
        Row(
            "probes",
            f"fitted on {division.fit:,}, chosen by {division.choose:,}, scored on {division.score:,} examples",
        ),
        Row("networks found or trained in", results.seconds(found.seconds.get("train", np.nan))),
        Row("measured in", results.seconds(found.seconds.get("measure", np.nan))),
        Row("files", "result.json, probes.parquet and tuning.parquet beside this page"),
    )


def _claim(found: Features) -> Section:
    rows = tuple((one.claim, one.verdict, one.evidence) for one in found.claim)
    gains = [(name, gain) for one in found.claim for name, gain in one.gains]
    numbers = WordTable(
        "The differences that decide",
        ("difference", "value", "95% interval"),
        tuple((name, _signed(gain.value), f"{_signed(gain.low)} to {_signed(gain.high)}") for name, gain in gains),
        note="A part holds if all of its intervals lie above 0, and does not if one lies below; one over the class "
        "alone can only leave it unshown.",
    )
    told = (
        "Textbooks say that the first layers find edges, the middle ones loops and strokes, and the last ones whole "
        "digits. Here each part stands beside the evidence of this network.",
    )
    return Section(
        "The textbook's claim", told, (WordTable("Part by part", ("claim", "verdict", "evidence"), rows), numbers)
    )


def _depths(found: Features) -> Section:
    charts = tuple(_depth_chart(found, place) for place in range(len(found.depths)))
    told = (
        "A linear probe weighs the numbers that a layer gives and says a property of the picture. What it can say is "
        "there to be read; the layers before did the work. The dashed line is the same network before training: what "
        "it gives, training did not.",
    )
    return Section("What can be read where", told, (*charts, _depth_table(found)))


def _depth_chart(found: Features, place: int) -> Chart:
    one = found.depths[place]
    x = np.arange(1.0, len(one.layers) + 1.0)
    series = []
    for name, is_trained in (("trained", True), ("before training", False)):
        scores = [one.score(layer, is_trained=is_trained) for layer in one.layers]
        series.append(
            Series(
                name,
                x,
                np.array([score.value for score in scores]),
                np.array([score.low for score in scores]),
                np.array([score.high for score in scores]),
                style="line" if is_trained else "dashed",
                tone=0 if is_trained else 1,
            )
        )
    marks = [Mark("class alone", y=one.by_class)] if one.name != "class" else []
    marks += [Mark("same answer always", y=one.chance)] if one.is_classes else []
    return Chart(
        one.name.capitalize(),
        "layer",
        "accuracy" if one.is_classes else "R²",
        tuple(series),
        marks=tuple(marks),
        x_names=one.layers,
    )


def _depth_table(found: Features) -> WordTable:
    rows = []
    for name in found.layers:
        for which, is_trained in (("trained", True), ("before", False)):
            scores = [one.score(name, is_trained=is_trained) for one in found.depths]
            words = [f"{one.value:.3f} ± {(one.high - one.low) / 2.0:.3f}" for one in scores]
            rows.append((name, f"{found.widths[name]:,}", which, *words))
    none = ("", "")
    rows.append(("class alone", *none, *[f"{one.by_class:.3f}" for one in found.depths]))
    rows.append(("same answer always", *none, *[f"{one.chance:.3f}" for one in found.depths]))
    head = ("layer", "numbers", "weights", *[one.name for one in found.depths])
    return WordTable(
        "Every layer",
        head,
        tuple(rows),
        note="Accuracy, or R² for the stroke direction, each with half of its 95% interval.",
    )


def _selectivity(found: Features) -> Section:
    told = [
        "A channel that finds edges answers stripes of one direction and not those across. Its selectivity is 0 if it "
        "answers all directions alike, and 1 if one alone. Random kernels have some by chance, so that they are the "
        "measure."
    ]
    told += [
        f"In `{one.tuning.layer}`, {one.share:.0%} of the channels are more selective than 95% of untrained ones (5% "
        f"is chance); the mean is {one.index.mean():.3f} against {one.untrained.mean():.3f}."
        for one in found.selectivity
    ]
    parts = [part for one in found.selectivity for part in (_tuning_chart(one), _index_chart(one))]
    return Section("Are the first layers' channels oriented?", tuple(told), tuple(parts))


def _tuning_chart(one: Selectivity) -> Chart:
    tuning = one.tuning
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


def _index_chart(one: Selectivity) -> Chart:
    def cumulated(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.sort(values), np.arange(1.0, len(values) + 1.0) / len(values)

    trained, random = cumulated(one.index), cumulated(one.untrained)
    return Chart(
        f"{one.tuning.layer}: selectivity of all channels",
        "selectivity for orientation",
        "share of channels below",
        (
            Series(f"trained, {len(one.index)}", *trained),
            Series(f"untrained, {len(one.untrained)}", *random, style="dashed", tone=1),
        ),
        marks=(Mark("95% of untrained", x=one.threshold),),
        note="A curve further to the right is more selective.",
    )


def _likeness(found: Features) -> Section:
    told = (
        "Linear CKA is 1 for two layers that see the same examples as alike and as different, up to a rotation, and "
        "about 0 for unrelated ones. Layers of two networks can be compared though their units have no common names. "
        "It is estimated without the bias of few examples.",
    )
    return Section("How alike layers are", told, tuple(_likeness_part(one) for one in found.likeness))


def _likeness_part(one: Likeness) -> WordTable:
    rows = tuple(
        (name, *[f"{value:.2f}" if np.isfinite(value) else "–" for value in one.values[k]])
        for k, name in enumerate(one.rows)
    )
    return WordTable(
        f"Layers beside those of {one.other}",
        ("layer", *one.columns),
        rows,
        note=f"Linear CKA on {one.num_examples:,} examples.",
    )
