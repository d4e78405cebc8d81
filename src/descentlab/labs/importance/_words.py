"""What `importance` says; it is given nothing but the tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from descentlab.core import Estimate
from descentlab.labs.importance._claim_words import count_claims, say_claims
from descentlab.results import Evidence, Statement, Tables, Words, number

MOST_NAMED = 4
UNTRAINED = "With its weights set back to where they started,"
REDRAWN = "With other random weights in their place,"
HALVED = "With a random half of its channels at their mean,"


def say(tables: Tables) -> Words:
    """Say what the layers are worth: first what textbooks say of them, if networks were trained anew."""
    claims = (count_claims(tables), *say_claims(tables)) if "claims" in tables else ()
    measured = (
        _most_trained(tables),
        _whole(tables),
        _method(tables, "initial", UNTRAINED),
        _method(tables, "fresh", REDRAWN),
        _only_path(tables),
        _blocks(tables),
        _method(tables, "half", HALVED),
        _channels(tables),
        _price(tables),
    )
    answer, *statements = (*claims, *(statement for statement in measured if statement is not None))
    return Words(answer, tuple(statements))


def word_cost(cost: Estimate, *, is_accuracy: bool, has_unit: bool = True) -> str:
    """Write what a change costs with its interval, as `12.3 points (11.0 to 13.6)`."""
    if not is_accuracy:
        return f"{number(cost.value)} ({number(cost.low)} to {number(cost.high)})"
    # Rounded first, so that no zero has a sign.
    value, low, high = (round(part, 1) + 0.0 for part in (cost.value, cost.low, cost.high))
    unit = (" point" if value == 1.0 else " points") if has_unit else ""
    return f"{value:.1f}{unit} ({low:.1f} to {high:.1f})".replace("-", "−")


def worths(tables: Tables) -> str:
    """Return the name of the table to go by: of accuracy, or of the loss where there is none."""
    return "accuracy_lost" if "accuracy_lost" in tables else "loss_gained"


def ranked(tables: Tables, method: str) -> list[tuple[str, Estimate]]:
    """Return the layers that are not within a block, with the cost of a method, the most costly first."""
    table, layers = tables[worths(tables)], tables["layers"]
    if method not in table:
        return []
    costs = [
        (name, cost)
        for name, cost in zip(table.column("layer"), table.column(method), strict=True)
        if cost is not None and not layers.cell(name, "is_inner")
    ]
    return sorted(costs, key=lambda entry: -entry[1].value)


def _most_trained(tables: Tables) -> Statement | None:
    """Answer which layer owes most to training."""
    costs = ranked(tables, "initial")
    if not costs:
        return None
    (layer, cost), is_accuracy = costs[0], worths(tables) == "accuracy_lost"
    words = word_cost(cost, is_accuracy=is_accuracy)
    if is_accuracy:
        networks = "networks lose" if tables["summary"].value("networks") > 1 else "network loses"
        effect = f"the {networks} {words.replace(' (', ' of accuracy (')}"
    else:
        effect = f"the loss rises by {words}"
    if cost.low > 0.0:
        text = f"Training matters most in {layer}: with its weights set back to where they started, {effect}."
    else:
        text = (
            f"No single layer is shown to need its training: with the weights of {layer} set back to where they "
            f"started, {effect}, which may be luck."
        )
    refuted = "Another layer that costs more when its weights are set back."
    return Statement(text, (Evidence(worths(tables), ("initial",)),), refuted)


def _whole(tables: Tables) -> Statement:
    (row,) = tables["summary"].rows()
    num, on = row["networks"], f"{row['examples']:,} {row['part']} examples"
    accuracy: Estimate | None = row["accuracy"]
    if accuracy is None:
        text = f"{'The network has' if num == 1 else f'{num} networks of different seeds have'} a mean loss of "
        evidence = Evidence("summary", ("loss", "examples"))
        return Statement(f"{text}{number(row['loss'])} on {on}.", (evidence,), "Another loss on these examples.")
    networks = "The network is" if num == 1 else f"On average, {num} networks of different seeds are"
    text = (
        f"{networks} right on {accuracy.value:.1%} of {on} (95% interval {accuracy.low:.1%} to {accuracy.high:.1%}); "
        f"always predicting the most frequent class is right on {row['chance']:.1%}."
    )
    evidence = Evidence("summary", ("accuracy", "chance"))
    return Statement(text, (evidence,), "Another accuracy on these examples.")


def _method(tables: Tables, method: str, head: str) -> Statement | None:
    """Name the layers that cost something by a method, and those that are not shown to."""
    costs = ranked(tables, method)
    if not costs:
        return None
    costing = [(layer, cost) for layer, cost in costs if cost.low > 0.0]
    idle = [layer for layer, _ in costs if layer not in dict(costing)]
    words = [
        _named(tables, layer, cost, is_first=not place) for place, (layer, cost) in enumerate(costing[:MOST_NAMED])
    ]
    more = len(costing) - MOST_NAMED
    listed = ", ".join(words) + (f" and {more} others less" if more > 0 else "")
    rest = f"; no cost is shown for {', '.join(idle)}" if idle else ""
    nothing = f"no layer is shown to cost anything: {_named(tables, *costs[0], is_first=True)}, which may be luck"
    text = f"{head} {f'{listed}{rest}' if costing else nothing}."
    return Statement(text, (Evidence(worths(tables), (method,)),), "Other costs of the layers named.")


def _named(tables: Tables, layer: str, cost: Estimate, *, is_first: bool) -> str:
    is_accuracy = worths(tables) == "accuracy_lost"
    verb = "costs" if is_accuracy else "raises the loss by"
    return f"{layer} {f'{verb} ' if is_first else ''}{word_cost(cost, is_accuracy=is_accuracy, has_unit=is_first)}"


def _only_path(tables: Tables) -> Statement | None:
    values = [cost.value for method in ("mean", "shuffle") for _, cost in ranked(tables, method)]
    if not values:
        return None
    if worths(tables) == "accuracy_lost":
        low, high = (f"{value:.1f}".replace("-", "−") for value in (min(values), max(values)))
        effect = f"costs {low} points" if low == high else f"costs {low} to {high} points"
    else:
        low, high = number(min(values)), number(max(values))
        effect = f"raises the loss by {low}" if low == high else f"raises the loss by {low} to {high}"
    return Statement(
        f"Setting any layer to its mean, or shuffling its output over the examples, {effect}: each layer lies on the "
        "only path from input to output. This shows that it is needed, and says nothing about what it does.",
        (Evidence(worths(tables), ("mean", "shuffle")),),
        "A layer whose cost lies outside this range.",
    )


def _blocks(tables: Tables) -> Statement | None:
    layers = tables["layers"]
    costs = [
        (row["layer"], row["mean"])
        for row in tables[worths(tables)].rows()
        if layers.cell(row["layer"], "is_inner") and row["mean"] is not None
    ]
    if not costs:
        return None
    costs.sort(key=lambda entry: -entry[1].value)
    words = [_named(tables, layer, cost, is_first=not place) for place, (layer, cost) in enumerate(costs[:MOST_NAMED])]
    return Statement(
        f"Within residual blocks, where a path leads past the layer, {', '.join(words)} when it is set to its mean.",
        (Evidence(worths(tables), ("mean",), tuple(layer for layer, _ in costs)),),
        "Other costs of the layers named.",
    )


def _channels(tables: Tables) -> Statement | None:
    rows = _several(list(tables["channels"].rows())) if "channels" in tables else []
    if not rows:
        return None
    is_accuracy = worths(tables) == "accuracy_lost"
    raising = sum(row["loss_gained"].low > 0.0 for row in rows)
    counts = f"{raising:,} raise the loss"
    if is_accuracy:
        counts = f"{sum(row['accuracy_lost'].low > 0.0 for row in rows):,} cost accuracy and {counts}"
    main = "accuracy_lost" if is_accuracy else "loss_gained"
    best = max(rows, key=lambda row: row[main].value)
    return Statement(
        f"Of {len(rows):,} single channels that are set to their mean, {counts} beyond luck; the most costly is "
        f"channel {best['channel']} of {best['layer']}, with {word_cost(best[main], is_accuracy=is_accuracy)}.",
        (Evidence("channels", ("accuracy_lost", "loss_gained") if is_accuracy else ("loss_gained",)),),
        "Another number of channels whose interval lies above 0.",
    )


def _several(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the channels of layers that have more than one."""
    layers = [row["layer"] for row in rows]
    return [row for row in rows if layers.count(row["layer"]) > 1]


def _price(tables: Tables) -> Statement | None:
    rows = [row for row in tables["layers"].rows() if not row["is_inner"]]
    if len(tables["layers"]) == 1:
        return None
    weights, work, time = (
        sum(row[name] for row in rows) for name in ("parameters", "multiply_adds", "milliseconds_per_1000")
    )
    slowest = max(rows, key=lambda row: row["milliseconds_per_1000"])
    text = f"{slowest['layer']} takes {slowest['milliseconds_per_1000'] / time:.0%} of the time of the layers"
    if work:
        text += f" and does {slowest['multiply_adds'] / work:.0%} of the multiply-adds"
    if weights:
        heaviest = max(rows, key=lambda row: row["parameters"])
        text += f"; {heaviest['layer']} has {heaviest['parameters'] / weights:.0%} of the weights"
    columns = ("milliseconds_per_1000", "multiply_adds", "parameters")
    return Statement(f"{text}.", (Evidence("layers", columns),), "Other shares of the layers' cost.")
