"""The tables of `importance`."""

from collections.abc import Sequence
from dataclasses import replace

from descentlab.core import Estimate
from descentlab.labs.importance._measured import Importance
from descentlab.labs.importance._retrain_tables import retraining_tables
from descentlab.labs.importance.measure import METHODS, Worth
from descentlab.results import Column, Table, TableForm, Tables

LAYER = Column("layer", meaning="Name of the layer.")
METHOD_COLUMNS = (
    LAYER,
    Column("mean", "at its mean", "Its output is its mean over training examples, for every input."),
    Column("shuffle", "shuffled", "Its output is that of another example."),
    Column("half", "half at its mean", "A random half of its channels are at their mean; mean of ten draws."),
    Column("initial", "untrained", "Its weights are those before training."),
    Column("fresh", "redrawn", "Its weights are other random numbers; mean of five draws."),
)
ACCURACY_LOST = TableForm(
    "accuracy_lost",
    "Accuracy lost without each layer, in points",
    (LAYER, *(replace(column, format="fixed", digits=1) for column in METHOD_COLUMNS[1:])),
    note="With 95% intervals. A point is 1% of the examples.",
    is_printed=True,
)
LOSS_GAINED = TableForm(
    "loss_gained",
    "Rise of the loss without each layer",
    (LAYER, *(replace(column, format="number") for column in METHOD_COLUMNS[1:])),
    note="With 95% intervals.",
)
LAYERS = TableForm(
    "layers",
    "What each layer is and costs",
    (
        LAYER,
        Column("kind", meaning="Kind of the layer."),
        Column("output_shape", "output", "Shape of its output; the last number counts its channels or units."),
        Column("parameters", meaning="Numbers that training changes.", format="count"),
        Column("multiply_adds", "multiply-adds", "Multiply-adds of its forward pass for an example.", format="count"),
        Column(
            "milliseconds_per_1000",
            "time",
            "Time of its forward pass for 1,000 examples, compiled by itself; median of seven.",
            unit="ms",
            format="number",
        ),
        Column("is_inner", "in a block", "Whether it lies within a residual block.", format="flag", is_hidden=True),
        Column("role", meaning="What a layer of its kind does."),
    ),
    is_printed=True,
)
CHANNELS = TableForm(
    "channels",
    "Single channels at their mean",
    (
        LAYER,
        Column("channel", meaning="Number of the channel, or of the unit, from 0.", format="count"),
        Column("accuracy_lost", "points of accuracy lost", "Accuracy that is lost.", format="fixed", digits=1),
        Column("loss_gained", "rise of the loss", "By how much the mean loss rises.", format="number"),
    ),
    note="With 95% intervals over examples, each for itself. The largest of many is a little too large by luck, and of "
    "forty channels that cost nothing one seems to cost something.",
)
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("networks", meaning="Networks of different seeds that are measured.", format="count"),
        Column("part", meaning="Part of the data that they are measured on."),
        Column("examples", meaning="Measured examples of each network.", format="count"),
        Column("reference_examples", meaning="Training examples that means are taken over.", format="count"),
        Column("accuracy", meaning="Accuracy of the networks as they are.", format="percent"),
        Column("loss", meaning="Mean loss of the networks as they are.", format="number"),
        Column("chance", meaning="Accuracy of always predicting the most frequent class.", format="percent"),
        Column(
            "milliseconds_per_1000",
            "time",
            "Time of the forward pass of the whole network for 1,000 examples.",
            unit="ms",
            format="number",
        ),
    ),
    is_single=True,
)


def fill_tables(importance: Importance) -> Tables:
    """Lay out what was measured."""
    is_accuracy = importance.accuracy is not None
    lost = (_worths(importance, ACCURACY_LOST, "accuracy_lost"),) if is_accuracy else ()
    gained = _worths(importance, replace(LOSS_GAINED, is_printed=not is_accuracy), "loss_gained")
    channels = (_channels(importance),) if importance.channels else ()
    retraining = () if importance.retraining is None else retraining_tables(importance.retraining)
    return Tables((*lost, gained, _layers(importance), *channels, _summary(importance), *retraining))


def top_channels(table: Table, count: int) -> Table:
    """Return the most costly channels."""
    rows = sorted(table.rows(), key=lambda row: -(row["accuracy_lost"] or row["loss_gained"]).value)
    return CHANNELS.fill([tuple(row.values()) for row in rows[:count]], title="The most costly channels")


def _worths(importance: Importance, form: TableForm, name: str) -> Table:
    def cell(worth: Worth | None) -> Estimate | None:
        return None if worth is None else getattr(worth, name)

    columns: dict[str, Sequence[str | Estimate | None]] = {"layer": [layer.row.name for layer in importance.layers]}
    for method in METHODS:
        if any(method in layer.worths for layer in importance.layers):
            columns[method] = [cell(layer.worths.get(method)) for layer in importance.layers]
    return form.fill_columns(columns)


def _layers(importance: Importance) -> Table:
    rows = [(layer.row, layer.milliseconds, layer.is_inner) for layer in importance.layers]
    return LAYERS.fill(
        [
            (row.name, row.kind, row.output_shape, row.num_params, row.multiply_adds, time, is_inner, row.role)
            for row, time, is_inner in rows
        ]
    )


def _channels(importance: Importance) -> Table:
    return CHANNELS.fill(
        [
            (each.layer, int(channel), worth.accuracy_lost, worth.loss_gained)
            for each in importance.channels
            for channel, worth in zip(each.channels, each.worths, strict=True)
        ]
    )


def _summary(importance: Importance) -> Table:
    counts = importance.num_members, importance.part, importance.num_examples, importance.num_reference
    return SUMMARY.fill([(*counts, importance.accuracy, importance.loss, importance.chance, importance.milliseconds)])
