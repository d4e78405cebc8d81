"""What `surface` says; it is given nothing but the tables."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.surface.measure import NEAR
from descentlab.results import Evidence, Statement, Tables, Words, number

VARIED = {
    "learning_rate": ("learning rate", "learning rates"),
    "momentum": ("momentum", "momenta"),
    "noise": ("size of noise", "sizes of noise"),
}
KINDS = {"minimum": "minimum", "kink": "kink (a minimum without a gradient)", "valley": "valley"}
ALL = 0.995
"""Share of the starts from which on nothing is left to gain."""
STUCK = "gradient descent gets stuck in local minima"


def say(tables: Tables) -> Words:
    """Say how many starts end in the lowest minimum, whether others are stuck, and what changes that."""
    if "minima" not in tables:
        return Words(_no_minimum(tables), (_ends(tables),))
    statements = [_minima(tables), _ends(tables), _stuck(tables)]
    statements += [_gain(tables, row) for row in tables["gains"].rows()] if "gains" in tables else []
    return Words(_answer(tables), (*statements, _restarts(tables), *_sharp(tables), *_limits(tables)))


def _no_minimum(tables: Tables) -> Statement:
    surface = tables["surface"]
    falls = (
        " It falls towards the edge, and may have no lowest value at all." if surface.value("is_lower_at_edge") else ""
    )
    return Statement(
        f"{surface.value('name')}: no minimum was found in the domain, so no descent can end in one.{falls}",
        (Evidence("surface", ("name", "is_lower_at_edge")),),
        "A point of the domain with nothing lower around it.",
    )


def _answer(tables: Tables) -> Statement:
    surface, descents = tables["surface"], tables["descents"]
    hits, local = descents.value("global").value, descents.value("local").value
    num, best = surface.value("minima"), surface.value("global_minima")
    goal = (
        "the only minimum" if num == 1
        else f"one of its {num:,} minima, which are all equally low," if num == best
        else "the lowest (global) minimum" if best == 1
        else f"one of its {best} lowest (global) minima"
    )  # fmt: skip
    parts = [f"On {surface.value('name')}, descent reaches {goal} {_from(hits)}"]
    parts += [f"from {_percent(local)} it ends in a higher minimum"] if local else []
    rest = 1.0 - hits - local
    parts += [f"{_percent(rest)} of the starts end in no minimum"] if rest > 1e-9 else []
    return Statement(
        f"{'; '.join(parts)}.",
        (Evidence("descents", ("global", "local")),),
        "Starts of another seed that end elsewhere, beyond what the interval allows.",
    )


def _from(share: float) -> str:
    if share in (0.0, 1.0):
        return "from every start" if share else "from none of the starts"
    return f"from {_percent(share)} of the starts"


def _minima(tables: Tables) -> Statement:
    surface, minima = tables["surface"], list(tables["minima"].rows())
    num, best = surface.value("minima"), surface.value("global_minima")
    lowest, loss = minima[0], number(minima[0]["level"], digits=4)
    what = f"{num:,} minima" if num > 1 else f"one {KINDS[lowest['kind']]}"
    if num > 1 and best == num:
        words = f"{what}, all equally low ({loss}): each of them is global"
    elif best > 1:
        words = f"{what}, of which {best} are equally low and global ({loss})"
    elif num > 1:
        kind = "" if lowest["kind"] == "minimum" else f", a {KINDS[lowest['kind']]},"
        words = f"{what}; the global one{kind} is at {lowest['at']}, at a loss of {loss}"
    else:
        words = f"{what}, at {lowest['at']}, at a loss of {loss}"
    return Statement(
        f"{surface.value('name')} has {words}.{_edge(tables)}",
        (Evidence("minima", ("level", "at")), Evidence("surface", ("is_lower_at_edge",))),
        "A minimum in the domain that the search has missed.",
    )


def _edge(tables: Tables) -> str:
    surface = tables["surface"]
    if not surface.value("is_lower_at_edge"):
        return ""
    return (
        f" The domain's edge is lower still ({number(surface.value('lowest_at_edge'), digits=4)}): 'global' "
        "means the lowest minimum in the domain, and the formula may have no lowest value at all."
    )


def _ends(tables: Tables) -> Statement:
    descents = tables["descents"]
    parts = [f"rate {descents.value('learning_rate'):g}"]
    parts += [f"{name} {descents.value(name):g}" for name in ("momentum", "noise") if descents.value(name)]
    ended = []
    if "minima" in tables:
        ended.append(f"{_share(descents.value('global'))} were in {_goal(tables)}")
    if descents.value("local").value:
        ended.append(f"{_percent(descents.value('local').value)} in a minimum that is not global")
    others = [row for row in tables["ends"].rows() if not row["is_minimum"]]
    ended += [f"{_percent(row['share'].value)} {row['end']}" for row in others]
    return Statement(
        f"Of {descents.value('starts'):,} starts, {_listed(ended)}, after {descents.value('steps'):,} steps at "
        f"{_listed(parts)}.",
        (Evidence("descents", ("global", "local", "starts")), Evidence("ends", ("share",))),
        "Other ends of the same starts.",
    )


def _goal(tables: Tables) -> str:
    return "the global minimum" if tables["surface"].value("global_minima") == 1 else "a global minimum"


def _stuck(tables: Tables) -> Statement:
    surface, local = tables["surface"], tables["descents"].value("local")
    num, state = surface.value("minima"), "does not hold"
    if num == 1:
        text = f"There is no second minimum, so '{STUCK}' cannot hold here: other starts are too slow or too fast."
    elif num == surface.value("global_minima"):
        text = f"No minimum is worse than another, so '{STUCK}' does not hold here: each will do."
    elif local.value == 0.0:
        text = f"No start ended in a minimum that is not global: '{STUCK}' does not hold at this setting."
    else:
        state = "holds"
        text = (
            f"'{STUCK.capitalize()}' holds here for {_share(local)} of the starts. That is about this surface; for a "
            "network, `descentlab curvature RUN --escape` shows it."
        )
    return Statement(
        text,
        (Evidence("descents", ("local",)), Evidence("surface", ("minima", "global_minima"))),
        "A minimum that is not global, and starts that end in it." if state != "holds" else "No start that ends there.",
        state,
    )


def _tried(tables: Tables, varied: str) -> list[Any]:
    return [row for row in tables["shares"].rows() if row["varied"] == varied]


def _gain(tables: Tables, row: Any) -> Statement:
    """Say whether another value of one number brings more starts to a global minimum."""
    word, words = VARIED[row["varied"]]
    rows, usual, best = _tried(tables, row["varied"]), row["usual"], row["best"]
    values, shares = [each[row["varied"]] for each in rows], [each["global"].value for each in rows]
    tried = f"of {len(rows)} {words} from {values[0]:g} to {values[-1]:g}"
    at_edge = f"at the largest, {values[-1]:g}, {_percent(shares[-1])}"
    goal, state = _goal(tables), "not shown"
    if tables["descents"].value("global").value >= ALL:
        holds = [value for value, share in zip(values, shares, strict=True) if value >= usual and share >= ALL]
        where = f"from {usual:g} to {max(holds):g}" if max(holds, default=usual) > usual else f"at {usual:g}"
        text = f"No other {word} can do better: {tried}, all starts end in {goal} {where}, and {at_edge}."
    elif best == usual:
        text = f"No other {word} did better: {tried}, {usual:g} is the best; {at_edge} ended in {goal}."
    else:
        has_helped = row["is_real"] and row["difference"].value > 0.0
        head, state = (f"Another {word} helps", "real") if has_helped else (f"No other {word} is shown to help", state)
        text = (
            f"{head}: {tried}, {best:g} {'helped most' if has_helped else 'seemed best'}: {_percent(row['share'])} "
            f"ended in {goal}, instead of {_percent(row['usual_share'])} at {usual:g} ({_points(row['difference'])}); "
            f"{at_edge}."
        )
    evidence = (
        Evidence("gains", ("share", "difference", "is_real"), (row["varied"],)),
        Evidence("shares", ("global",), tuple(each["setting"] for each in rows)),
    )
    return Statement(text, evidence, f"Other shares in {goal} at these {words}, from other starts.", state)


def _points(difference: Estimate) -> str:
    points = [round(100.0 * part, 1) + 0.0 for part in (difference.value, difference.low, difference.high)]
    return f"{points[0]:+.1f} points, {points[1]:.1f} to {points[2]:.1f}".replace("-", "−")


def _restarts(tables: Tables) -> Statement:
    descents, rows = tables["descents"], list(tables["restarts"].rows())
    hits, needed = descents.value("global"), descents.value("starts_for_95")
    most, num = rows[-1]["share"], rows[-1]["restarts"]
    if hits.value == 0.0:
        text = (
            "Starting again does not help at this setting: no start reached the global minimum, and with 95% certainty "
            f"fewer than {_percent(hits.high)} of all starts would."
        )
    elif needed.value <= 1:
        text = f"Starting again is not needed: {_share(hits)} of single starts reach {_goal(tables)}."
    else:
        span = "" if needed.low == needed.high else f" ({needed.low:,.0f} to {needed.high:,.0f})"
        text = (
            f"Starting again helps: the best of {num:,} starts is global with probability {_share(most)}; for 95% it "
            f"takes {needed.value:,.0f}{span} starts."
        )
    evidence = (Evidence("descents", ("global", "starts_for_95")), Evidence("restarts", ("share",)))
    return Statement(text, evidence, "Another share of single starts that reach it.")


def _sharp(tables: Tables) -> Iterator[Statement]:
    """Compare the rates that a sharp global minimum and the flattest other minimum allow."""
    rows = list(tables["minima"].rows())
    is_alone = tables["surface"].value("global_minima") == 1 and rows[0]["kind"] == "minimum"
    if "rate_limit" not in tables["minima"] or not is_alone:
        return
    lowest = rows[0]["rate_limit"]
    others = [row for row in rows[1:] if math.isfinite(row["rate_limit"])]
    flattest = max(others, key=lambda row: row["rate_limit"], default=None)
    if flattest is None or flattest["rate_limit"] < 1.02 * lowest:
        return
    highest = flattest["rate_limit"]
    text = (
        f"The global minimum is sharper than the one at {flattest['at']}: it can hold a start up to a rate of "
        f"{lowest:.4g}, the other up to {highest:.4g}."
    )
    between = [row for row in _tried(tables, "learning_rate") if lowest < row["learning_rate"] < highest]
    evidence = [Evidence("minima", ("rate_limit",))]
    if between:
        evidence.append(Evidence("shares", ("global", "local"), tuple(row["setting"] for row in between)))
        ended = [np.mean([row[name].value for row in between]) for name in ("global", "local")]
        rates = f"the {len(between)} rates" if len(between) > 1 else "the one rate"
        text += (
            f" At {rates} tried in between, {_percent(ended[0])} of the starts ended in the global minimum and "
            f"{_percent(ended[1])} in another"
        )
        text += ": too high a rate keeps descent out of sharp minima." if ended[0] < ended[1] else "."
    yield Statement(text, tuple(evidence), "Starts that settle in the global minimum above its limit.")


def _limits(tables: Tables) -> Iterator[Statement]:
    """Say whether any start ended in a minimum whose limit the rate exceeded."""
    if "rate_limit" not in tables["minima"]:
        return
    smooth = [row for row in tables["minima"].rows() if row["eigenvalues"] and math.isfinite(row["rate_limit"])]
    lowest = min((row["rate_limit"] for row in smooth), default=math.inf)
    num = sum(row["learning_rate"] > lowest for row in _tried(tables, "learning_rate"))
    if not num:
        return
    formula = "that of its momentum" if tables["descents"].value("momentum") else "2 / L"
    ended = sum(row["ended_above"] or 0 for row in smooth)
    what = (
        f"{ended:,} descents ended in it all the same, swinging by less than {NEAR:.1%} of the domain's width"
        if ended
        else f"no start ended in that minimum ({num} {'rate' if num == 1 else 'rates'})"
    )
    yield Statement(
        f"Where the rate exceeded a minimum's limit, {formula} with L its largest curvature, {what}.",
        (Evidence("minima", ("ended_above",), tuple(row["number"] for row in smooth)),),
        "A start that settles in a minimum above its limit.",
        "does not hold" if ended else "holds",
    )


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _percent(share: float | np.floating) -> str:
    return f"{100.0 * float(share):.1f}%"


def _share(share: Estimate) -> str:
    return f"{_percent(share.value)} ({100.0 * share.low:.1f} to {100.0 * share.high:.1f})"
