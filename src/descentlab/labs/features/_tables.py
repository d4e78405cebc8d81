"""The tables of `features`."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from descentlab.labs.features._measured import Features
from descentlab.representations import CLASS, DIRECTION, ENDS, HOLES
from descentlab.results import Cell, Column, Table, TableForm, Tables

count = partial(Column, format="count")
score = partial(Column, format="fixed")
share = partial(Column, format="percent", digits=0)
hidden = partial(Column, format="number", is_hidden=True)

LAYER = Column("layer", meaning="Name of the layer; the first is the picture itself.")
CHANNEL = count("channel", meaning="Number of the channel, from 0.")
EXAMPLE = count("example", meaning="Number of the example in its part, from 0.")
ANSWER = Column("answer", meaning="Answer of the channel before its activation.", format="number")
PROPERTY = Column("property", meaning="Property of a picture that probes read.")
LAYERS = TableForm(
    "layers",
    "How well a probe reads each property off each layer",
    (
        LAYER,
        count("numbers", meaning="Numbers that the layer gives for a picture."),
        Column("variance_kept", "", "Share of its variance that the probes see.", format="percent", is_detail=True),
        Column("has_weights", meaning="Whether it is a convolution or a dense layer.", format="flag", is_hidden=True),
        score("stroke_direction", meaning="R² for the direction of the strokes."),
        score("stroke_ends", meaning="Accuracy for the number of stroke ends."),
        score("holes", meaning="Accuracy for the number of holes."),
        score("class", meaning="Accuracy for the class."),
    ),
    note="1 is perfect. The intervals stand in the table of probes.",
    is_printed=True,
)
PROPERTIES = TableForm(
    "properties",
    "What is reached without any layer",
    (
        PROPERTY,
        Column("measure", "score", "Accuracy, or R² of a property that is a direction."),
        score("chance", "same answer always", "Score of always giving the same answer."),
        score("class_alone", meaning="Score of whoever knows nothing but the picture's class."),
    ),
    is_printed=True,
)
PROBES = TableForm(
    "probes",
    "Every property at every layer",
    (
        PROPERTY,
        LAYER,
        score("trained", meaning="Score of a probe of the trained network."),
        score("untrained", "before training", "Score of a probe of the same network before training."),
        score("gain", "gained by training", "By how much training raises the score.", is_signed=True),
        hidden(
            "chosen_score", meaning="Score on the examples that choose the penalty; it decides which layer is best."
        ),
        hidden("networks", meaning="Score of each network."),
        hidden("penalties", meaning="Penalty of each network's probe."),
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
        Column("claim", meaning="The claim that it decides.", is_hidden=True),
        Column("quantity", "what is compared", "Selectivity, or how well a property is read."),
        Column("layer", meaning="The layer that is compared."),
        Column("over", "compared with", "The first layer with weights, the same before training, or the class alone."),
        score("gain", "difference", "By how much the layer has more.", is_signed=True),
        Column("is_limit", "", "Whether it cannot speak against the claim.", format="flag", is_hidden=True),
    ),
    note="With 95% intervals. A claim holds if all of them lie above 0, and does not hold if one lies below; the "
    "difference from the class alone can only leave it unshown.",
)
SELECTIVITIES = TableForm(
    "selectivity",
    "Selectivity for orientation",
    (
        LAYER,
        hidden("channels", meaning="Number of channels of all networks."),
        score("mean", meaning="Mean selectivity of the channels."),
        hidden("untrained_channels", meaning="Number of channels of untrained networks."),
        score("untrained_mean", meaning="Mean selectivity of untrained channels."),
        score("gain", "difference", "Mean less that of untrained channels, with its 95% interval.", is_signed=True),
        score("threshold", meaning="Selectivity that 95% of untrained channels stay below."),
        share("share_above", "above that", "Share of the channels above it; chance gives 5%."),
        hidden("degrees", meaning="Directions of the stripes, in degrees."),
    ),
)
TUNING = TableForm(
    "tuning",
    "Channel by channel",
    (
        LAYER,
        CHANNEL,
        score("selectivity", meaning="0 if it answers all directions alike, 1 if a single one."),
        score("bar_selectivity", meaning="Selectivity for the direction of a bar."),
        score("preferred_degrees", meaning="Direction of the stripes that it answers most, in degrees.", digits=0),
        Column("period", meaning="Period of these stripes.", unit="pixels", format="setting"),
        hidden("curve", meaning="Answer to stripes of each of the directions."),
        hidden("bar_curve", meaning="Answer to a bar of each of the directions."),
    ),
)
PREDICTION = TableForm(
    "prediction",
    "One prediction",
    (
        EXAMPLE,
        Column("truth", meaning="Its class, or its number."),
        Column("predicted", meaning="Class or number that the network predicts."),
        score("logit", meaning="Logit of the prediction."),
        score("baseline_logit", meaning="The same logit for a black picture."),
        share("completeness_error", meaning="Share of the logits' difference that gradients miss.", digits=2),
    ),
    is_single=True,
)
MAPS = TableForm(
    "maps",
    "Pixels that the prediction rests on",
    (
        Column("method", meaning="How it is measured what a pixel adds to the logit."),
        Column("shape", meaning="Rows and columns of the picture."),
        hidden("values", meaning="What each pixel adds, row by row."),
    ),
)
REDRAWN = TableForm(
    "redrawn",
    "Do the maps change when the weights are drawn anew?",
    (
        Column("method", "map", "How the map is made."),
        Column("pixels", meaning="Pixels that are compared: all, or those with ink."),
        score("mean", meaning="Mean rank correlation of trained with redrawn maps.", digits=2),
        score("lowest", meaning="Lowest rank correlation of an example.", digits=2),
        score("highest", meaning="Highest rank correlation of an example.", digits=2),
        hidden("correlations", meaning="Rank correlation of each example."),
    ),
    note="Rank correlation of the maps' absolute values. 1 would say that the map shows the picture and not what was "
    "learned (Adebayo et al., 2018). Where a picture is black, integrated gradients are 0 for any weights, so that "
    "only the pixels with ink tell.",
)
STRONGEST = TableForm(
    "strongest",
    "The real examples that the channel answers most",
    (
        EXAMPLE,
        LAYER,
        CHANNEL,
        Column("truth", meaning="Class of the example, or its number."),
        ANSWER,
        count("top", meaning="First row of the pixels that the unit sees."),
        count("left", meaning="First column of the pixels that the unit sees."),
        count("height", meaning="Rows of pixels that the unit sees."),
        count("width", meaning="Columns of pixels that the unit sees."),
    ),
)
PREFERRED = TableForm("preferred", "Answers to preferred inputs", (LAYER, CHANNEL, ANSWER))
LIKENESS = TableForm(
    "likeness",
    "How alike layers are",
    (
        Column("network", meaning="Network whose layers these are compared with."),
        LAYER,
        Column("other_layer", meaning="Layer of the network that it is compared with."),
        score("cka", "linear CKA", "1 for layers that see the same examples as alike.", digits=2),
    ),
)
MATRIX = TableForm("likeness_by_layer", "Layers beside those of another network", (LAYER,))
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        count("networks", meaning="Networks of different seeds that are measured."),
        Column("part", meaning="Part of the data that is shown and scored."),
        count("parameters", meaning="Numbers of a network that training changes."),
        count("fitted", meaning="Examples that probes are fitted on."),
        count("chosen_by", meaning="Examples that the probes' penalties are chosen by."),
        count("scored", meaning="Examples that probes are scored on."),
        count("compared", meaning="Examples on which layers are compared."),
        share("first_layer_extent", meaning="Share of the picture's side that the first layer's median unit looks at."),
    ),
    is_single=True,
)


def fill_tables(features: Features) -> Tables:
    """Lay out what was measured."""
    without_layers = [
        (each.name, "accuracy" if each.is_classes else "R²", each.chance, each.by_class) for each in features.depths
    ]
    differences = [
        (each.claim.value, each.quantity, each.layer, each.over, each.gain, each.is_limit)
        for each in features.differences
    ]
    return Tables(
        (
            _layers(features),
            PROPERTIES.fill(without_layers),
            _probes(features),
            CLAIMS.fill([(claim.value, verdict) for claim, verdict in features.verdicts.items()]),
            DIFFERENCES.fill(differences),
            *_selectivity(features),
            *_prediction(features),
            *_channel(features),
            _likeness(features),
            _summary(features),
        )
    )


def likeness_matrix(table: Table, network: str, examples: int) -> Table:
    """Lay out how alike the layers of two networks are, a row a layer."""
    rows = [row for row in table.rows() if row["network"] == network]
    others = list(dict.fromkeys(row["other_layer"] for row in rows))
    columns = [score(f"cka_{name}", name, f"Linear CKA with {name}.", digits=2) for name in others]
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
    num_checked = len(next(iter(shown.sanity.values()))[0])
    prediction = PREDICTION.fill([(shown.place, shown.truth, shown.predicted, *logits)])
    return (
        prediction,
        MAPS.fill(maps),
        REDRAWN.fill(redrawn, note=f"{REDRAWN.note} Over {num_checked} examples."),
    )


def _spread(values: np.ndarray) -> tuple[Cell, Cell, Cell, Cell]:
    known = [value for value in values.tolist() if math.isfinite(value)]
    mean, lowest, highest = (float(np.mean(known)), min(known), max(known)) if known else (None, None, None)
    return mean, lowest, highest, tuple(values.tolist())


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
