"""The page of a study: the curve of the final loss, low, right and high side by side, and every outcome."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab.judgement import OUTCOMES
from descentlab.results import Band, BoundaryRow, Chart, Map, Mark, Part, Row, Section, Series, Tables, number, seconds
from descentlab.studies._study import Study
from descentlab.studies._summary import (
    band_over_seeds,
    low_right_high,
    name_setting,
    only_numbers,
    stable_region,
    word_value,
)

WIDE = 20.0
"""Values that span more than this factor are shown on a logarithmic axis."""


def sweep_figures(tables: Tables) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    summary = tables["summary"]
    best, low, high = (summary.value(name) for name in ("best", "stable_from", "stable_to"))
    rows = [Row("networks", f"{summary.value('networks'):,}")]
    if best is not None:
        rows = [
            Row("best", best),
            *rows,
            Row(f"{summary.value('judged_on')} loss there", number(summary.value("loss"))),
        ]
    return (*rows, *([Row("stable", f"{word_value(low)} to {word_value(high)}")] if low is not None else []))


def sweep_sections(study: Study, tables: Tables, boundaries: BoundaryRow | None) -> tuple[Section, ...]:
    """Return the sections: all settings, three of them side by side, the outcomes, and the comparison with the best.

    Args:
        study: The trained study.
        tables: Tables of the study, as `sweep_tables` returns them.
        boundaries: Outputs of the networks of the three settings over the plane, or None if they were not computed.
    """
    sections = [_overview(study, tables), *_three(study, tables, boundaries)]
    rules = ", ".join(OUTCOMES[:-1])
    words = (
        f"Every network is judged by its curves; the first rule that holds gives the outcome, in this order: {rules}.",
    )
    fits = (tables["fits"],) if "fits" in tables else ()
    sections.append(Section("What became of the networks", words, (tables["verdicts"], *fits)))
    if len(tables["comparison"]) and study.num_seeds > 1:
        sections.append(_comparison(tables))
    return tuple(sections)


def sweep_facts(study: Study, environment: Mapping[str, Any], train_s: float) -> tuple[Row, ...]:
    """Return the facts on how a study was made."""
    experiment = study.spec.experiment
    machine = environment.get("machine", {})
    return (
        Row("experiment", f"{experiment.name}, {experiment.epochs:,} epochs, batch size {experiment.batch_size}"),
        Row("optimizer", experiment.optimizer.title),
        Row("loss", experiment.loss.kind),
        Row("seeds", f"{experiment.seed} to {experiment.seed + experiment.num_seeds - 1}"),
        Row("trained in", seconds(train_s)),
        Row("machine", f"{machine.get('processor', '')}, {machine.get('cores', '?')} cores"),
        Row("made", str(environment.get("created", ""))),
        Row("files", "study.toml, members.parquet, history.parquet, metrics.json beside this page"),
    )


def sweep_notes(study: Study) -> tuple[str, ...]:
    """Return notes that a reader must know to trust a study."""
    if study.held_out != "test":
        return ()
    return (
        "There is no validation part, so the settings are compared on the test part: its loss at the best setting is "
        "therefore a little too good. Set split.validation=0.2 to keep the test part for the end.",
    )


def _overview(study: Study, tables: Tables) -> Section:
    parts: list[Part] = []
    values = only_numbers(study)
    if not np.isfinite(study.final_loss("train")).any():
        pass  # every network diverged, and there is nothing to draw
    elif values is not None and len(values) > 1:
        parts.append(_u_curve(study, values))
    elif len(study.variables) == 2 and all(_is_numeric(tried) for tried in study.variables.values()):
        parts.append(_map(study))
    words = (
        f"Each setting was trained from the same {study.num_seeds} seeds: networks of one seed share data, first draw "
        "and order of the examples, so that only what is varied differs.",
    )
    return Section("Final loss by setting", words, (*parts, tables["settings"]))


def _is_numeric(values: tuple[object, ...]) -> bool:
    return not any(isinstance(value, str) for value in values)


def _u_curve(study: Study, values: Float[np.ndarray, " settings"]) -> Chart:
    order = np.argsort(values)
    name = next(iter(study.variables)).replace("_", " ")
    parts = dict.fromkeys(("train", study.held_out))
    series = tuple(
        _band_series(f"{part} loss", values[order], study.final_loss(part)[order], tone)
        for tone, part in enumerate(parts)
    )
    region = stable_region(study)
    best = study.best
    return Chart(
        title=f"Final loss against {name}",
        x_label=name,
        y_label="loss after the last epoch",
        series=series,
        x_log=_is_log(values),
        y_log=_spans(np.concatenate([line.y for line in series])),
        marks=() if best is None else (Mark("best", x=float(values[best.place])),),
        bands=() if region is None else (Band("stable", region[0], region[1], "good"),),
        note="Line: median over the seeds. Band: the middle 80% of them. A gap: more than half of the seeds diverged.",
    )


def _is_log(values: Float[np.ndarray, " values"]) -> bool:
    return bool(values.min() > 0.0 and values.max() > WIDE * values.min())


def _spans(values: np.ndarray) -> bool:
    known = values[np.isfinite(values) & (values > 0)]
    return bool(len(known) and known.max() > WIDE * known.min())


def _band_series(name: str, x: np.ndarray, losses: Float[np.ndarray, "settings seeds"], tone: int) -> Series:
    low, middle, high = band_over_seeds(losses)
    return Series(name, x.astype(np.float64), middle, low, high, tone=tone)


def _map(study: Study) -> Map:
    (x_name, x), (y_name, y) = study.variables.items()
    across, up = np.array(x, np.float64), np.array(y, np.float64)
    losses = np.median(study.final_loss(), axis=1).reshape(len(across), len(up)).T
    x_order, y_order = np.argsort(across), np.argsort(up)
    return Map(
        title=f"Final {study.held_out} loss",
        x_label=x_name.replace("_", " "),
        y_label=y_name.replace("_", " "),
        x=across[x_order],
        y=up[y_order],
        values=np.where(np.isfinite(losses), losses, np.nan).astype(np.float64)[np.ix_(y_order, x_order)],
        value_label=f"{study.held_out} loss, median over the seeds",
        scale="log" if _spans(losses.ravel()) else "linear",
        x_log=_is_log(across),
        y_log=_is_log(up),
        note="An empty cell: more than half of the seeds diverged.",
    )


def _three(study: Study, tables: Tables, boundaries: BoundaryRow | None) -> tuple[Section, ...]:
    """Show a low, the best and a high setting side by side."""
    if "low_right_high" not in tables:
        return ()
    settings = study.settings()
    charts = [
        _curves_chart(study, place, f"{word}: {name_setting(settings[place])}")
        for word, place in low_right_high(study).items()
    ]
    words = (
        "The best setting beside those nearest to a tenth and to ten times of it, each with the most frequent outcome "
        "of its networks.",
    )
    drawn = () if boundaries is None else (boundaries,)
    return (Section("Low, right and high", words, (tables["low_right_high"], *charts, *drawn)),)


def _curves_chart(study: Study, setting: int, title: str) -> Chart:
    series = []
    for tone, part in enumerate(dict.fromkeys(("train", study.held_out))):
        curves = study.curves[f"{part}_loss"][study.places_of(setting)].astype(np.float64)
        curves = np.where(np.isfinite(curves), curves, np.inf)
        series.append(_band_series(f"{part} loss", study.epochs.astype(np.float64), curves.T, tone))
    return Chart(
        title=title,
        x_label="epoch",
        y_label="loss",
        series=tuple(series),
        y_log=_spans(np.concatenate([line.y for line in series])),
        note="An epoch is one pass over the training part. Line: median over the seeds; band: the middle 80%.",
    )


def _comparison(tables: Tables) -> Section:
    aside = tables["summary"].value("set_aside")
    words = (f"{aside} settings that diverged from at least one seed are set aside.",) if aside else ()
    return Section("Is the best really better?", words, (tables["comparison"],))
