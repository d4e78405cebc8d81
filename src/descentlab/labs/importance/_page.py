"""The page of what layers are worth."""

import numpy as np

from descentlab import results
from descentlab.labs.importance._result import TITLES, Importance, word_worth
from descentlab.labs.importance._retrain_page import claim_section, distortion_section, variant_section
from descentlab.labs.importance._words import word_cost
from descentlab.labs.importance.measure import ChannelWorths, Method, Worth
from descentlab.results import Bars, Chart, Page, Row, Section, Series, Tile, Tiles, WordTable

ROW = 16
HEADS: dict[Method, str] = {
    "initial": "Untrained: its weights before training",
    "fresh": "Redrawn: other random weights",
    "half": "Half of its channels at their mean",
}
SHOWN_CHANNELS = 10


def build_page(found: Importance) -> Page:
    """Lay out the page."""
    again = found.retraining
    sections = [] if again is None else [claim_section(again), variant_section(again), distortion_section(again)]
    sections += [_layers(found), _weights(found), _channels(found), _price(found)]
    # The claims have a section of their own.
    told = 0 if again is None else len(again.claims)
    return Page(
        title=f"{found.name}: what its layers are worth",
        kind="Importance",
        outcome=(*found.sentences[:1], *found.sentences[1 + told :]),
        figures=_figures(found),
        sections=tuple(section for section in sections if section is not None),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Importance) -> tuple[Row, ...]:
    rows = [
        Row("loss", results.number(found.loss))
        if found.accuracy is None
        else Row(f"{found.part} accuracy", f"{found.accuracy.value:.1%}")
    ]
    trained = [one for one in found.layers if "initial" in one.worths]
    if trained:
        best = max(trained, key=lambda one: one.worths["initial"].main.value)
        rows.append(Row(f"{found.unit} lost with {best.row.name} untrained", word_worth(best.worths["initial"])))
    rows.append(Row("examples measured", f"{found.num_examples:,}"))
    if found.retraining is not None and found.retraining.claims:
        held = sum(one.verdict == "holds" for one in found.retraining.claims)
        return Row("textbook claims that hold", f"{held} of {len(found.retraining.claims)}"), *rows
    rows.append(Row("networks", f"{found.num_members}"))
    return tuple(rows)


def _facts(found: Importance) -> tuple[Row, ...]:
    experiment = found.experiment
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("networks found or trained in", results.seconds(found.seconds.get("train", np.nan))),
        Row("measured in", results.seconds(found.seconds.get("measure", np.nan))),
        Row("files", "result.json and tables as Parquet beside this page"),
    )


def _layers(found: Importance) -> Section:
    rows = tuple(
        (*found.cells(one), *[word_worth(one.worths.get(method)) for method in found.methods]) for one in found.layers
    )
    head = ("layer", "kind", "output", "parameters", "multiply-adds", "ms/1,000")
    unit = "points of accuracy lost" if found.accuracy is not None else "loss gained"
    table = WordTable(
        "Every layer",
        (*head, *[TITLES[method] for method in found.methods]),
        rows,
        note=f"Importance is in {unit}, with half of its 95% interval. Time is of the way forward of 1,000 examples, "
        "in milliseconds, the median of seven.",
    )
    told = (
        "A layer is worth what is lost without it. There are five ways here to take it from the trained network, none "
        "of which trains again. `mean`: its output is its mean, whatever comes in. `shuffled`: it is what it is for "
        "another example. `half`: half of its channels are at their mean, drawn at random. `untrained`: its weights "
        "are those before training. `redrawn`: they are other random ones.",
    )
    roles = WordTable(
        "What each is there for",
        ("layer", "kind", "role"),
        tuple((one.row.name, one.row.kind, one.row.role) for one in found.layers),
        is_saved=False,
    )
    return Section("Layer by layer", told, (table, roles))


