"""The page of a transfer: accuracy by number of examples, differences, and what examples are worth."""

import numpy as np

from descentlab.labs.transfer._measured import Transfer
from descentlab.labs.transfer._tables import PAIRS, name_pair
from descentlab.labs.transfer.measure import WAYS
from descentlab.results import Chart, Mark, Row, Section, Series, Tables, Tile, Tiles, seconds as word_seconds

COLOUR = 3
SHOWN_CLASSES = 40


def key_figures(transfer: Transfer) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    last = len(transfer.sizes) - 1
    return tuple(
        Row(f"{way}, {transfer.sizes[place]:,} of each class", f"{transfer.curves.mean(way, place)[0]:.3f}")
        for place in (0, last)
        for way in ("fine-tuned", "fresh")
    )


def facts_of(transfer: Transfer, total: float) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment, curves = transfer.experiment, transfer.curves
    return (
        Row("network", f"{transfer.name}: {experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("target", f"{transfer.target}, {len(transfer.classes)} classes"),
        Row("draws", f"{curves.num_draws}, scored on {transfer.num_test:,} examples each"),
        Row("took", word_seconds(total)),
        Row("files", "result.json and tables as Parquet beside this page"),
    )


def lay_out(transfer: Transfer, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: accuracies, differences, what examples are worth, and how it was set up."""
    worth = (
        "With how many examples of each class the fresh network reaches the same mean accuracy, between those tried by "
        "straight lines over their logarithm, with 95% intervals (bootstrap over draws).",
    )
    return (
        _accuracy(transfer, tables),
        Section("What the learned weights add", (), (_differences(transfer), tables["differences"])),
        Section("What examples are worth", worth, (tables["worth"],)),
        Section("How it was set up", (), (_pictures(transfer), tables["choices"])),
    )


def _accuracy(transfer: Transfer, tables: Tables) -> Section:
    curves = transfer.curves
    x = curves.per_class.astype(np.float64)
    series = []
    for tone, way in enumerate(WAYS):
        points = np.array([curves.mean(way, place) for place in range(len(x))])
        style = "dashed" if way == "raw pixels" else "line"
        series.append(Series(way, x, points[:, 0], points[:, 1], points[:, 2], style=style, tone=tone))
    marks = [Mark("most frequent class", y=float(curves.chance.mean()))]
    if curves.as_it_is is not None:
        marks.append(Mark("the network as it is", y=float(curves.as_it_is.mean())))
    chart = Chart(
        f"Accuracy on {transfer.target}",
        "examples of each class",
        "accuracy",
        tuple(series),
        x_log=True,
        marks=tuple(marks),
        note="Bands are 95% intervals of the mean over draws.",
    )
    words = (
        "All ways learn from the same examples. Frozen: every layer but the last stays as it is. Fine-tuned: the "
        "training starts from all learned layers, which may change. Fresh: it starts from new random weights of the "
        "same network."
    )
    return Section("How well few examples are learned", (words,), (chart, tables["accuracy"]))


def _differences(transfer: Transfer) -> Chart:
    x = transfer.curves.per_class.astype(np.float64)
    series = []
    for tone, (first, second) in enumerate(PAIRS):
        pairs = transfer.curves.compare(first, second)
        ends = [pair.ci95 for pair in pairs if pair.ci95 is not None]
        low, high = np.array(ends, np.float64).T if len(ends) == len(pairs) else (None, None)
        values = np.array([pair.mean for pair in pairs])
        series.append(Series(name_pair(first, second), x, values, low, high, tone=tone))
    return Chart(
        "Differences on the same examples",
        "examples of each class",
        "difference of accuracy",
        tuple(series),
        x_log=True,
        marks=(Mark("none", y=0.0),),
    )


def _pictures(transfer: Transfer) -> Tiles:
    tiles = tuple(
        Tile(
            (picture[:, :, :COLOUR] if picture.shape[2] >= COLOUR else picture[:, :, 0]).astype(np.float64),
            name,
            limits=(0.0, 1.0),
        )
        for picture, name in zip(transfer.pictures[:SHOWN_CLASSES], transfer.classes[:SHOWN_CLASSES], strict=True)
    )
    return Tiles("One example of each class, as the network gets it", tiles, "medium")
