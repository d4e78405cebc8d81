"""The page of a study: the curve of the final loss, low, right and high side by side, and every verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from descentlab import results
from descentlab.data import Dataset
from descentlab.evaluation import VERDICTS, count_verdicts
from descentlab.results import Band, BoundaryRow, Chart, Map, Mark, Page, Part, Row, Section, Series, WordTable
from descentlab.runs import StudyFolder
from descentlab.spec import Experiment, PlaygroundData, PointsData
from descentlab.studies import (
    Design,
    Study,
    band_over_seeds,
    name_setting,
    only_numbers,
    stable_region,
    stable_settings,
    word_value,
)
from descentlab.training import Plan, train_population
from descentlab.workbench._plane import boundary

WIDE = 20.0
"""Values that span more than this factor are shown on a logarithmic axis."""
FACTOR = 10.0
"""Low and high are a tenth and ten times of the best, where such values were tried."""
RULES = {
    "diverged": "the loss was no longer a number, or ran ten times above its start for good",
    "saturated": "a poor loss, no gradient left, and tanh or sigmoid units that answer the same to every example",
    "dead": "the same with relu units that are zero for every example",
    "oscillating": "at its end the loss jumps around a level above the lowest it had reached",
    "too-slow": "at its end the loss was still falling, at a rate that says so",
    "plateau": "it was not falling, and yet says no more than one answer for all",
    "converged": "none of these",
    "too-short": "fewer than three points of a curve",
}

DatasetOf = Callable[[Experiment, int], Dataset]


def build_page(
    study: Study,
    sentences: tuple[str, ...],
    *,
    design: Design,
    plans: Sequence[Plan],
    dataset_of: DatasetOf,
    folder: StudyFolder,
    seconds: Mapping[str, float],
) -> Page:
    """Say what a study shows, with its evidence.

    Args:
        study: All its networks.
        sentences: What it shows, in words.
        design: How it was made.
        plans: The programs of its variants.
        dataset_of: Returns the data of an experiment and a seed.
        folder: Where it is kept.
        seconds: Times by phase.

    Returns:
        The page.
    """
    sections = [
        _overview(study),
        *_three(study, design, plans, dataset_of),
        _verdicts(study),
        *_comparison(study),
    ]
    names = ", ".join(study.variables)
    return Page(
        title=f"{study.spec.experiment.name}: {study.num_networks:,} networks over {names}",
        kind="Sweep",
        outcome=sentences,
        figures=_figures(study),
        sections=tuple(sections),
        facts=_facts(study, folder, seconds),
        notes=_notes(study),
    )


def _figures(study: Study) -> tuple[Row, ...]:
    best = study.best
    rows = [Row("networks", f"{study.num_networks:,}")]
    if best is not None:
        rows.insert(0, Row("best", name_setting(study.settings()[best.place])))
        rows.append(Row(f"{study.held_out} loss there", results.number(best.mean)))
    region = stable_region(study)
    if region is not None:
        rows.append(Row("stable", f"{word_value(region[0])} to {word_value(region[1])}"))
    return tuple(rows)


def _overview(study: Study) -> Section:
    parts: list[Part] = []
    values = only_numbers(study)
    if values is not None and len(values) > 1:
        parts.append(_u_curve(study, values))
    elif len(study.variables) == 2 and all(_is_numeric(own) for own in study.variables.values()):
        parts.append(_map(study))
    parts.append(_settings_table(study))
    told = (
        f"Each setting was trained from the same {study.num_seeds} seeds: networks of one seed share data, first draw "
        "and order of the examples, so that only what is varied differs.",
    )
    return Section("Final loss by setting", told, tuple(parts))


def _is_numeric(values: Sequence[object]) -> bool:
    return not any(isinstance(value, str) for value in values)


def _u_curve(study: Study, values: Float[np.ndarray, " settings"]) -> Chart:
    order = np.argsort(values)
    name = next(iter(study.variables))
    parts = dict.fromkeys(("train", study.held_out))
    series = tuple(
        _band_series(f"{part} loss", values[order], study.final_loss(part)[order], tone)
        for tone, part in enumerate(parts)
    )
    region = stable_region(study)
    best = study.best
    return Chart(
        title=f"Final loss against {name.replace('_', ' ')}",
        x_label=name.replace("_", " "),
        y_label="loss after the last epoch",
        series=series,
        x_log=is_log(values),
        y_log=_spans(np.concatenate([one.y for one in series])),
        marks=() if best is None else (Mark("best", x=float(values[best.place])),),
        bands=() if region is None else (Band("stable", region[0], region[1], "good"),),
        note="Line: median over the seeds. Band: the middle 80% of them. A gap: more than half of the seeds diverged.",
    )


def is_log(values: Float[np.ndarray, " values"]) -> bool:
    """Say whether values are better shown on a logarithmic axis."""
    return bool(values.min() > 0.0 and values.max() > WIDE * values.min())


def _spans(values: np.ndarray) -> bool:
    known = values[np.isfinite(values) & (values > 0)]
    return bool(len(known) and known.max() > WIDE * known.min())


def _band_series(name: str, x: np.ndarray, losses: Float[np.ndarray, "settings seeds"], tone: int) -> Series:
    low, middle, high = band_over_seeds(losses)
    return Series(name, x.astype(np.float64), middle, low, high, tone=tone)


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan).astype(np.float64)


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
        values=_finite(losses[np.ix_(y_order, x_order)]),
        value_label=f"{study.held_out} loss, median over the seeds",
        scale="log" if _spans(losses.ravel()) else "linear",
        x_log=is_log(across),
        y_log=is_log(up),
        note="An empty cell: more than half of the seeds diverged.",
    )


def _settings_table(study: Study) -> WordTable:
    losses = {part: study.final_loss(part) for part in dict.fromkeys(("train", study.held_out))}
    is_stable, verdicts = stable_settings(study), study.by_setting(study.verdicts)
    rows = []
    for place, setting in enumerate(study.settings()):
        words = [_mean_text(values[place]) for values in losses.values()]
        counts = ", ".join(f"{count} {name}" for name, count in count_verdicts(verdicts[place].tolist()).items())
        rows.append(
            (*(word_value(value) for value in setting.values()), *words, counts, "yes" if is_stable[place] else "no")
        )
    head = (*(name.replace("_", " ") for name in study.variables), *(f"{part} loss" for part in losses))
    return WordTable(
        "All settings",
        (*head, "verdicts", "stable"),
        tuple(rows),
        note="Mean ± standard deviation over the seeds that did not diverge. Stable: at least 90% of the networks "
        "neither diverged nor oscillated nor got stuck.",
    )


def _mean_text(losses: Float[np.ndarray, " seeds"]) -> str:
    known = losses[np.isfinite(losses)]
    if not len(known):
        return "—"
    spread = f" ± {results.number(float(known.std(ddof=1)), digits=2)}" if len(known) > 1 else ""
    return f"{results.number(float(known.mean()))}{spread}"


def _three(study: Study, design: Design, plans: Sequence[Plan], dataset_of: DatasetOf) -> list[Section]:
    """Show a low, the best and a high setting side by side."""
    chosen = low_right_high(study)
    if not chosen:
        return []
    settings = study.settings()
    charts = [_curves_chart(study, place, f"{word}: {name_setting(settings[place])}") for word, place in chosen.items()]
    told = [
        f"{word.capitalize()}, {name_setting(settings[place])}: {_typical(study, place)}"
        for word, place in chosen.items()
    ]
    parts: list[Part] = list(charts)
    shown = _boundaries(study, chosen, design, plans, dataset_of)
    if shown is not None:
        parts.append(shown)
    return [Section("Low, right and high", tuple(told), tuple(parts))]


def low_right_high(study: Study) -> dict[str, int]:
    """Choose the best setting, and those that are nearest to a tenth and to ten times of it.

    Returns:
        Places of settings by "low", "right" and "high"; empty unless one number above 0 was varied.
    """
    values = only_numbers(study)
    if values is None or study.best is None or values.min() <= 0.0 or len(values) < 2:
        return {}
    best = study.best.place
    logs = np.log(values)
    chosen = {"right": best}
    below, above = np.flatnonzero(values < values[best]), np.flatnonzero(values > values[best])
    if len(below):
        low = int(below[np.argmin(np.abs(logs[below] - logs[best] + np.log(FACTOR)))])
        chosen = {"low": low, "right": best}
    if len(above):
        chosen["high"] = int(above[np.argmin(np.abs(logs[above] - logs[best] - np.log(FACTOR)))])
    return chosen


def _typical(study: Study, place: int) -> str:
    """Give the evidence of a network that has the setting's most frequent verdict."""
    own = range(place * study.num_seeds, (place + 1) * study.num_seeds)
    counts = count_verdicts([study.judgements[one].verdict for one in own])
    verdict = max(counts, key=lambda name: counts[name])
    first = next(one for one in own if study.judgements[one].verdict == verdict)
    return (
        f"{counts[verdict]} of {study.num_seeds} {verdict}; from seed {study.columns['seed'][first]}: "
        f"{study.judgements[first].evidence}."
    )