def _weights(found: Importance) -> Section | None:
    parts = []
    for method, head in HEADS.items():
        own = [one for one in found.layers if method in one.worths]
        if own:
            parts.append(
                Bars(
                    head,
                    ("layer", "95% interval", f"{found.unit} lost" if found.accuracy is not None else "loss gained"),
                    tuple((one.row.name, _interval(one.worths[method])) for one in own),
                    np.array([one.worths[method].main.value for one in own]),
                    ends=("gains", "loses"),
                )
            )
    if not parts:
        return None
    told = (
        "Zhang, Bengio and Singer (2022) found that many layers of deep networks can go back to their weights before "
        "training at no loss, and hardly any to other random weights: they are close to where they started, and what "
        "came behind learned to work with that. Where neither costs anything, the layer was not needed; where both "
        "cost much, training made something of it.",
    )
    return Section("What training gave each layer", told, tuple(parts))


def _interval(worth: Worth) -> str:
    return word_cost(worth, has_unit=False).partition("(")[2].rstrip(")")


def _channels(found: Importance) -> Section | None:
    if not found.channels:
        return None
    strips = tuple(_strip(found, one) for one in found.channels)
    told = (
        "Each channel of a convolution, and each unit of a dense layer, alone is set to its mean over training "
        "examples. Where all cost little, they share the work, and no single one is needed; where one costs much, "
        "nothing else does what it does.",
    )
    parts = (
        Tiles(
            "Channel by channel, in their order",
            strips,
            "large",
            note="Blue costs the network when it is taken away, orange helps it; each layer by its own largest number.",
        ),
        _curve(found),
        _dearest(found),
    )
    return Section("Single channels", told, parts)


def _strip(found: Importance, one: ChannelWorths) -> Tile:
    values = one.values
    across = min(ROW, len(values))
    padded = np.zeros(-(-len(values) // across) * across)
    padded[: len(values)] = values
    most = f"{values.max():.1f}" if found.accuracy is not None else results.number(float(values.max()))
    return Tile(padded.reshape(-1, across), f"{one.layer}: {len(values)}, up to {most} {found.unit}", "signed")


def _curve(found: Importance) -> Chart:
    series = []
    for tone, one in enumerate(found.channels):
        values = np.sort(one.values)[::-1]
        share = (np.arange(len(values)) + 1.0) / len(values)
        series.append(Series(one.layer, share, values, tone=tone))
    label = "points of accuracy" if found.accuracy is not None else "loss"
    return Chart(
        "From the dearest channel to the cheapest", "share of the layer's channels", f"{label} lost", tuple(series)
    )


def _dearest(found: Importance) -> WordTable:
    ranked = sorted(
        (
            (one.layer, int(channel), worth)
            for one in found.channels
            for channel, worth in zip(one.channels, one.worths, strict=True)
        ),
        key=lambda entry: -entry[2].main.value,
    )
    rows = tuple(
        (layer, f"{channel}", word_cost(worth, has_unit=False), _loss(worth))
        for layer, channel, worth in ranked[:SHOWN_CHANNELS]
    )
    first = "points of accuracy lost" if found.accuracy is not None else "loss gained"
    return WordTable(
        "The dearest channels",
        ("layer", "channel", first, "loss gained"),
        rows,
        note="With 95% intervals over examples, each for itself: the largest of many is a little too large by luck, "
        "and of forty that cost nothing one seems to cost something.",
    )


def _loss(worth: Worth) -> str:
    one = worth.loss_gained
    return f"{results.number(one.value)} ({results.number(one.low)} to {results.number(one.high)})"


def _price(found: Importance) -> Section | None:
    own = [one for one in found.layers if not one.is_inner]
    if len(own) < 2:
        return None
    time, weights, work = (
        np.array([float(get) for get in column])
        for column in zip(*[(one.milliseconds, one.row.num_params, one.row.multiply_adds) for one in own], strict=True)
    )
    names = [one.row.name for one in own]
    parts = tuple(
        Bars(title, ("layer", "share"), tuple((name,) for name in names), 100.0 * values / total, ends=("", "percent"))
        for title, values in (("Time", time), ("Multiply-adds", work), ("Weights", weights))
        if (total := values.sum())
    )
    return Section(
        "What each layer costs",
        (
            "Shares of the layers' whole time, multiply-adds and weights. Time follows multiply-adds only roughly: "
            "memory has to be read and written too.",
        ),
        parts,
    )
