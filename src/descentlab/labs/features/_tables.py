"""The tables of `features`."""

import math
from collections.abc import Sequence

import numpy as np

from descentlab.labs.features._measured import Features
from descentlab.representations import CLASS, DIRECTION, ENDS, HOLES
from descentlab.results import Cell, Column, Table, TableForm, Tables

LAYER = Column("layer", meaning="Name of the layer; the first is the picture itself.")
ANSWER = Column("answer", meaning="Answer of the channel before its activation.", format="number")
LAYERS = TableForm(
    "layers",
    "How well a probe reads each property off each layer",
    (
        LAYER,
        Column("numbers", meaning="Numbers that the layer gives for a picture.", format="count"),
        Column(
            "variance_kept",
            meaning="Share of the layer's variance that the probes see.",
            format="percent",
            is_detail=True,
        ),
        Column("has_weights", meaning="Whether it is a convolution or a dense layer.", format="flag", is_hidden=True),
        Column("stroke_direction", meaning="R² for the direction of the strokes.", format="fixed"),
        Column("stroke_ends", meaning="Accuracy for the number of stroke ends.", format="fixed"),
        Column("holes", meaning="Accuracy for the number of holes.", format="fixed"),
        Column("class", meaning="Accuracy for the class.", format="fixed"),
    ),
    note="1 is perfect. The intervals stand in the table of probes.",
    is_printed=True,
)
PROPERTIES = TableForm(
    "properties",
    "What is reached without any layer",
    (
        Column("property", meaning="Property of a picture that probes read."),
        Column("measure", "score", "Accuracy, or R² of a property that is a direction."),
        Column("chance", "same answer always", "Score of always giving the same answer.", format="fixed"),
        Column("class_alone", meaning="Score of whoever knows nothing but the picture's class.", format="fixed"),
    ),
    is_printed=True,
)
PROBES = TableForm(
    "probes",
    "Every property at every layer",
    (
        Column("property", meaning="Property of a picture that the probe reads."),
        LAYER,
        Column("trained", meaning="Score of a probe of the trained network.", format="fixed"),
        Column("untrained", "before training", "Score of a probe of the same network untrained.", format="fixed"),
        Column("gain", "gained by training", "Score that training gives the layer.", format="fixed", is_signed=True),
        Column(
            "chosen_score",
            meaning="Score on the examples that choose the penalty; it tells which layer is best.",
            format="fixed",
            is_hidden=True,
        ),
        Column("networks", meaning="Score of each network.", format="fixed", is_hidden=True),
        Column("penalties", meaning="Penalty of each network's probe.", format="number", is_hidden=True),
    ),
    note="Accuracy, or R² for the stroke direction, with 95% intervals.",
)
CLAIMS = TableForm(
    "claims",
    "Claim by claim",
    (
        Column("claim", meaning="What textbooks say of the layers."),
        Column("verdict", meaning="What became of it in this network."),
    ),
    is_saved=False,
)
DIFFERENCES = TableForm(
    "differences",
    "The differences that decide",
    (
        Column("claim", meaning="The claim that it decides."),
        Column("quantity", "compared", "Selectivity, or how well a property is read."),
        Column("layer", meaning="The layer that is compared."),
        Column("over", "less that of", "What it is compared with."),
        Column("gain", "difference", "By how much the layer has more.", format="fixed", is_signed=True),
        Column("is_limit", "can only leave it unshown", "Whether it cannot speak against the claim.", format="flag"),
    ),
    note="With 95% intervals. A claim holds if all of them lie above 0, and does not hold if one lies below; the "
    "difference from the class alone can only leave it unshown.",
)
SELECTIVITIES = TableForm(
    "selectivity",
    "Selectivity for orientation",
    (
        LAYER,
        Column("channels", meaning="Channels of all networks.", format="count"),
        Column("mean", meaning="Mean selectivity of the channels.", format="fixed"),
        Column("untrained_channels", meaning="Channels of untrained networks.", format="count"),
        Column("untrained_mean", meaning="Mean selectivity of untrained channels.", format="fixed"),
        Column("gain", "difference", "Mean less that of untrained channels.", format="fixed", is_signed=True),
        Column("threshold", meaning="Selectivity that 95% of untrained channels stay below.", format="fixed"),
        Column(
            "share_above", "above that", "Share of the channels above it; chance gives 5%.", format="percent", digits=0
        ),
        Column("degrees", meaning="Directions of the stripes.", unit="degrees", format="setting", is_hidden=True),
    ),
)
TUNING = TableForm(
    "tuning",
    "Channel by channel",
    (
        LAYER,
        Column("channel", meaning="Number of the channel, from 0.", format="count"),
        Column("selectivity", meaning="0 if it answers all directions alike, 1 if a single one.", format="fixed"),
        Column("bar_selectivity", meaning="Selectivity for the direction of a bar.", format="fixed"),
        Column(
            "preferred_degrees",
            "preferred direction",
            "Direction of the stripes that it answers most.",
            unit="degrees",
            format="fixed",
            digits=0,
        ),
        Column("period", meaning="Period of the stripes that it answers most.", unit="pixels", format="setting"),
        Column("curve", meaning="Answer to stripes of each of the directions.", format="number", is_hidden=True),
        Column("bar_curve", meaning="Answer to a bar of each of the directions.", format="number", is_hidden=True),
    ),
)
PREDICTION = TableForm(
    "prediction",
    "One prediction",
    (
        Column("example", meaning="Number of the example in its part, from 0.", format="count"),
        Column("truth", meaning="Its class, or its number."),
        Column("predicted", meaning="Class or number that the network predicts."),
        Column("logit", meaning="Logit of the prediction.", format="fixed"),
        Column("baseline_logit", "logit of a black picture", "The same logit for a black picture.", format="fixed"),
        Column(
            "completeness_error",
            meaning="By which share of the logits' difference the integrated gradients miss it.",
            format="percent",
            digits=2,
        ),
    ),
    is_single=True,
)
MAPS = TableForm(
    "maps",
    "Pixels that the prediction rests on",
    (
        Column("method", meaning="How it is measured what a pixel adds to the logit."),
        Column("shape", meaning="Rows and columns of the picture."),
        Column("values", meaning="What each pixel adds, row by row.", format="number", is_hidden=True),
    ),
)
REDRAWN = TableForm(
    "redrawn",
    "Do the maps change when the weights are drawn anew?",
    (
        Column("method", "map", "How the map is made."),
        Column("pixels", meaning="Pixels that are compared: all, or those with ink."),
        Column("mean", meaning="Mean rank correlation of trained with redrawn maps.", format="fixed", digits=2),
        Column("lowest", meaning="Lowest of the examples.", format="fixed", digits=2),
        Column("highest", meaning="Highest of the examples.", format="fixed", digits=2),
        Column("correlations", meaning="Rank correlation of each example.", format="number", is_hidden=True),
    ),
    note="Rank correlation of the maps' absolute values. 1 would say that the map shows the picture and not what was "
    "learned (Adebayo et al., 2018). Where a picture is black, integrated gradients are 0 for any weights, so that "
    "only the pixels with ink tell.",
)
STRONGEST = TableForm(
    "strongest",
    "The real examples that the channel answers most",
    (
        Column("example", meaning="Number of the example in its part, from 0.", format="count"),
        Column("layer", meaning="Layer of the channel."),
        Column("channel", meaning="Number of the channel, from 0.", format="count"),
        Column("truth", meaning="Class of the example, or its number."),
        ANSWER,
        *(
            Column(
                side,
                meaning=f"{side.capitalize()} of what the unit sees of the picture.",
                unit="pixels",
                format="count",
            )
            for side in ("top", "left", "height", "width")
        ),
    ),
)
PREFERRED = TableForm(
    "preferred",
    "Answers to preferred inputs",
    (LAYER, Column("channel", meaning="Number of the channel, from 0.", format="count"), ANSWER),
)
LIKENESS = TableForm(
    "likeness",
    "How alike layers are",
    (
        Column("network", meaning="Network whose layers these are compared with."),
        LAYER,
        Column("other_layer", meaning="Layer of the network that it is compared with."),
        Column("cka", "linear CKA", "1 for layers that see the same examples as alike.", format="fixed", digits=2),
    ),
)
MATRIX = TableForm("likeness_by_layer", "Layers beside those of another network", (LAYER,))
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("networks", meaning="Networks of different seeds that are measured.", format="count"),
        Column("part", meaning="Part of the data that is shown and scored."),
        Column("parameters", meaning="Numbers of a network that training changes.", format="count"),
        Column("fitted", meaning="Examples that probes are fitted on.", format="count"),
        Column("chosen_by", meaning="Examples that the probes' penalties are chosen by.", format="count"),
        Column("scored", meaning="Examples that probes are scored on.", format="count"),
        Column("compared", meaning="Examples on which layers are compared.", format="count"),
        Column(
            "first_layer_extent",
            meaning="Share of the picture's side that the first layer's median unit looks at.",
            format="percent",
            digits=0,
        ),
    ),
    is_single=True,
)


