"""What `transfer` says; it is given nothing but the tables."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from descentlab.core import Estimate
from descentlab.labs.transfer._tables import PAIRS, column_of, name_pair
from descentlab.labs.transfer.measure import WAYS, Way
from descentlab.results import Evidence, State, Statement, Tables, Words, counted

NAMES: dict[Way, str] = {
    "frozen": "frozen features",
    "fine-tuned": "fine-tuning",
    "fresh": "training afresh",
    "raw pixels": "raw pixels",
}
CARRIED: tuple[Way, ...] = ("frozen", "fine-tuned")
"""The ways that take over what the network has learned."""
USUAL = 10
FEWEST_DRAWS = 6
"""Fewer draws can show no difference at 5%, whatever it is."""

Rows = Sequence[Mapping[str, Any]]


def say(tables: Tables) -> Words:
    """Say whether learning carries over: then the accuracies, what is real, and what examples are worth."""
    pairs = [_pair(tables, first, second) for first, second in PAIRS]
    as_it_is = () if tables["summary"].value("as_it_is") is None else (_as_it_is(tables),)
    worths = [_worth(tables, way) for way in CARRIED]
    return Words(_answer(tables), (_accuracies(tables), *pairs, *worths, *as_it_is))


def _sizes(tables: Tables) -> list[int]:
    return [int(size) for size in tables["accuracy"].column("examples_per_class")]


def _shown(tables: Tables) -> int:
    """Choose the number of examples that single sentences are about: 10, or the middle one."""
    sizes = _sizes(tables)
    return USUAL if USUAL in sizes else sizes[len(sizes) // 2]


def _interval(value: Estimate) -> str:
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def _rows(tables: Tables, first: Way, second: Way) -> Rows:
    return [row for row in tables["differences"].rows() if row["difference"] == name_pair(first, second)]


def _real(rows: Rows, sign: float) -> Rows:
    return [row for row in rows if row["is_real"] and row["gain"].value * sign > 0.0]


def _answer(tables: Tables) -> Statement:
    """Answer whether what the network has learned helps with the other pictures."""
    network, target, draws = (tables["summary"].value(name) for name in ("network", "target", "draws"))
    rows = {way: _rows(tables, way, "fresh") for way in CARRIED}
    better: dict[Way, Rows] = {way: _real(rows[way], 1.0) for way in CARRIED if _real(rows[way], 1.0)}
    worse: dict[Way, Rows] = {way: _real(rows[way], -1.0) for way in CARRIED if _real(rows[way], -1.0)}
    head = f"What {network} has learned"
    if draws < FEWEST_DRAWS:
        text = (
            f"Whether what {network} has learned helps to learn {target} cannot be shown with {counted(draws, 'draw')}."
        )
    elif better:
        against = f", but less accurate are {_with(worse)}" if worse else ""
        text = (
            f"{head} helps to learn {target} from few examples: more accurate than training afresh are {_with(better)}"
            f"{against}."
        )
    elif worse:
        text = f"{head} does not help to learn {target}: less accurate than training afresh are {_with(worse)}."
    else:
        text = f"{head} is not shown to help to learn {target}, nor to be in the way of it."
    state: State = "real" if draws >= FEWEST_DRAWS and (better or worse) else "not shown"
    names = tuple(name_pair(way, "fresh") for way in CARRIED)
    evidence = (Evidence("differences", ("gain", "is_real"), names), Evidence("summary", ("draws",)))
    return Statement(text, evidence, "Other draws on which other differences are real.", state)


def _with(real: Mapping[Way, Rows]) -> str:
    return ", and ".join(f"{NAMES[way]} with {_listed(rows)}" for way, rows in real.items())


def _accuracies(tables: Tables) -> Statement:
    size, target = _shown(tables), tables["summary"].value("target")
    cells = [(NAMES[way], tables["accuracy"].cell(size, column_of(way))) for way in WAYS]
    *first, last = [f"{_interval(value)} with {name}" for name, value in cells]
    chance = tables["summary"].value("chance").value
    columns = tuple(column_of(way) for way in WAYS)
    return Statement(
        f"With {counted(size, 'example')} of each class, the accuracy on {target} is {', '.join(first)} and {last}; "
        f"always predicting the most frequent class gives {chance:.3f}.",
        (Evidence("accuracy", columns, (size,)), Evidence("summary", ("chance",))),
        "Other mean accuracies on other draws.",
    )


def _pair(tables: Tables, first: Way, second: Way) -> Statement:
    rows = _rows(tables, first, second)
    subject, other = NAMES[first].capitalize(), NAMES[second]
    verb = "are" if subject.endswith("s") else "is"
    better, worse = _real(rows, 1.0), _real(rows, -1.0)
    state: State = "not shown"
    if tables["summary"].value("draws") < FEWEST_DRAWS:
        gaps = ", ".join(f"{_signed(row['gain'].value)} with {row['examples_per_class']}" for row in rows)
        text = (
            f"{subject} less {other}: {gaps.replace('-', '−')}; fewer than {FEWEST_DRAWS} draws cannot show that this "
        )
        text += "is not luck."
    elif better or worse:
        parts = [f"better than {other} with {_listed(better)} ({_range(better)})"] if better else []
        if worse:
            parts.append(f"worse {'' if better else f'than {other} '}with {_listed(worse)} ({_range(worse)})")
        rest = "; with the others it may be luck" if len(rows) > len(better) + len(worse) else ""
        text, state = f"{subject} {verb} {' and '.join(parts)}{rest}.", "real"
    else:
        widest = max(rows, key=lambda row: abs(row["gain"].value))
        text = (
            f"{subject} {verb} not shown to be better or worse than {other} with any number of examples; the largest "
            f"difference is {_signed(widest['gain'].value)}, with {widest['examples_per_class']} of each class."
        )
    evidence = Evidence("differences", ("gain", "is_real"), (name_pair(first, second),))
    return Statement(text, (evidence,), "Other draws on which other differences are real.", state)


def _listed(rows: Rows) -> str:
    words = [f"{row['examples_per_class']:,}" for row in rows]
    joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{joined} example{'' if words[-1] == '1' else 's'} of each class"


def _signed(gain: float) -> str:
    return f"{gain:+.3f}".replace("-", "−")


def _range(rows: Rows) -> str:
    gaps = sorted(abs(row["gain"].value) for row in rows)
    low, high = f"{gaps[0]:.3f}", f"{gaps[-1]:.3f}"
    return f"by {low}" if low == high else f"by {low} to {high}"


def _worth(tables: Tables, way: Way) -> Statement:
    size, sizes, column = _shown(tables), _sizes(tables), column_of(way)
    value: Estimate = tables["worth"].cell(size, column)
    at, low, high = (_examples(sizes, part) for part in (value.value, value.low, value.high))
    ends = "" if low == high else f" (95% interval {low} to {high})"
    verb = "is" if way == "fine-tuned" else "are"
    return Statement(
        f"With {counted(size, 'example')} of each class, {NAMES[way]} {verb} as accurate as {NAMES['fresh']} with {at} "
        f"of each class{ends}.",
        (Evidence("worth", (column,), (size,)),),
        "Another number of examples at which training afresh is as accurate.",
    )


def _examples(sizes: Sequence[int], value: float) -> str:
    """Write how many examples something is worth; what lies beyond those tried is said so."""
    if math.isinf(value):
        return f"more than {sizes[-1]:,}"
    if value < sizes[0]:
        return f"fewer than {sizes[0]:,}"
    return f"{value:,.0f}" if value >= 10.0 else f"{value:.1f}"


def _as_it_is(tables: Tables) -> Statement:
    target, value = (tables["summary"].value(name) for name in ("target", "as_it_is"))
    return Statement(
        f"Without any example of {target}, the network as it is has an accuracy of {_interval(value)} on its pictures, "
        "whose classes have the same names.",
        (Evidence("summary", ("as_it_is",)),),
        "Another accuracy of the network on these pictures.",
    )