def _curves_chart(study: Study, place: int, title: str) -> Chart:
    own = slice(place * study.num_seeds, (place + 1) * study.num_seeds)
    series = []
    for tone, part in enumerate(dict.fromkeys(("train", study.held_out))):
        curves = study.curves[f"{part}_loss"][own].astype(np.float64)
        curves = np.where(np.isfinite(curves), curves, np.inf)
        series.append(_band_series(f"{part} loss", study.epochs.astype(np.float64), curves.T, tone))
    return Chart(
        title=title,
        x_label="epoch",
        y_label="loss",
        series=tuple(series),
        y_log=_spans(np.concatenate([one.y for one in series])),
        note="An epoch is one pass over the training part. Line: median over the seeds; band: the middle 80%.",
    )


def _boundaries(
    study: Study, chosen: Mapping[str, int], design: Design, plans: Sequence[Plan], dataset_of: DatasetOf
) -> BoundaryRow | None:
    """Train one seed of each setting once more, keeping its weights at some epochs, and draw its boundary."""
    experiment = study.spec.experiment
    dataset = dataset_of(experiment, experiment.seed)
    is_playground = isinstance(experiment.data, PlaygroundData | PointsData)
    if len(design.variants) != 1 or len(dataset.input_shape) != 1 or not (is_playground or dataset.input_shape == (2,)):
        return None
    plan = plans[0]
    epochs = sorted({0, *(2**power for power in range(20) if 2**power < experiment.epochs), experiment.epochs})
    members = [design.variants[0].members[place * study.num_seeds] for place in chosen.values()]
    trained = train_population(
        experiment,
        plan,
        members,
        lambda seed: dataset_of(experiment, seed),
        snapshot_epochs=frozenset(epochs),
    ).trained
    drawn = []
    for one in trained:
        kept = [
            (epoch, one.snapshots[epoch]["params"], one.snapshots[epoch]["statistics"])
            for epoch in sorted(one.snapshots)
        ]
        drawn.append(boundary(plan, dataset, kept))
    if any(one is None for one in drawn):
        return None
    settings = study.settings()
    return BoundaryRow(
        title=f"What the networks of seed {experiment.seed} say of every point",
        names=tuple(f"{word}: {name_setting(settings[place])}" for word, place in chosen.items()),
        boundaries=tuple(replace(one) for one in drawn if one is not None),
        note="The same data, first draw and order of the examples; at the same epochs.",
    )


