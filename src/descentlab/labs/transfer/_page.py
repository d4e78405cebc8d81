"""The page of a transfer: accuracy by number of examples, differences, and what examples are worth."""

import numpy as np

from descentlab import results
from descentlab.labs.transfer._result import PAIRS, Transfer
from descentlab.labs.transfer._words import NAMES, word_worth
from descentlab.labs.transfer.measure import LINEAR, WAYS, interval_of
from descentlab.results import Chart, Mark, Page, Row, Section, Series, Tile, Tiles, WordTable

COLOUR = 3
SHOWN_CLASSES = 40


def build_page(found: Transfer) -> Page:
    """Lay out the page."""
    return Page(
        title=f"From {found.name} to {found.target}",
        kind="Transfer",
        outcome=found.sentences,
        figures=_figures(found),
        sections=(_accuracy(found), _differences(found), _worth(found), _set_up(found)),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Transfer) -> tuple[Row, ...]:
    last = len(found.sizes) - 1
    rows = [
        Row(f"{way}, {size:,} of each class", f"{found.curves.mean(way, place)[0]:.3f}")
        for place, size in ((0, found.sizes[0]), (last, found.sizes[last]))
        for way in ("fine-tuned", "fresh")
    ]
    return tuple(rows)


def _facts(found: Transfer) -> tuple[Row, ...]:
    experiment, curves = found.experiment, found.curves
    return (
        Row("network", f"{found.name}: {experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("target", f"{found.target}, {len(found.classes)} classes"),
        Row("draws", f"{curves.num_draws}, scored on {found.num_test:,} examples each"),
        Row("took", results.seconds(found.seconds.get("total", np.nan))),
        Row("files", "result.json and accuracy.parquet beside this page"),
    )


def _accuracy(found: Transfer) -> Section:
    curves = found.curves
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
        f"Accuracy on {found.target}",
        "examples of each class",
        "accuracy",
        tuple(series),
        x_log=True,
        marks=tuple(marks),
        note="Bands are 95% intervals of the mean over draws.",
    )
    rows = tuple(
        (f"{size:,}", *(_cell(curves.mean(way, place)) for way in WAYS)) for place, size in enumerate(found.sizes)
    )
    table = WordTable("Every number of examples", ("of each class", *WAYS), rows, note="Mean and its 95% interval.")
    told = (
        "All ways learn from the same examples. What is frozen keeps every layer but the last; what is fine-tuned "
        "starts from all of them and may change; what is fresh starts from a new draw of the same network.",
    )
    return Section("How well few examples are learned", told, (chart, table))


def _cell(values: tuple[float, float, float]) -> str:
    mean, low, high = values
    return f"{mean:.3f} ({low:.3f} to {high:.3f})"


def _differences(found: Transfer) -> Section:
    x = found.curves.per_class.astype(np.float64)
    series, rows = [], []
    for tone, (first, second) in enumerate(PAIRS):
        pairs = found.curves.compare(first, second)
        low, high = (
            np.array([np.nan if pair.ci95 is None else pair.ci95[end] for pair in pairs], np.float64) for end in (0, 1)
        )
        name = f"{first} less {second}"
        values = np.array([pair.mean for pair in pairs])
        has_band = bool(np.isfinite(low).all())
        series.append(Series(name, x, values, low if has_band else None, high if has_band else None, tone=tone))
        rows += [
            (
                name,
                f"{size:,}",
                f"{pair.mean:+.3f}".replace("-", "−"),
                "" if pair.ci95 is None else f"{pair.ci95[0]:+.3f} to {pair.ci95[1]:+.3f}".replace("-", "−"),
                f"{pair.p_value:.3f}",
                "real" if pair.is_real else "may be luck",
            )
            for size, pair in zip(found.sizes, pairs, strict=True)
        ]
    chart = Chart(
        "Differences on the same examples",
        "examples of each class",
        "difference of accuracy",
        tuple(series),
        x_log=True,
        marks=(Mark("none", y=0.0),),
    )
    table = WordTable(
        "Is it real?",
        ("difference", "of each class", "mean", "95% interval", "p, corrected", ""),
        tuple(rows),
        note="Paired over the draws, by flipping signs; p is corrected (Holm) for all numbers of examples of one "
        "difference, the interval is not. Fewer than 6 draws have no interval and can show nothing.",
    )
    return Section("What the learned weights add", (), (chart, table))


def _worth(found: Transfer) -> Section:
    rows = []
    for place, size in enumerate(found.sizes):
        row = [f"{size:,}"]
        for way in WAYS:
            if way != "fresh":
                at, low, high = (word_worth(found, value) for value in found.curves.worth(way, place))
                row.append(at if low == high else f"{at} ({low} to {high})")
        rows.append(tuple(row))
    told = (
        "With how many examples of each class the fresh network reaches the same mean accuracy, between those tried by "
        "straight lines over their logarithm, with 95% intervals (bootstrap over draws).",
    )
    heads = ("of each class", *(NAMES[way] for way in WAYS if way != "fresh"))
    return Section("What examples are worth", told, (WordTable("In examples of fresh training", heads, tuple(rows)),))


def _set_up(found: Transfer) -> Section:
    tiles = tuple(
        Tile(
            (picture[:, :, :COLOUR] if picture.shape[2] >= COLOUR else picture[:, :, 0]).astype(np.float64),
            name,
            limits=(0.0, 1.0),
        )
        for picture, name in zip(found.pictures[:SHOWN_CLASSES], found.classes[:SHOWN_CLASSES], strict=True)
    )
    rows = tuple(
        (
            way,
            "C" if way in LINEAR else "learning rate",
            f"{one.per_class:,}",
            f"{one.values[way]:g}",
            ", ".join(f"{value:g}: {score:.3f}" for value, score in one.scores.get(way, {}).items()),
        )
        for way in WAYS
        for one in found.choices
    )
    table = WordTable(
        "What each way learns with",
        ("way", "number", "of each class", "chosen", "tried: accuracy"),
        rows,
        note=f"Tried on {found.choices[0].num_draws} other draws; other numbers of examples take what was chosen with "
        "the nearest. C is one over the penalty of the logistic regression.",
    )
    shown = "One example of each class, as the network sees it"
    parts = (Tiles(shown, tiles, "medium"), table)
    if found.curves.as_it_is is None:
        return Section("How it was set up", (), parts)
    told = (f"Without learning anything new the network reaches {_cell(interval_of(found.curves.as_it_is))}.",)
    return Section("How it was set up", told, parts)
