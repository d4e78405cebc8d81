"""What `importance` found, in sentences."""

from collections.abc import Callable

from descentlab.labs.importance._result import Importance, LayerSummary
from descentlab.labs.importance._retrain_words import describe_retraining, retraining_notes
from descentlab.labs.importance.measure import ChannelWorths, Method, Worth
from descentlab.results import number
from descentlab.workbench import Networks

MOST_NAMED = 4


def describe(found: Importance) -> tuple[str, ...]:
    """Say what the layers are worth: first what textbooks say of them, if networks were trained anew."""
    claims = () if found.retraining is None else describe_retraining(found.retraining)
    sentences = [*claims, _whole(found), *_weights(found), *_only_way(found), *_halves(found), *_channels(found)]
    sentences += [] if len(found.layers) == 1 else [_price(found)]
    return tuple(sentences)


def _whole(found: Importance) -> str:
    networks = "The network" if found.num_members == 1 else f"{found.num_members} networks of different seeds"
    on = f"on {found.num_examples:,} {found.part} examples"
    if found.accuracy is None:
        return f"{networks}: a loss of {number(found.loss)} {on}."
    one = found.accuracy
    over = "" if found.num_members == 1 else " on average"
    return (
        f"{networks}: {one.value:.1%} right{over} {on} (95% interval {one.low:.1%} to {one.high:.1%}), "
        f"where always the same class gets {found.chance:.1%}."
    )


def word_cost(worth: Worth, *, has_unit: bool = True) -> str:
    """Write what a change costs with its interval, as `12.3 points (11.0 to 13.6)`."""
    one = worth.main
    if worth.accuracy_lost is None:
        unit = " loss" if has_unit else ""
        return f"{number(one.value)}{unit} ({number(one.low)} to {number(one.high)})"
    value, low, high = (round(part, 1) + 0.0 for part in (one.value, one.low, one.high))
    unit = (" point" if value == 1.0 else " points") if has_unit else ""
    return f"{value:.1f}{unit} ({low:.1f} to {high:.1f})".replace("-", "−")


def _weights(found: Importance) -> list[str]:
    return [
        *_of_method(
            found, "initial", "What training gave a layer: with its weights brought back to where they started,"
        ),
        *_of_method(found, "fresh", "With other random weights in their place,"),
    ]


def _of_method(found: Importance, method: Method, head: str) -> list[str]:
    own = _ranked(found, method)
    if not own:
        return []
    costing = [one for one in own if one.worths[method].main.low > 0.0]
    idle = [one.row.name for one in own if one not in costing]
    words = [
        f"{one.row.name} costs {word_cost(one.worths[method], has_unit=place == 0)}"
        for place, one in enumerate(costing[:MOST_NAMED])
    ]
    more = len(costing) - MOST_NAMED
    told = ", ".join(words) + (f" and {more} others less" if more > 0 else "")
    if not told:
        return [f"{head} no layer costs anything that can be told from chance."]
    rest = f"; nothing that can be told from chance: {_names(idle)}" if idle else ""
    return [f"{head} {told}{rest}."]


def _names(names: list[str]) -> str:
    return ", ".join(names)


def _ranked(found: Importance, method: Method) -> list[LayerSummary]:
    own = [one for one in found.layers if method in one.worths and not one.is_inner]
    return sorted(own, key=lambda one: -one.worths[method].main.value)


def _only_way(found: Importance) -> list[str]:
    own = [one.worths[method].main.value for one in found.layers if not one.is_inner for method in ("mean", "shuffle")]
    inner = [one for one in found.layers if one.is_inner and "mean" in one.worths]
    told = []
    if own:
        low, high, unit = _span(found, own)
        told.append(
            f"Any layer set to its mean or shuffled over examples costs {low} to {high}{unit}: it is the only way from "
            "input to output, so that this says that it is needed and nothing of what it does."
        )
    if inner:
        inner.sort(key=lambda one: -one.worths["mean"].main.value)
        words = ", ".join(f"{one.row.name} costs {word_cost(one.worths['mean'])}" for one in inner[:MOST_NAMED])
        told.append(f"Within residual blocks, where there is a way past, a layer at its mean costs less: {words}.")
    return told


