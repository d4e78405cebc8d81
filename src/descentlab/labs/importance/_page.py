"""The page of what layers are worth."""

import numpy as np

from descentlab.labs.importance._measured import Importance
from descentlab.labs.importance._retrain_page import retrain_sections
from descentlab.labs.importance._tables import top_channels
from descentlab.labs.importance._words import ranked, word_cost, worths
from descentlab.labs.importance.measure import ChannelWorths, Method
from descentlab.results import Bars, Chart, Row, Section, Series, Tables, Tile, Tiles, number, seconds as word_seconds

ROW = 16
SHOWN_CHANNELS = 10
HEADS: dict[Method, str] = {
    "initial": "Untrained: its weights before training",
    "fresh": "Redrawn: other random weights",
    "half": "Half of its channels at their mean",
}


def lay_out(importance: Importance, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: trainings anew, then layers, their training, their channels and their price."""
    anew = () if importance.retraining is None else retrain_sections(importance.retraining, tables)
    rest = (_layers(tables), _weights(tables), _channels(importance, tables), _price(tables))
    return (*anew, *(section for section in rest if section is not None))


def key_figures(importance: Importance, tables: Tables) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    is_accuracy = importance.accuracy is not None
    rows = [
        Row("loss", number(importance.loss))
        if importance.accuracy is None
        else Row(f"{importance.part} accuracy", f"{importance.accuracy.value:.1%}")
    ]
    costs = ranked(tables, "initial")
    if costs:
        layer, cost = costs[0]
        label = f"{'points lost' if is_accuracy else 'rise of the loss'} with {layer} untrained"
        half = (cost.high - cost.low) / 2.0
        words = f"{cost.value:.1f} ± {half:.1f}" if is_accuracy else f"{number(cost.value)} ± {number(half, digits=2)}"
        rows.append(Row(label, words.replace("-", "−")))
    rows.append(Row("examples measured", f"{importance.num_examples:,}"))
    claims = () if importance.retraining is None else importance.retraining.claims
    if claims:
        held = sum(claim.verdict == "holds" for claim in claims)
        return Row("textbook claims that hold", f"{held} of {len(claims)}"), *rows
    return (*rows, Row("networks", f"{importance.num_members}"))


def facts_of(importance: Importance, seconds: dict[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment = importance.experiment
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("networks loaded or trained in", word_seconds(seconds["train"])),
        Row("measured in", word_seconds(seconds["measure"])),
        Row("files", "result.json and tables as Parquet beside this page"),
    )


def _layers(tables: Tables) -> Section:
    words = (
        "A layer is worth what is lost without it. It is taken from the trained network in five ways, without training "
        "again. At its mean: its output is its mean, for every input. Shuffled: its output is that of another example. "
        "Half at its mean: half of its channels are at their mean, drawn at random. Untrained: its weights are those "
        "before training. Redrawn: they are other random numbers."
    )
    return Section("Layer by layer", (words,), (tables[worths(tables)], tables["layers"]))


def _weights(tables: Tables) -> Section | None:
    is_accuracy = worths(tables) == "accuracy_lost"
    parts = []
    for method, title in HEADS.items():
        table = tables[worths(tables)]
        costs = [(row["layer"], row[method]) for row in table.rows() if row.get(method) is not None]
        if costs:
            rows = tuple((name, _interval(word_cost(cost, is_accuracy=is_accuracy))) for name, cost in costs)
            values = np.array([cost.value for _, cost in costs])
            unit = "points lost" if is_accuracy else "rise of the loss"
            parts.append(Bars(title, ("layer", "95% interval", unit), rows, values, ends=("gains", "loses")))
    words = (
        "Zhang, Bengio and Singer (2022) showed that many layers of deep networks can go back to their weights before "
        "training without a loss, and hardly any to other random weights: training left them close to where they "
        "started, and the layers behind them learned to work with that. Where neither costs anything, the layer was "
        "not needed; where both cost much, training made something of it."
    )
    return Section("What training gave each layer", (words,), tuple(parts)) if parts else None


def _interval(cost: str) -> str:
    return cost.partition("(")[2].rstrip(")")


def _channels(importance: Importance, tables: Tables) -> Section | None:
    if not importance.channels:
        return None
    words = (
        "Each channel of a convolution, and each unit of a dense layer, is set to its mean over training examples, "
        "alone. Where all cost little, they share the work, and no single one is needed; where one costs much, nothing "
        "else does what it does."
    )
    note = "Blue costs the network when it is taken away, orange helps it; each layer by its own largest number."
    strips = tuple(_strip(each, tables) for each in importance.channels)
    parts = (
        Tiles("Channel by channel, in their order", strips, "large", note=note),
        _curve(importance),
        top_channels(tables["channels"], SHOWN_CHANNELS),
    )
    return Section("Single channels", (words,), parts)


def _strip(channels: ChannelWorths, tables: Tables) -> Tile:
    values = channels.values
    across = min(ROW, len(values))
    padded = np.zeros(-(-len(values) // across) * across)
    padded[: len(values)] = values
    most = float(values.max())
    largest = f"{most:.1f} points" if worths(tables) == "accuracy_lost" else f"{number(most)} loss"
    return Tile(padded.reshape(-1, across), f"{channels.layer}: {len(values)}, up to {largest}", "signed")


def _curve(importance: Importance) -> Chart:
    series = []
    for tone, channels in enumerate(importance.channels):
        values = np.sort(channels.values)[::-1]
        share = (np.arange(len(values)) + 1.0) / len(values)
        series.append(Series(channels.layer, share, values, tone=tone))
    label = "rise of the loss" if importance.accuracy is None else "points of accuracy lost"
    return Chart("From the most to the least costly channel", "share of the layer's channels", label, tuple(series))


def _price(tables: Tables) -> Section | None:
    rows = [row for row in tables["layers"].rows() if not row["is_inner"]]
    if len(rows) < 2:
        return None
    names = tuple((row["layer"],) for row in rows)
    kinds = (("Time", "milliseconds_per_1000"), ("Multiply-adds", "multiply_adds"), ("Weights", "parameters"))
    shares = [(title, np.array([float(row[name]) for row in rows])) for title, name in kinds]
    parts = tuple(
        Bars(title, ("layer", "share"), names, 100.0 * values / values.sum(), ends=("", "percent"))
        for title, values in shares
        if values.sum()
    )
    words = (
        "Shares of the layers' whole time, multiply-adds and weights. Time follows multiply-adds only roughly: memory "
        "has to be read and written too."
    )
    return Section("What each layer costs", (words,), parts)
