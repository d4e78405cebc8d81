"""What `landscape` says; it is given nothing but the tables."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from descentlab.core import PART_WORDS, Estimate
from descentlab.labs.landscape._tables import AS_THEY_ARE, MATCHED, RANDOM, SHARPEST, START
from descentlab.results import Evidence, State, Statement, Tables, Words, counted

NOTABLE = 0.01
"""A loss that is lower by less than this share is not called lower, nor a rise by less of the fall one to go round."""


def say(tables: Tables) -> Words:
    """Say whether a barrier stands between two networks, how the loss rises around one, and how training got there."""
    statements = [
        *(_between(tables) if "barriers" in tables else ()),
        *_lines(tables),
        *_sharpest(tables),
        _from_start(tables),
        *(_path(tables) if "path" in tables else ()),
    ]
    return Words(statements[0], tuple(statements[1:]))


def _shapes(tables: Tables, kind: str) -> list[Any]:
    return [row for row in tables["shapes"].rows() if row["kind"] == kind]


def _losses(tables: Tables, line: str) -> np.ndarray:
    """Return the training loss along a line."""
    is_there = [name == line for name in tables["lines"].column("line")]
    return np.asarray(tables["lines"].column("train_loss"), np.float64)[is_there]


def _lines(tables: Tables) -> Iterator[Statement]:
    rows = _shapes(tables, RANDOM)
    if not rows:
        return
    names = tuple(row["line"] for row in rows)
    here = float(tables["network"].cell("train", "loss"))
    yield _ends(tables, names, here)
    yield _convexity(rows, names)
    lower = [row for row in rows if row["lowest"] < here * (1.0 - NOTABLE)]
    if lower:
        best = min(lower, key=lambda row: row["lowest"])
        yield Statement(
            f"On {len(lower)} of {len(rows)} there is a lower loss beside the network, down to {best['lowest']:.3g} at "
            f"a step of {best['lowest_at']:g}: it is not at the bottom of every line.",
            (Evidence("shapes", ("lowest", "lowest_at"), names),),
            "Lines whose lowest loss is at the network.",
        )


def _ends(tables: Tables, names: tuple[str, ...], here: float) -> Statement:
    losses = [_losses(tables, name) for name in names]
    ends = np.array([loss[place] for loss in losses for place in (0, -1)])
    known = ends[np.isfinite(ends)]
    to = f"between {known.min():.3g} and {known.max():.3g}" if len(known) else "more than a number holds"
    span = tables["measurement"].value("span")
    where = "as far away as the weights are long" if span == 1.0 else f"{span:g} lengths of the weights away"
    return Statement(
        f"Along {counted(len(names), 'random direction')} the training loss goes from {here:.3g} to {to}, {where}.",
        (Evidence("lines", ("train_loss",), names), Evidence("network", ("loss",), ("train",))),
        "Other losses at the ends of the lines.",
    )


def _convexity(rows: list[Any], names: tuple[str, ...]) -> Statement:
    num, convex = len(rows), sum(bool(row["is_convex"]) for row in rows)
    state: State = "not shown" if convex == num else "holds"
    if convex == num:
        text = (
            "It looks convex along all of them, which lines as few as these cannot prove."
            if num > 1
            else "It looks convex along it, which one line cannot prove."
        )
    else:
        which = "all of them" if not convex and num > 1 else f"{num - convex} of them" if num > 1 else "it"
        text = f"Along {which} it bends down somewhere, so it is not convex."
    return Statement(text, (Evidence("shapes", ("is_convex",), names),), "A line that bends otherwise.", state)


def _sharpest(tables: Tables) -> Iterator[Statement]:
    sharpest = [row["curvature"] for row in _shapes(tables, SHARPEST)]
    rows = [row for row in _shapes(tables, RANDOM) if row["curvature"] is not None]
    if not sharpest or not rows:
        return
    (sharpness,), mean = sharpest, float(np.mean([row["curvature"] for row in rows]))
    text = f"Its curvature is {sharpness:.3g} in the sharpest direction, and {mean:.2g} along the random ones"
    is_hidden = mean > 0.0 and sharpness >= 2.0 * mean
    text += f" on average, {sharpness / mean:,.0f} times less: their pictures hide the sharpest." if is_hidden else (
        " on average."
    )  # fmt: skip
    yield Statement(text, (Evidence("shapes", ("curvature",)),), "Random directions that bend as much as the sharpest.")


def _from_start(tables: Tables) -> Statement:
    (shape,) = _shapes(tables, START)
    evidence = (Evidence("lines", ("train_loss",), (shape["line"],)), Evidence("shapes", ("rise",), (shape["line"],)))
    loss = _losses(tables, shape["line"])
    way = (
        f"On the straight line from the initial weights to the trained ones the training loss, {loss[0]:.3g} at first,"
    )
    known = loss[np.isfinite(loss)]
    if shape["is_monotone"] and loss[-1] < loss[0]:
        text = f"{way} never rises on its way down to {loss[-1]:.3g}."
    elif not loss[-1] < loss[0]:
        text = f"{way} comes to {loss[-1]:.3g}, which is no lower."
    elif shape["rise"] < NOTABLE * (loss[0] - loss[-1]):
        text = f"{way} falls to {loss[-1]:.3g}, but for a rise of {shape['rise']:.2g} on the way."
    else:
        top = f"at most to {known.max():.3g}; training went around that"
        text = f"{way} rises by up to {shape['rise']:.3g} on the way, {top}."
    return Statement(text, evidence, "Another loss on that line.")


def _path(tables: Tables) -> Iterator[Statement]:
    share, walks = tables["path_plane"].value("share"), tables["path_plane"].value("random_walks")
    first, second = tables["components"].column("share")[:2]
    text = (
        f"Two principal components hold {share:.1%} of the variance of training's path ({first:.1%} and {second:.1%}). "
        f"Random walks with steps of the same lengths have {walks.value:.1%} ({walks.low:.1%} to {walks.high:.1%})"
    )
    state: State = "real"
    if share > walks.high:
        text += "; so most of that share is what chance gives, and the path is straighter than they are."
    elif share < walks.low:
        text += "; so the path is more bent than they are."
    else:
        text, state = f"{text}; so that share is what chance gives.", "not shown"
    evidence = Evidence("path_plane", ("share", "random_walks"))
    yield Statement(text, (evidence,), "Random walks with another share.", state)
    yield _off_plane(tables)


def _off_plane(tables: Tables) -> Statement:
    columns = ("distance_off", "distance_from_end", "loss", "loss_of_shadow")
    off, away, loss, shadow = (np.asarray(tables["path"].column(name), np.float64) for name in columns)
    is_known = np.isfinite(loss) & np.isfinite(shadow) & (loss > 0.0) & (shadow > 0.0)
    words = ""
    if is_known.any():
        ratio = float(np.exp(np.max(np.abs(np.log(loss[is_known] / shadow[is_known])))))
        words = f", where the loss differs from that on the path by up to a factor of {ratio:.3g}"
    return Statement(
        f"The path leaves its plane by up to {off.max() / away.max():.1%} of the way from start to end{words}.",
        (Evidence("path", ("distance_off", "loss")),),
        "A path that stays in the plane.",
    )


def _between(tables: Tables) -> Iterator[Statement]:
    rows = list(tables["barriers"].rows())
    first, second = (tables["measurement"].value(name) for name in ("first", "second"))
    for place, row in enumerate(row for row in rows if row["units"] == AS_THEY_ARE):
        way = "There" if place else f"On the straight line from {first} to {second}"
        yield _difference(f"{way} {_barrier_words(row)}.", row)
    if tables["measurement"].value("num_units") == 0:
        yield Statement(
            "The order of hidden units is arbitrary, and may be what stands between the two; units are matched in "
            "networks of dense layers alone.",
            (Evidence("measurement", ("num_units",)),),
            "Hidden units that were matched.",
            "not checkable",
        )
    for row in rows:
        if row["units"] == MATCHED and row["part"] == "train":
            yield _difference(_matched_words(tables, row), row)


def _difference(text: str, row: Any) -> Statement:
    return Statement(
        text,
        (Evidence("barriers", ("height", "is_real"), (row["barrier"],)),),
        "A loss on that line that is nowhere, or otherwise, above the line between its ends.",
        "real" if row["is_real"] else "not shown",
    )


def _barrier_words(row: Any) -> str:
    word, height = f"the {PART_WORDS[row['part']]} loss", row["height"]
    if not math.isfinite(height.value):
        return f"{word} becomes too large for a number"
    if height.value == 0.0:
        return f"{word} is nowhere above the line between its ends: no barrier"
    over = f"{height.value:.3g} above the line between its ends"
    to = f"{word} rises to {row['loss']:.3g}" + ("" if row["at"] is None else f" at {row['at']:g}")
    if math.isnan(height.low):
        return f"{to}, {over}"
    interval = f"95% interval over {row['examples']:,} examples {height.low:.3g} to {height.high:.3g}"
    if not row["is_real"]:
        return f"{word} rises {over} at most ({interval}): no barrier that can be distinguished from none"
    drop = row["accuracy_drop"] or 0.0
    fall = f"; accuracy falls by up to {100.0 * drop:.1f} points below theirs" if drop > 0.0 else ""
    return f"{to}, a barrier of {over} ({interval}){fall}"


def _matched_words(tables: Tables, row: Any) -> str:
    facts = tables["measurement"]
    text = (
        f"With the hidden units of {facts.value('second')} put in the order nearest to the first network's "
        f"({facts.value('num_moved')} of {facts.value('num_units')} moved), which changes nothing of what it computes, "
    )
    before: Estimate = tables["barriers"].cell(f"{AS_THEY_ARE}, {PART_WORDS['train']}", "height")
    after: Estimate = row["height"]
    if after.value == 0.0:
        return f"{text}the training loss is nowhere above the line between its ends."
    interval = "" if math.isnan(after.low) else f" ({after.low:.3g} to {after.high:.3g})"
    if not row["is_real"]:
        over = f"{after.value:.3g} above the line between its ends{interval}"
        return f"{text}the loss is at most {over}: no barrier is left."
    share = after.value / before.value if before.value > 0.0 else np.inf
    beside = f", {share:.0%} of what it was" if np.isfinite(share) else ""
    return f"{text}the barrier of the training loss is {after.value:.3g}{interval}{beside}."