def _span(found: Importance, values: list[float]) -> tuple[str, str, str]:
    if found.accuracy is None:
        return number(min(values)), number(max(values)), " loss"
    low, high = (f"{value:.1f}".replace("-", "−") for value in (min(values), max(values)))
    return low, high, " points"


def _halves(found: Importance) -> list[str]:
    own = _ranked(found, "half")
    if not own:
        return []
    words = [
        f"{one.row.name} {word_cost(one.worths['half'], has_unit=place == 0)}"
        for place, one in enumerate(own[:MOST_NAMED])
    ]
    return [f"Half of its channels at their mean, drawn at random, cost {', '.join(words)}."]


def _channels(found: Importance) -> list[str]:
    own = [one for one in found.channels if len(one.channels) > 1]
    if not own:
        return []
    costing, raising = sum(one.num_costing for one in own), sum(one.num_raising for one in own)
    total = sum(len(one.channels) for one in own)
    key: Callable[[ChannelWorths], float] = lambda one: float(one.values.max())
    best = max(own, key=key)
    place = int(best.values.argmax())
    told = f"{raising:,} raise the loss by what can be told from chance"
    if found.accuracy is not None:
        told = f"{costing:,} cost accuracy that can be told from chance, and {raising:,} raise the loss likewise"
    return [
        f"Of {total:,} single channels at their mean {told}; the dearest is channel {int(best.channels[place])} of "
        f"{best.layer} at {word_cost(best.worths[place])}."
    ]


def _price(found: Importance) -> str:
    own = [one for one in found.layers if not one.is_inner]
    slowest = max(own, key=lambda one: one.milliseconds)
    total = sum(one.milliseconds for one in own)
    told = f"{slowest.row.name} takes {slowest.milliseconds / total:.0%} of the time of the layers"
    weights, work = sum(one.row.num_params for one in own), sum(one.row.multiply_adds for one in own)
    if work:
        told += f" and does {slowest.row.multiply_adds / work:.0%} of the multiply-adds"
    if weights:
        heaviest = max(own, key=lambda one: one.row.num_params)
        told += f"; {heaviest.row.name} has {heaviest.row.num_params / weights:.0%} of the weights"
    return told + "."


def notes_of(found: Importance, source: Networks) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    over = (
        f"Intervals are over {found.num_members} seeds (Student's t); channels are those of the first network."
        if found.num_members > 1
        else "Intervals are over examples, or over the draws where something is drawn (ten halves, five of weights). "
        "One network cannot tell how much another seed would differ: train with --seeds."
    )
    notes = [
        *source.notes,
        f"Measured on {found.num_examples:,} examples of the {found.part} part; means are taken of "
        f"{found.num_reference:,} training examples. --examples changes both.",
        over,
        "What is taken away is taken from a network that was trained with it. A network that never had it might do as "
        "well without.",
        "A layer's time is its way forward, compiled by itself; the whole network fuses layers and takes "
        f"{number(found.milliseconds)} ms for 1,000 examples.",
    ]
    many = [one for one in found.channels if len(one.channels) < one.num_channels]
    notes += [f"Of {one.layer}'s {one.num_channels:,} channels {len(one.channels)} are measured." for one in many]
    if source.network.start_statistics():
        notes.append(
            "Where batch norm lies behind changed weights, its statistics are measured anew on training examples, and "
            "the network is compared with itself after the same."
        )
    if found.part == "train":
        notes.append("There is no held-out part: the examples measured were trained on.")
    return tuple(notes) if found.retraining is None else (*notes, *retraining_notes(found.retraining))