def _verdicts(study: Study) -> Section:
    rows = []
    verdicts = study.verdicts.tolist()
    for name, count in count_verdicts(verdicts).items():
        places = [place for place, verdict in enumerate(verdicts) if verdict == name]
        example = places[len(places) // 2]
        setting = name_setting(study.settings()[example // study.num_seeds])
        where = f"{setting}, seed {study.columns['seed'][example]}"
        rows.append((name, f"{count:,}", RULES[name], f"{study.judgements[example].evidence} ({where})"))
    table = WordTable("Verdicts", ("verdict", "networks", "rule", "evidence of one of them"), tuple(rows))
    told = "Every network is judged by its curves; the first rule that holds gives the verdict, in this order: "
    return Section("What became of the networks", (told + ", ".join(VERDICTS[:-1]) + ".",), (table,))


def _comparison(study: Study) -> list[Section]:
    best = study.best
    if best is None or not best.differences or study.num_seeds == 1:
        return []
    settings = study.settings()
    rows = []
    for place, pair in best.differences.items():
        ends = () if pair.ci95 is None else tuple(map(results.number, pair.ci95))
        rows.append(
            (
                name_setting(settings[place]),
                results.number(pair.mean),
                " to ".join(ends),
                f"{pair.num_above}",
                f"{pair.p_value:.2g}",
                "yes" if pair.is_real else "no",
            )
        )
    told = [
        f"Each setting's {study.held_out} loss minus that of the best on the same seed. The test flips the signs of "
        "these differences; p-values are corrected for the number of settings (Holm).",
    ]
    if best.beaten:
        told.append(f"{best.beaten} settings that diverged from at least one seed are set aside.")
    head = ("setting", "worse by", "95% interval", f"worse on seeds, of {study.num_seeds}", "p", "real")
    return [
        Section("Is the best really better?", tuple(told), (WordTable("Against the best", head, tuple(rows[:40])),))
    ]


def _facts(study: Study, folder: StudyFolder, seconds: Mapping[str, float]) -> tuple[Row, ...]:
    experiment = study.spec.experiment
    environment = folder.environment()
    machine = environment.get("machine", {})
    return (
        Row("experiment", f"{experiment.name}, {experiment.epochs:,} epochs, batch size {experiment.batch_size}"),
        Row("optimizer", experiment.optimizer.kind),
        Row("loss", experiment.loss.kind),
        Row("seeds", f"{experiment.seed} to {experiment.seed + experiment.num_seeds - 1}"),
        Row("trained in", results.seconds(seconds.get("train", float("nan")))),
        Row("machine", f"{machine.get('processor', '')}, {machine.get('cores', '?')} cores"),
        Row("made", str(environment.get("created", ""))),
        Row("files", "study.toml, members.parquet, history.parquet, metrics.json beside this page"),
    )


def _notes(study: Study) -> tuple[str, ...]:
    if study.held_out != "test":
        return ()
    return (
        "There is no validation part, so the settings are compared on the test part: its loss at the best setting is "
        "therefore a little too good. Set split.validation=0.2 to keep the test part for the end.",
    )
