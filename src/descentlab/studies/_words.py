"""Statements on the settings of a study, derived from its tables alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from descentlab.core import PART_WORDS, Estimate
from descentlab.results import Evidence, Statement, Tables
from descentlab.studies._summary import word_value
from descentlab.studies._tables import OUTCOME_COLUMNS

FEWEST_SEEDS = 6
MOST_NAMED = 4
OUTCOME_WORDS = {
    "too short to tell": "were trained too briefly to tell",
    "diverged": "diverged",
    "dead units": "had dead units (zero for every example, with hardly a gradient left)",
    "saturated units": "had saturated units (the same answer to every example, with hardly a gradient left)",
    "oscillating": "oscillated without settling",
    "improving": "were still improving when training stopped",
    "not learning": "did not learn, and are no better than one answer for all",
    "converged": "converged",
    "not checkable": "were not checkable, as a symptom was not recorded",
}
FIT_WORDS = {
    "over-fitting": "over-fitting: the held-out loss rose from its lowest while the training loss fell on, or is no "
    "better than one constant answer's",
    "under-fitting": "under-fitting: the training loss itself stayed high",
    "good": "neither over-fitting nor under-fitting",
}


def state_best(tables: Tables) -> Statement:
    """Say which setting is best."""
    summary, evidence = tables["summary"], (Evidence("summary", ("best", "loss")),)
    best, count, seeds = (summary.value(name) for name in ("best", "settings", "seeds"))
    if best is None:
        return state_none(tables, "No setting can be called the best")
    part = PART_WORDS.get(summary.value("judged_on"), summary.value("judged_on"))
    over = "from one seed" if seeds == 1 else f"over {seeds} seeds"
    loss = f"its mean {part} loss {over} is {_digits(summary.value('loss'))}"
    if count == 1:
        return Statement(f"{best} was tried alone: {loss}.", evidence, "Another mean loss.")
    text = f"The best of the {count} settings tried is {best}: {loss}, the lowest."
    return Statement(text, evidence, "Another setting with a lower mean loss.")


def state_none(tables: Tables, lead: str) -> Statement:
    """Say that each setting diverged."""
    diverged = tables["settings"].column("diverged")
    text = (
        f"{lead}: in {sum(count > 0 for count in diverged)} of the {len(diverged)} settings at least one network "
        "diverged. Try lower learning rates."
    )
    return Statement(text, (Evidence("settings", ("diverged",)),), "A setting in which no network diverged.")


def state_rest(tables: Tables) -> tuple[Statement, ...]:
    """Say how sure the best setting is, what happens below and above it, and how well it fits."""
    statements = (
        _fresh(tables),
        _luck(tables),
        _next(tables),
        _end(tables),
        *(_sides(tables) if _values(tables) is not None else (_counts(tables),)),
        _fit(tables),
    )
    return tuple(statement for statement in statements if statement is not None)


def _fresh(tables: Tables) -> Statement | None:
    loss, fresh = (tables["summary"].value(name) for name in ("loss", "loss_on_fresh_seeds"))
    if loss is None or fresh is None or not abs(fresh - loss) > 0.01 * abs(loss):
        return None
    return Statement(
        f"On seeds that did not choose it, its loss is {_digits(fresh)}: the lowest of several owes a little to luck.",
        (Evidence("summary", ("loss", "loss_on_fresh_seeds")),),
        "The same loss on seeds that did not choose it.",
    )


def _luck(tables: Tables) -> Statement | None:
    summary, comparison = tables["summary"], tables["comparison"]
    if summary.value("best") is None:
        return None
    if summary.value("seeds") == 1:
        text = "One seed cannot tell whether that is luck: use --seeds 10."
        return Statement(text, (Evidence("summary", ("seeds",)),), "More than one seed.")
    if not len(comparison):
        return None
    likely = [row["setting"] for row in comparison.rows() if row["is_likely"]]
    text = "Other seeds would hardly have chosen another one: none comes out best in 2.5% of the draws of these seeds."
    if likely:
        more = f" and {len(likely) - MOST_NAMED} more" if len(likely) > MOST_NAMED else ""
        text = f"Other seeds might have chosen {'; '.join(likely[:MOST_NAMED])}{more}."
    evidence = (Evidence("comparison", ("is_likely",)),)
    return Statement(text, evidence, "Other settings that come out best in 2.5% or more of the draws of these seeds.")


def _next(tables: Tables) -> Statement | None:
    seeds, comparison = tables["summary"].value("seeds"), tables["comparison"]
    second = next((row for row in comparison.rows() if row["is_next"]), None)
    if second is None or seeds == 1:
        return None
    text = (
        f"The next best, {second['setting']}, is worse by {word_difference(second['worse_by'])}, and on "
        f"{second['worse_on']} of {seeds} seeds: {word_reality(second, len(comparison))}."
    )
    if seeds < FEWEST_SEEDS and not second["is_real"]:
        text += f" Fewer than {FEWEST_SEEDS} seeds can never show one."
    return Statement(
        text,
        (Evidence("comparison", ("worse_by", "p_value", "is_real"), (second["setting"],)),),
        "A p of 5% or more where it is called real, below 5% where it may be luck.",
        "real" if second["is_real"] else "not shown",
    )


def word_difference(difference: Estimate) -> str:
    """Write a mean difference, with its interval if there is one."""
    known = np.isfinite(difference.low)
    interval = f" (95% interval {difference.low:.3g} to {difference.high:.3g})" if known else ""
    return f"{difference.value:.3g} on average{interval}".replace("-", "−")


def word_reality(row: Any, num_comparisons: int) -> str:
    """Say whether a difference is real, and that its p-value was corrected, as its interval was not.

    Example:
        >>> word_reality({"is_real": False, "p_value": 0.0625}, 8)
        'it may be luck (p = 0.062, corrected for 8 comparisons)'
    """
    corrected = f", corrected for {num_comparisons} comparisons" if num_comparisons > 1 else ""
    return f"{'a real difference' if row['is_real'] else 'it may be luck'} (p = {row['p_value']:.2g}{corrected})"


def _values(tables: Tables) -> np.ndarray | None:
    """Return the value of each setting, if one number was varied and there is a best setting."""
    settings, best, varied = tables["settings"], tables["summary"].value("best"), tables["summary"].value("varied")
    if best not in settings.values[0] or varied not in settings:
        return None
    values = list(settings.column(varied))
    return None if any(isinstance(value, str) for value in values) else np.array(values, np.float64)


def _best_value(tables: Tables) -> float:
    return float(tables["settings"].cell(tables["summary"].value("best"), tables["summary"].value("varied")))


def _end(tables: Tables) -> Statement | None:
    values = _values(tables)
    if values is None or len(values) < 3:
        return None
    best, varied = _best_value(tables), tables["summary"].value("varied")
    if best not in (values.min(), values.max()):
        return None
    end = "lowest" if best == values.min() else "highest"
    text = f"It is the {end} value tried, so a better one may lie beyond: widen the range."
    return Statement(text, (Evidence("settings", (varied,)),), "A value tried on either side of it.")


def _sides(tables: Tables) -> Iterable[Statement]:
    settings, summary = tables["settings"], tables["summary"]
    low, high = summary.value("stable_from"), summary.value("stable_to")
    if low is not None:
        span = f"from {word_value(low)} to {word_value(high)}" if low < high else f"at {word_value(low)} alone"
        text = f"Training was stable {span}."
        yield Statement(text, (Evidence("summary", ("stable_from", "stable_to")),), "An unstable setting in between.")
    values, best = _values(tables), _best_value(tables)
    assert values is not None
    for side, places, signs in (
        ("low", np.flatnonzero(values < best), ("not_learning", "improving")),
        ("high", np.flatnonzero(values > best), ("not_learning",)),
    ):
        bad = [place for place in places.tolist() if _is_bad(tables, place, signs)]
        if bad:
            yield _failing(tables, side, values[bad], bad)
    if values.max() > best and not any(settings.column("diverged")):
        text = "No loss overflowed: what fails at the high end fails in another way."
        yield Statement(text, (Evidence("settings", ("diverged",)),), "A network that diverged.")


def _is_bad(tables: Tables, place: int, signs: Sequence[str]) -> bool:
    settings = tables["settings"]
    share = sum(settings.column(name)[place] for name in signs) / tables["summary"].value("seeds")
    return not settings.column("is_stable")[place] or share > 0.5


def _failing(tables: Tables, side: str, values: np.ndarray, places: Sequence[int]) -> Statement:
    """Say what goes wrong on one side of the best setting."""
    settings, varied = tables["settings"], tables["summary"].value("varied")
    span = word_value(values.min()) + (f" to {word_value(values.max())}" if values.min() < values.max() else "")
    total = len(places) * tables["summary"].value("seeds")
    counts = _count_words(tables, places)
    words = f"of {total} networks {counts}" if total > 1 else f"the network {counts.removeprefix('1 ')}"
    evidence = Evidence("settings", tuple(OUTCOME_COLUMNS), tuple(settings.values[0][place] for place in places))
    return Statement(
        f"Too {side} ({varied} {span}): {words}.",
        (evidence,),
        "Most of these networks training as well as those of the best setting.",
    )


def _count_words(tables: Tables, places: Sequence[int]) -> str:
    settings = tables["settings"]
    counts = Counter(
        {outcome: sum(settings.column(name)[place] for place in places) for name, outcome in OUTCOME_COLUMNS.items()}
    )
    return ", ".join(word_outcome(outcome, count) for outcome, count in counts.most_common() if count)


def word_outcome(outcome: str, count: int) -> str:
    """Say of how many networks an outcome is, as "4 were still improving ..." or "1 was still improving ..."."""
    words = OUTCOME_WORDS[outcome]
    return f"{count} {words if count > 1 else words.replace('were ', 'was ').replace('and are', 'and is')}"


def _counts(tables: Tables) -> Statement:
    words = _count_words(tables, range(len(tables["settings"])))
    return Statement(
        f"Of {tables['summary'].value('networks')} networks {words}.",
        (Evidence("settings", tuple(OUTCOME_COLUMNS)),),
        "Other curves, and so other outcomes.",
    )


def _fit(tables: Tables) -> Statement | None:
    if "fits" not in tables:
        return None
    fits, seeds = tables["fits"], tables["summary"].value("seeds")
    fit, count = fits.column("fit")[0], fits.column("networks")[0]
    if fit not in FIT_WORDS:
        return None
    which = "the network was" if seeds == 1 else f"{count} of {seeds} networks were"
    return Statement(
        f"At the best setting {which} {FIT_WORDS[fit]}.",
        (Evidence("fits", ("fit", "networks")),),
        "Curves of the training loss and the held-out loss that part, or that both stay high.",
    )


def _digits(value: float) -> str:
    return f"{value:.4g}"