def fill_tables(features: Features) -> Tables:
    """Lay out what was measured."""
    differences = [
        (each.claim.value, each.quantity, each.layer, each.over, each.gain, each.is_limit)
        for each in features.differences
    ]
    tables = (
        _layers(features),
        PROPERTIES.fill(
            [
                (each.name, "accuracy" if each.is_classes else "R²", each.chance, each.by_class)
                for each in features.depths
            ]
        ),
        _probes(features),
        CLAIMS.fill([(claim.value, verdict) for claim, verdict in features.verdicts.items()]),
        DIFFERENCES.fill(differences),
        *_selectivity(features),
        *_prediction(features),
        *_channel(features),
        _likeness(features),
        _summary(features),
    )
    return Tables(tables)


def likeness_matrix(table: Table, network: str, examples: int) -> Table:
    """Lay out how alike the layers of two networks are, a row a layer."""
    rows = [row for row in table.rows() if row["network"] == network]
    others = list(dict.fromkeys(row["other_layer"] for row in rows))
    columns = [Column(name, name, f"Linear CKA with {name}.", format="fixed", digits=2) for name in others]
    cells = {(row["layer"], row["other_layer"]): row["cka"] for row in rows}
    layers = dict.fromkeys(row["layer"] for row in rows)
    return MATRIX.with_columns(*columns).fill(
        [(layer, *(cells[layer, other] for other in others)) for layer in layers],
        title=f"Layers beside those of {network}",
        note=f"Linear CKA on {examples:,} examples.",
    )


