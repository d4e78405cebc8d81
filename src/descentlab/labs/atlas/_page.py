"""The page of `atlas`."""

from descentlab.labs.atlas._measured import AtlasMap
from descentlab.results import Map, Row, Section, Tables
from descentlab.studies import Atlas, is_log, outcome_values

LABELS = {
    "converges": "converges",
    "loss": "training loss over the last 20 epochs",
    "epochs": "epochs until the loss is below the threshold",
    "verdict": "outcome of the training",
}


def title_of(atlas: Atlas) -> str:
    """Name what was mapped."""
    x_name, y_name = (name.replace("_", " ") for name in atlas.names)
    return f"{atlas.spec.experiment.name}: {atlas.converges.size:,} networks over {x_name} and {y_name}"


def key_figures(tables: Tables) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    summary = tables["summary"]
    dimension = summary.value("dimension")
    return (
        Row("networks", f"{summary.value('networks'):,}"),
        Row("converge", f"{summary.value('share'):.1%}"),
        Row("dimension of the border", "—" if dimension is None else f"{dimension:.2f}"),
    )


def lay_out(measured: AtlasMap, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: the map, and how rough its border is."""
    words = (
        "The border is laid over with boxes of several sizes. The number of boxes that hold a piece of it grows as 1 / "
        "size to the power of its dimension: 1 for a smooth line, more for a rough one.",
    )
    boxes = tables["boxes"]
    rough = (Section("How rough the border is", words, (boxes,)),) if len(boxes) else ()
    return (Section("The map", (), (_map(measured), tables["summary"])), *rough)


def facts(atlas: Atlas) -> tuple[Row, ...]:
    """Say where the map comes from."""
    experiment = atlas.spec.experiment
    return (
        Row("experiment", f"{experiment.name}, {experiment.epochs:,} epochs, batch size {experiment.batch_size}"),
        Row("precision", experiment.precision),
        Row("seed", str(experiment.seed)),
        Row("files", "study.toml, members.parquet, metrics.json beside this page"),
    )


def _map(measured: AtlasMap) -> Map:
    atlas, outcome = measured.atlas, measured.outcome
    values, names = outcome_values(atlas, outcome)
    is_shade = outcome == "converges"
    x_label, y_label = (name.replace("_", " ") for name in atlas.names)
    return Map(
        title=LABELS[outcome],
        x_label=x_label,
        y_label=y_label,
        x=atlas.x,
        y=atlas.y,
        values=values,
        value_label="converges (blue, the faster the darker) or diverges (orange)" if is_shade else LABELS[outcome],
        names=names,
        scale="diverging" if is_shade else "log" if outcome == "loss" else "linear",
        x_log=is_log(atlas.x),
        y_log=is_log(atlas.y),
        note="Each cell is one network, trained from the same draw on the same data.",
    )
