"""What `curvature` says; it is given nothing but the tables."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.curvature._tables import COMPARED
from descentlab.results import Evidence, State, Statement, Tables, Words, number
from descentlab.sharpness import NEAR, TINY, is_bent_down

LITTLE = 0.05
"""A loss that is lower by less than this share is not called better, however sure it is."""
FEWEST = 6
"""Fewest seeds with which a difference can be distinguished from chance."""
WITHIN = "within 1% of the weights' length"


def say(tables: Tables) -> Words:
    """Say how sharp the loss is beside its limit, where training stopped, and whether it was stuck."""
    rows = list(tables["rates"].rows())
    first = [_edge(tables)] if len(rows) > 1 else []
    statements = first + [statement for row in rows for statement in (_ending(row), *_moved(row))]
    if "surroundings" in tables and len(tables["surroundings"]) == 1:
        statements.append(_place(tables))
    if "escape" in tables:
        statements += _escape(tables)
    return Words(statements[0], tuple(statements[1:]))


def _is_at_edge(row: Any) -> bool:
    settled = row["settled_share"]
    return settled is not None and row["diverged_at"] is None and abs(settled - 1.0) <= NEAR


def _edge(tables: Tables) -> Statement:
    rows = list(tables["rates"].rows())
    at_edge = [f"{row['learning_rate']:g}" for row in rows if _is_at_edge(row)]
    if not at_edge:
        shares = [row["settled_share"] for row in rows if row["settled_share"] is not None]
        known = [share for share in shares if math.isfinite(share)]
        nearest = min(known, key=lambda share: abs(share - 1.0), default=None)
        words = "" if nearest is None else f"; the nearest settled at {share_words(nearest)} of it"
        text = f"At none of the {len(rows)} rates did the sharpness settle within 2% of its limit{words}."
    else:
        which = f"{len(at_edge)} of {len(rows)} rates ({', '.join(at_edge)})"
        which = f"all {len(rows)} rates" if len(at_edge) == len(rows) else which
        text = f"At {which} training settled at the edge of stability: its sharpness is within 2% of the limit."
    return Statement(
        text, (Evidence("rates", ("settled_share",)),), "A share of the limit, over the last epochs, that says other."
    )


def _ending(row: Any) -> Statement:
    """Say where the training at one rate ended, beside the limit of its rule."""
    rate = f"At a learning rate of {row['learning_rate']:g}"
    evidence = ("share", "settled_share")
    refuted_by = "Another sharpness, or another limit."
    if row["loss"] is None:
        text, evidence, refuted_by = f"{rate} the loss was never a number.", ("loss", "diverged_at"), "A finite loss."
    elif row["diverged_at"] is not None:
        text, evidence = f"{rate} training diverged at step {row['diverged_at']:,}{_began(row)}.", ("diverged_at",)
        refuted_by = "A training of the same seed and rate whose loss stays a number."
    elif math.isnan(row["share"]):
        text = f"{rate} the sharpness ended at {row['largest']:.4g}; how the rule divides its steps is not known there."
        evidence = ("largest",)
    else:
        text = f"{rate} training ended {_beside_limit(row)}"
    return Statement(text, (Evidence("rates", evidence, (row["learning_rate"],)),), refuted_by)


def _began(row: Any) -> str:
    share = row["first_share"]
    if math.isnan(share):
        return ""  # the rule had divided nothing yet
    return f"; its {_sharpness(row)} began at {share:.3g} of the limit {_limit_words(row['first_limit'])}"


def _sharpness(row: Any) -> str:
    return "sharpness (divided as the rule divides each step)" if "divided" in row else "sharpness"


def _beside_limit(row: Any) -> str:
    share, limit = row["share"], _limit_words(row["limit"])
    measured = row.get("divided", row["largest"])
    numbers = f"the {_sharpness(row)} is {measured:.4g}, {share_words(share)} of the limit {limit} above which"
    if _is_at_edge(row):
        return f"at the edge of stability: {numbers} steps overshoot."
    if share > 1.0 + NEAR:
        return f"above the limit of stability: {numbers} steps overshoot, so full-batch descent would leave that place."
    return f"{'below' if share <= 1.0 else 'at'} the limit of stability: {numbers} steps overshoot."


def _moved(row: Any) -> Iterator[Statement]:
    """Say so where training began above its limit and came to a flatter place."""
    if row["diverged_at"] is not None or row["loss"] is None or "divided" in row:
        return
    if not (row["first_share"] > 1.0 + NEAR >= row["settled_share"]):
        return
    then = (
        "a rate above the limit at the start is a warning, not a verdict"
        if row["loss"] < row["first_loss"]
        else "its loss is no lower than at the start, so it was thrown there, and flat is not good"
    )
    yield Statement(
        f"At a learning rate of {row['learning_rate']:g} the sharpness began at {row['first_share']:.3g} of the limit, "
        f"and training moved to a flatter place: {then}.",
        (Evidence("rates", ("first_share", "settled_share", "loss"), (row["learning_rate"],)),),
        "A sharpness below the limit at the start, or one above it at the end.",
    )


def share_words(share: float) -> str:
    """Write a share of the limit: with three decimals where it is near, else with three digits."""
    return f"{share:.3f}" if 0.1 <= abs(share) < 10.0 else f"{share:.3g}"


def _limit_words(limit: float) -> str:
    return f"{limit:,.0f}" if 1e4 <= limit < 1e6 else f"{limit:.4g}"


def _place(tables: Tables) -> Statement:
    rate = tables["surroundings"].column("learning_rate")[0]
    text = place_words(tables, rate)
    return Statement(
        text,
        (
            Evidence("surroundings", ("downhill", "bent", "rise"), (rate,)),
            Evidence("rates", ("gradient_norm", "smallest", "largest"), (rate,)),
        ),
        f"Steps {WITHIN} that change the loss otherwise.",
        "holds",
    )


def place_words(tables: Tables, rate: float) -> str:
    """Say at what kind of place the training at one rate ended, and what its loss does around it."""
    row = next(row for row in tables["rates"].rows() if row["learning_rate"] == rate)
    around = next(row for row in tables["surroundings"].rows() if row["learning_rate"] == rate)
    return (
        f"{_kind_words(row, around)} The gradient is {row['gradient_norm']:.3g} long; the Hessian's eigenvalues reach "
        f"from {number(row['smallest'])} (± {number(row['smallest_error'], digits=2)}) "
        f"to {number(row['largest'], digits=4)} (± {number(row['largest_error'], digits=2)})."
    )


def _kind_words(row: Any, around: Any) -> str:
    if row["place"] == "not stationary":
        return (
            f"It is not stationary: training was ended before it had come to rest. A step down the gradient {WITHIN} "
            f"still lowers the loss by {_percent(around['downhill'])}."
        )
    if row["place"] == "saddle":
        return (
            "It is a saddle: down the gradient next to nothing is left to gain, but in some direction the loss bends "
            f"down, and going there lowers it by {_percent(around['bent'])} {WITHIN}."
        )
    if row["place"] == "plateau":
        return f"It is a plateau: {WITHIN}, no direction that was tried changes the loss by a thousandth."
    if row["loss"] < TINY:
        return "It is a minimum of the whole: the loss is 0 to within rounding, and none is below 0."
    strictly = (
        " Strictly it is none: in some direction it bends down, by too little to gain a thousandth."
        if is_bent_down(row["smallest"], row["largest"])
        else ""
    )
    return (
        f"As far as these numbers show it is a minimum: {WITHIN}, neither the gradient nor the direction of the "
        f"smallest eigenvalue lowers the loss by a thousandth, and along the largest it rises.{strictly}"
    )


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g}%"


def _escape(tables: Tables) -> list[Statement]:
    """Say whether training was stuck, no more surely than the numbers allow."""
    losses = Evidence("escape", ("stop", "go_on", "noise", "restart"))
    if "escape_comparisons" not in tables:
        text = "It is not known whether training was stuck: no seed finished all four trainings."
        return [Statement(text, (losses,), "Losses of a seed that are all finite and above 0.", "not checkable")]
    noise = tables["measurement"].value("noise_scale")
    return [
        _verdict(tables),
        _comparison(
            tables, "go_on", "Training for as long again from where it stopped ended at {} times the loss of the stop."
        ),
        _comparison(
            tables,
            "noise",
            f"Noise of {noise:g} of the weights' size, added first, ended at {{}} times the loss of going on without.",
        ),
        _comparison(tables, "restart", "A fresh start, trained for as long, ended at {} times the loss of going on."),
        *_draws(tables),
        *_left_out(tables),
    ]


def _pairs(tables: Tables) -> dict[str, Any]:
    rows = {row["comparison"]: row for row in tables["escape_comparisons"].rows()}
    return {name: rows[words] for name, words in COMPARED.items()}


def _comparison(tables: Tables, name: str, sentence: str) -> Statement:
    pair = _pairs(tables)[name]
    ratio: Estimate = pair["ratio"]
    words = f"{ratio.value:.3g}"
    if not math.isnan(ratio.low):
        seeds = f"over {pair['num_seeds']} seeds"
        words += f" ({seeds}; 95% interval {ratio.low:.3g} to {ratio.high:.3g}, p = {pair['p_value']:.2g})"
    return Statement(
        sentence.format(words),
        (Evidence("escape_comparisons", ("ratio", "p_value", "is_real"), (COMPARED[name],)),),
        "Other seeds with another mean ratio.",
        "real" if pair["is_real"] else "not shown",
    )


def _verdict(tables: Tables) -> Statement:
    pairs = _pairs(tables)
    better = {name: pair["is_real"] and pair["ratio"].value < 1.0 - LITTLE for name, pair in pairs.items()}
    text, state = _judge(better, pairs["go_on"]["num_seeds"])
    return Statement(
        text,
        (Evidence("escape_comparisons", ("ratio", "is_real", "num_seeds")),),
        f"A loss that is lower by {LITTLE:.0%} or more, beyond chance, from another of the starts.",
        state,
    )


def _judge(better: dict[str, bool], num_seeds: int) -> tuple[str, State]:
    others = [words for name, words in (("noise", "noise"), ("restart", "a fresh start")) if better[name]]
    if num_seeds < FEWEST:
        text = f"With fewer than {FEWEST} seeds no difference can be distinguished from chance; use more by --seeds."
        return text, "not checkable"
    if others:
        after = (
            "Going on lowered it too, so it was not held fast, but slow or on a worse course."
            if better["go_on"]
            else "Going on did not lower it: this much speaks for having been stuck there. In what kind of place, the "
            "curvature shows, not this test."
        )
        return f"On average {' and '.join(others)} reached a lower loss than going on. {after}", "real"
    if better["go_on"]:
        text = "It was not stuck: it had not finished. Neither noise nor a fresh start did better than simply going on."
        return text, "real"
    return (
        "Neither going on nor noise nor a fresh start reached a lower loss, as far as these seeds show: nothing here "
        "speaks for a bad local minimum.",
        "not shown",
    )


def _known(tables: Tables) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which seeds are compared, and their losses of going on and of a fresh start."""
    columns = ("stop", "go_on", "noise", "restart")
    losses = np.array([np.asarray(tables["escape"].column(name), np.float64) for name in columns])
    is_known = np.all(np.isfinite(losses) & (losses > 0.0), axis=0)
    return is_known, losses[1, is_known], losses[3, is_known]


def _draws(tables: Tables) -> Iterator[Statement]:
    _, going, fresh = _known(tables)
    below, above = int((fresh < 0.5 * going).sum()), int((fresh > 2.0 * going).sum())
    if below:
        yield Statement(
            f"Single draws differ: on {below} of {len(going)} seeds a fresh start ended at less than half the loss of "
            f"going on, on {above} at more than twice.",
            (Evidence("escape", ("restart",)),),
            "Fresh starts that end near the loss of going on.",
        )


def _left_out(tables: Tables) -> Iterator[Statement]:
    is_known, _, _ = _known(tables)
    missing = int((~is_known).sum())
    if missing:
        yield Statement(
            f"{missing} of {len(is_known)} seeds are left out, since one of their trainings diverged.",
            (Evidence("escape", ("stop", "go_on", "noise", "restart")),),
            "Losses that are all finite and above 0.",
        )