def _layers(features: Features) -> Table:
    names = {DIRECTION: "stroke_direction", ENDS: "stroke_ends", HOLES: "holes", CLASS: "class"}
    columns: dict[str, Sequence[Cell]] = {
        "layer": features.layers,
        "numbers": [features.widths[name] for name in features.layers],
        "variance_kept": [features.kept[name] for name in features.layers],
        "has_weights": [name in features.weighted for name in features.layers],
    }
    columns |= {names[each.name]: [each.score(name).value for name in each.layers] for each in features.depths}
    return LAYERS.fill_columns(columns)


def _probes(features: Features) -> Table:
    rows = [
        (
            each.name,
            layer,
            each.score(layer),
            each.score(layer, is_trained=False),
            each.gain_by_training(layer),
            float(np.mean([reading[layer].chosen_score for reading in each.trained])),
            tuple(reading[layer].score for reading in each.trained),
            tuple(reading[layer].penalty for reading in each.trained),
        )
        for each in features.depths
        for layer in each.layers
    ]
    return PROBES.fill(rows)


def _selectivity(features: Features) -> tuple[Table, Table]:
    rows, channels = [], []
    for each in features.selectivity:
        tuning = each.tuning
        means = len(each.index), float(each.index.mean()), len(each.untrained), float(each.untrained.mean())
        rows.append((tuning.layer, *means, each.gain, each.threshold, each.share, tuple(tuning.degrees.tolist())))
        columns = (tuning.index, tuning.bar_index, tuning.preferred, tuning.periods)
        curves = (map(tuple, curves.tolist()) for curves in (tuning.curves, tuning.bar_curves))
        cells = zip(*(column.tolist() for column in columns), *curves, strict=True)
        channels += [(tuning.layer, channel, *values) for channel, values in enumerate(cells)]
    return SELECTIVITIES.fill(rows), TUNING.fill(channels)


def _prediction(features: Features) -> tuple[Table, Table, Table]:
    shown = features.explained
    saliency = shown.saliency
    logits = saliency.logit, saliency.baseline_logit, saliency.completeness_error
    maps = [
        (method, tuple(values.shape), tuple(values.astype(np.float64).ravel().tolist()))
        for method, values in saliency.maps.items()
    ]
    redrawn = [
        (method, pixels, *_spread(values))
        for method, both in shown.sanity.items()
        for pixels, values in zip(("all", "with ink"), both, strict=True)
    ]
    prediction = PREDICTION.fill([(shown.place, shown.truth, shown.predicted, *logits)])
    return prediction, MAPS.fill(maps), REDRAWN.fill(redrawn)


def _spread(values: np.ndarray) -> tuple[Cell, Cell, Cell, Cell]:
    known = [value for value in values.tolist() if math.isfinite(value)]
    spread = (float(np.mean(known)), min(known), max(known)) if known else (None, None, None)
    return (*spread, tuple(values.tolist()))


def _channel(features: Features) -> tuple[Table, Table]:
    view = features.channel
    strongest, channel = view.strongest, view.channel
    columns = (strongest.rows[channel], view.truths, strongest.answers[channel], strongest.boxes[channel])
    rows = []
    for example, truth, answer, box in zip(*columns, strict=True):
        sides = (None,) * 4 if box is None else (box.top, box.left, box.height, box.width)
        rows.append((int(example), view.layer, channel, truth, float(answer), *sides))
    preferred = [
        (each.layer, int(number), float(answer))
        for each in view.preferred
        for number, answer in zip(each.channels, each.answers, strict=True)
    ]
    return STRONGEST.fill(rows), PREFERRED.fill(preferred)


def _likeness(features: Features) -> Table:
    rows = [
        (each.other, layer, other, float(each.values[i, j]))
        for each in features.likeness
        for i, layer in enumerate(each.rows)
        for j, other in enumerate(each.columns)
    ]
    return LIKENESS.fill(rows)


def _summary(features: Features) -> Table:
    division = features.division
    counts = division.fit, division.choose, division.score, features.num_compared
    row = features.num_members, features.part, features.num_params, *counts, features.extent
    return SUMMARY.fill([row])
