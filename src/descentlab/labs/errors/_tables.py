"""The tables of `errors`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors._measured import ClassErrors, Errors, PixelMaps
from descentlab.labs.errors.measure import FlipCheck
from descentlab.results import Column, Table, TableForm, Tables

SHOWN_PARTS = {"column": 30, "patch": 12}

SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("part", meaning="Part of the data whose examples are looked at."),
        Column("examples", meaning="Examples of the part.", format="count"),
        Column("networks", meaning="Networks behind importance and robustness.", format="count"),
        Column("wrong", "predicted wrongly", "Examples that the first network predicts wrongly.", format="count"),
        Column("accuracy", meaning="Accuracy of the first network, with Wilson's 95% interval.", format="percent"),
        Column("chance", meaning="Accuracy of always predicting the most frequent class.", format="percent"),
        Column(
            "doubt",
            meaning="Probability that a wrong prediction has a smaller margin than a right one.",
            format="fixed",
        ),
        Column("suspects", "suspected labels", "Labels that are likely to be wrong.", format="count"),
        Column("wrong_labels", meaning="Estimated share of wrong labels.", format="percent", digits=2),
        Column("flipped", "flipped labels", "Labels flipped on purpose in each copy of the part.", format="count"),
        Column("flip_draws", "copies", "Copies of the part in which labels are flipped.", format="count"),
        Column("score", meaning="Score that importance is measured by."),
        Column("input_kind", "parts of the inputs", "What is shuffled: a column of a table, or a patch of a picture."),
        Column("shuffled_examples", meaning="Examples that each part is shuffled over.", format="count"),
        Column("shuffles", meaning="Number of times that each part is shuffled.", format="count"),
        Column("attributed_pictures", meaning="Pictures that attributions are averaged over.", format="count"),
        Column("attribution_error", meaning="Mean error of integrated gradients.", format="percent", digits=2),
    ),
    is_single=True,
)
CONFUSIONS = TableForm(
    "confusions",
    "Classes that are confused with each other",
    (
        Column("classes", meaning="The two classes."),
        Column("first", meaning="The class named first.", is_hidden=True),
        Column("second", meaning="The class named second.", is_hidden=True),
        Column("count", meaning="Examples of either class that are predicted as the other.", format="count"),
        Column(
            "first_as_second",
            meaning="Examples of the first class predicted as the second.",
            format="count",
            is_detail=True,
        ),
        Column(
            "second_as_first",
            meaning="Examples of the second class predicted as the first.",
            format="count",
            is_detail=True,
        ),
        Column("examples", meaning="Examples of both classes.", format="count", is_detail=True),
        Column(
            "rate",
            meaning="Share of these examples that are confused, with Wilson's 95% interval.",
            format="percent",
            digits=2,
        ),
        Column(
            "lead",
            "comes first",
            "Share of 2,000 redraws in which it is first.",
            format="percent",
            digits=0,
            is_detail=True,
        ),
    ),
    is_printed=True,
    most_shown=12,
)
MARGINS = TableForm(
    "margins",
    "Mistakes by margin",
    (
        Column("up_to", "examples up to", "End of the group as a share of all examples.", format="percent"),
        Column(
            "wrong", "predicted wrongly", "Share of mistakes in the group, with Wilson's interval.", format="percent"
        ),
        Column("held", "mistakes up to here", "Share of all mistakes in the groups up to here.", format="percent"),
    ),
)
THRESHOLDS = TableForm(
    "thresholds",
    "Thresholds",
    (
        Column("class", meaning="Name of the class."),
        Column(
            "confident",
            "labelled so and confident",
            "Examples with this label, confidently of some class.",
            format="count",
        ),
        Column("threshold", meaning="Mean probability of the class over the examples with this label.", format="fixed"),
    ),
    note="An example is confidently of a class if the class's probability reaches this threshold.",
)
FLIP_CHECK = TableForm(
    "flip_check",
    "Does it find wrong labels?",
    (
        Column("measure", "", "What is measured, as a mean over the copies with its 95% interval."),
        Column("confident_learning", meaning="Result of confident learning.", format="percent"),
        Column(
            "every_difference", "every label that differs", "Result of suspecting all such labels.", format="percent"
        ),
    ),
)
CONFIDENT = "Those of them that are confidently of the class in the column's name."
PRECISION, RECALL = "precision: suspects that were flipped", "recall: flipped labels that are suspected"
EXAMPLES = TableForm(
    "examples",
    "Every example of the part",
    (
        Column("row", meaning="Row of the example in the data, counted from 0.", format="count"),
        Column("example", meaning="Name of the example, by which it is found."),
        Column("label", meaning="Class by the label."),
        Column("label_probability", "p", "Predicted probability of the label.", format="fixed"),
        Column("predicted", meaning="Predicted class."),
        Column("predicted_probability", "p", "Predicted probability of that class.", format="fixed"),
        Column("second", "or", "Class with the second largest probability."),
        Column("second_probability", "p", "Predicted probability of that class.", format="fixed"),
        Column("margin", meaning="Largest probability less the second largest.", format="fixed"),
        Column("entropy", meaning="Entropy of the probabilities, as a share of the largest possible.", format="fixed"),
        Column("suspect", meaning="Rank among the suspected labels, from 1; 0 if not suspected.", format="count"),
        Column("likely", meaning="Class that confident learning gives the example."),
    ),
)
IMPORTANCE = TableForm(
    "importance",
    "What is lost without each part of the inputs",
    (
        Column("part", meaning="Column of the table, or patch of the picture; rows and columns count from 1."),
        Column("place", meaning="Place of the part among the inputs, from 1.", format="count", is_hidden=True),
        Column("lost", meaning="What is lost when the part is shuffled over the examples, with its 95% interval."),
    ),
)
ROBUSTNESS = TableForm(
    "robustness",
    "Accuracy under disturbances",
    (
        Column("disturbance", meaning="How the examples are disturbed."),
        Column("strength", meaning="Strength of the disturbance, in its unit.", format="setting"),
        Column("accuracy", meaning="Accuracy at this strength, with its 95% interval.", format="percent"),
    ),
)
HALF_WAY = TableForm(
    "half_way",
    "Strength at which accuracy has fallen half of the way to chance",
    (
        Column("disturbance", meaning="How the examples are disturbed."),
        Column("unit", meaning="Unit of the strength."),
        Column("examples", meaning="Disturbed examples of each network.", format="count"),
        Column("half_way", "strength", "Strength at half of the way; infinite if not reached.", format="number"),
        Column("strongest", meaning="Strongest disturbance that was tried.", format="number"),
        Column("goal", "accuracy there", "Accuracy half of the way to chance.", format="percent"),
    ),
)
MAPS = TableForm(
    "maps",
    "Maps of the pixels",
    (
        Column("map", meaning="What the map shows for each pixel."),
        Column(
            "likeness", "rank correlation", "Rank correlation with the standard deviation.", format="fixed", digits=2
        ),
        Column("half_on", "half lies on", "Smallest share of the pixels that holds half of the map.", format="percent"),
    ),
)
PIXEL_MAPS = TableForm(
    "pixel_maps",
    "Pixel by pixel",
    (
        Column("row", meaning="Row of the pixel, from 1.", format="count"),
        Column("column", meaning="Column of the pixel, from 1.", format="count"),
        Column("integrated_gradients", meaning="Mean absolute share of the predicted logit.", format="number"),
        Column("slope_times_input", meaning="Mean absolute slope times input.", format="number"),
        Column("standard_deviation", meaning="Standard deviation over pictures.", format="number"),
        Column("shuffled_patch", meaning="Accuracy lost when the pixel's patch is shuffled.", format="number"),
    ),
)


def fill_tables(errors: Errors) -> Tables:
    """Lay out what was measured."""
    classes, pixels = errors.classes, errors.pixels
    tables = [_summary(errors)]
    if classes is not None:
        tables += [_confusions(errors, classes), _margins(classes), _thresholds(errors, classes)]
        tables += [] if classes.check is None else [_flip_check(classes.check)]
        tables.append(_examples(errors, classes))
    tables.append(_importance(errors))
    tables += [] if pixels is None else [_maps(pixels), _pixel_maps(pixels)]
    tables += [_robustness(errors), _half_way(errors)] if errors.robustness else []
    return Tables(tuple(tables))


def _summary(errors: Errors) -> Table:
    metrics, classes, importance = errors.metrics, errors.classes, errors.importance
    values: dict[str, Sequence[Any]] = {
        "part": [errors.part],
        "examples": [metrics.num_examples],
        "networks": [errors.num_members],
        "score": ["accuracy" if errors.class_names else "R²"],
        "input_kind": ["column" if errors.pixels is None else "patch"],
        "shuffled_examples": [importance.num_examples],
        "shuffles": [importance.repeats],
    }
    if classes is not None and isinstance(metrics, ClassMetrics):
        values["wrong"] = [metrics.num_examples - metrics.num_right]
        values["accuracy"] = [Estimate(metrics.accuracy, *metrics.accuracy_ci95)]
        values["chance"] = [metrics.baseline_accuracy]
        values["doubt"] = [classes.doubt.area]
        values["suspects"], values["wrong_labels"] = [len(classes.suspects.rows)], [classes.suspects.share]
        if classes.check is not None:
            values["flipped"], values["flip_draws"] = [classes.check.num_flipped], [classes.check.num_draws]
    if errors.pixels is not None:
        values["attributed_pictures"] = [errors.pixels.attribution.num_examples]
        values["attribution_error"] = [errors.pixels.attribution.missed]
    return SUMMARY.fill_columns(values)


def _confusions(errors: Errors, classes: ClassErrors) -> Table:
    rows = []
    for pair in classes.pairs:
        first, second = (errors.class_names[k] for k in (pair.first, pair.second))
        counts = pair.count, pair.first_as_second, pair.second_as_first, pair.num_examples
        rows.append((f"{first} and {second}", first, second, *counts, pair.rate, pair.lead))
    # Without a confusion there is nothing to print; importance is printed then.
    return replace(CONFUSIONS, is_printed=bool(rows)).fill(rows)


def _margins(classes: ClassErrors) -> Table:
    doubt = classes.doubt
    held = [None] * len(doubt.shares) if doubt.held is None else doubt.held
    return MARGINS.fill_columns({"up_to": doubt.shares, "wrong": doubt.rates.cells(), "held": held})


def _thresholds(errors: Errors, classes: ClassErrors) -> Table:
    names, suspects = errors.class_names, classes.suspects
    thresholds = [None if np.isnan(value) else float(value) for value in suspects.thresholds]
    joint = [Column(f"confident_{name}", "", CONFIDENT, format="count", is_hidden=True) for name in names]
    rows = zip(names, suspects.joint.sum(axis=1).tolist(), thresholds, suspects.joint.tolist(), strict=True)
    return THRESHOLDS.with_columns(*joint).fill([(*row, *counts) for *row, counts in rows])


def _flip_check(check: FlipCheck) -> Table:
    rows = [
        (PRECISION, check.precision, check.plain_precision),
        (RECALL, check.recall, check.plain_recall),
        (f"flipped among the first {check.num_flipped:,} suspects", check.top_precision, None),
        (f"estimated share of wrong labels, where {check.flipped_share:.1%} were flipped", check.estimated, None),
    ]
    note = (
        f"{check.num_flipped:,} of {check.num_examples:,} labels are flipped to another class at random, in "
        f"{check.num_draws} copies. Suspecting labels at random has a precision of {check.flipped_share:.1%}."
    )
    return FLIP_CHECK.fill(rows, note=note)


def _examples(errors: Errors, classes: ClassErrors) -> Table:
    names, places = np.array(errors.class_names), np.arange(len(classes.rows))
    labels, ambiguity, suspects = classes.labels, classes.ambiguity, classes.suspects
    likely, rank = labels.copy(), np.zeros(len(places), np.int64)
    likely[suspects.rows] = suspects.likely
    rank[suspects.rows] = np.arange(1, len(suspects.rows) + 1)
    values: dict[str, Any] = {"row": classes.rows, "example": np.array(classes.names)}
    for column, ids in (("label", labels), ("predicted", ambiguity.predicted), ("second", ambiguity.second)):
        values |= {column: names[ids], f"{column}_probability": classes.probabilities[places, ids]}
    values |= {"margin": ambiguity.margins, "entropy": ambiguity.entropies, "suspect": rank, "likely": names[likely]}
    return EXAMPLES.fill_columns(values)


def _importance(errors: Errors) -> Table:
    importance = errors.importance
    kind = "column" if errors.pixels is None else "patch"
    score = "accuracy" if errors.class_names else "R²"
    part, place, lost = IMPORTANCE.columns
    written = {"format": "percent", "digits": 2} if errors.class_names else {"format": "fixed", "digits": 4}
    form = replace(
        IMPORTANCE,
        title=f"What is lost without each {kind}",
        columns=(replace(part, label=kind), place, replace(lost, label=f"{score} lost", **written)),
        is_printed=errors.classes is None or not errors.classes.pairs,
        most_shown=SHOWN_PARTS[kind],
    )
    cells = importance.lost.cells()
    order = np.argsort(-importance.lost.value, kind="stable").tolist()
    return form.fill([(importance.names[k], k + 1, cells[k]) for k in order])


def _maps(pixels: PixelMaps) -> Table:
    names = dict.fromkeys([*pixels.halves, *pixels.likeness])
    return MAPS.fill([(name, pixels.likeness.get(name), pixels.halves.get(name)) for name in names])


def _pixel_maps(pixels: PixelMaps) -> Table:
    rows, columns = np.indices(pixels.spread.shape) + 1
    values = {name.replace(" ", "_"): grid.ravel() for name, grid in pixels.maps.items()}
    places = {"row": rows.ravel(), "column": columns.ravel()}
    return PIXEL_MAPS.fill_columns({**places, **values, "shuffled_patch": pixels.patches.ravel()})


def _robustness(errors: Errors) -> Table:
    return ROBUSTNESS.fill(
        [
            (each.name, float(strength), accuracy)
            for each in errors.robustness
            for strength, accuracy in zip(each.strengths, each.accuracy.cells(), strict=True)
        ]
    )


def _half_way(errors: Errors) -> Table:
    return HALF_WAY.fill(
        [
            (each.name, each.unit, each.num_examples, each.half_way, float(each.strengths[-1]), each.goal)
            for each in errors.robustness
        ]
    )
