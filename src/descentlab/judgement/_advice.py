"""The outcomes of a training in sentences, and what would show more; a change that was not tried says so."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from descentlab.judgement._outcomes import Judgement, Outcome, count_outcomes

TITLES: Mapping[Outcome, str] = {
    "too short to tell": "Too short to tell",
    "diverged": "Diverged",
    "dead units": "Dead units",
    "saturated units": "Saturated units",
    "oscillating": "Oscillating",
    "improving": "Still improving when training stopped",
    "not learning": "Not learning",
    "converged": "Converged",
    "not checkable": "Not checkable",
}
"""How a sentence begins."""

BLANK_PICTURES = (
    "Most of the training pictures are blank or nearly so, as the network reads them, so there is next to nothing to "
    "learn: look at the files and at the scale of their pixels first (files of 16 bits: `--set data.depth=12`)."
)
"""What is said instead of an outcome, so that nobody looks for another rate."""


def describe_training(
    judgements: Sequence[Judgement],
    stopped_early: Sequence[bool],
    *,
    num_epochs: int,
    learning_rate: float | None = None,
    is_perfect: bool = False,
    member_word: str = "seeds",
) -> tuple[str, ...]:
    """Say what became of a training, by the judgements on its members.

    Args:
        judgements: Judgement on each member, one a seed.
        stopped_early: Whether early stopping ended each member.
        num_epochs: Number of epochs of the longest training.
        learning_rate: Learning rate of the training, from which that of a test of the outcome is computed.
        is_perfect: Whether each member makes no mistake, so that nothing needs to be changed.
        member_word: What the members differ in: "seeds" or "folds".

    Returns:
        Sentences, each complete in itself.
    """
    sentences = []
    ends = [judgement.lowest_at for judgement, stopped in zip(judgements, stopped_early, strict=True) if stopped]
    if ends:
        which = _how_many(len(ends), len(judgements), member_word)
        sentences.append(
            f"Early stopping ended {which} when the validation loss no longer fell; "
            f"the weights kept are those of epoch {int(np.median(ends))}{' in the median' if len(ends) > 1 else ''}."
        )
    going_on = [
        judgement
        for judgement, stopped in zip(judgements, stopped_early, strict=True)
        if not (stopped and judgement.outcome == "converged")
    ]
    if not going_on:
        return tuple(sentences)
    counts = count_outcomes([judgement.outcome for judgement in going_on])
    common = max(going_on, key=lambda judgement: counts[judgement.outcome])
    advice = "" if is_perfect else _test_of(common, num_epochs, learning_rate)
    sentences.append(f"{_lead(common, counts, len(judgements), member_word)}: {common.evidence}.{advice}")
    if counts.get("diverged") and common.outcome != "diverged":
        diverged = next(judgement for judgement in going_on if judgement.outcome == "diverged")
        words = f"Diverged: {_how_many(counts['diverged'], len(judgements), member_word)}; {diverged.evidence}."
        sentences.append(words + _test_of(diverged, num_epochs, learning_rate))
    if not is_perfect:
        sentences += _describe_fit(going_on, member_word)
    return tuple(sentences)


def describe_ascent(train_loss: Float[np.ndarray, "members points"]) -> str:
    """Say how far a reversed gradient has taken the loss, in the median over the members."""
    first = float(np.median(train_loss[:, 0]))
    last = [row[np.isfinite(row)][-1] for row in train_loss if np.isfinite(row).any()]
    how = f"from {first:.4g} to {float(np.median(last)):.4g}" if last else "beyond all numbers"
    return (
        "The gradient is reversed (`optimizer.maximize`): each step goes up the loss, and training took the loss of "
        f"{_how_many(len(train_loss), len(train_loss))} {how}."
    )


def _lead(common: Judgement, counts: Mapping[Outcome, int], num: int, word: str) -> str:
    """Begin the sentence on the most frequent outcome, with the others beside it."""
    title = TITLES[common.outcome]
    if num == 1:
        return title
    others = ", ".join(f"{count} {name}" for name, count in counts.items() if name != common.outcome)
    beside = f" ({others})" if others else ""
    return f"{title}, {counts[common.outcome]} of {num} {word}{beside}. The first of them"


def _test_of(judgement: Judgement, num_epochs: int, rate: float | None) -> str:
    """Name the change that would test the outcome, which nobody has tried yet."""
    match judgement.outcome:
        case "diverged":
            return f" Whether the learning rate is too high, a tenth of it{_rate(rate, 0.1)} would show; not tried."
        case "oscillating":
            return f" Whether the steps are too long, a third of the learning rate{_rate(rate, 1 / 3)} would show; " \
                   "not tried."  # fmt: skip
        case "dead units" | "saturated units":
            return f" Whether long steps did that, a tenth of the learning rate{_rate(rate, 0.1)} would show; " \
                   "not tried."  # fmt: skip
        case "improving" if judgement.fit != "over-fitting":
            return f" How much further it falls, more epochs (`--set epochs={2 * num_epochs}`) would show; not tried."
        case "not learning":
            return " No change that might help was tried."
        case _:
            return ""


def _describe_fit(judgements: Sequence[Judgement], word: str) -> list[str]:
    """Say how most members fit, where that needs to be known."""
    fits = [judgement.fit for judgement in judgements]
    over = [judgement for judgement in judgements if judgement.fit == "over-fitting"]
    if 2 * len(over) > len(fits):
        which = "" if len(fits) == 1 else f", {len(over)} of {len(fits)} {word}. The first of them"
        return [
            f"Over-fitting{which}: {over[0].fit_evidence}. Early stopping (`--set early_stopping.patience=10`) would "
            "keep the weights of the lowest validation loss; not tried."
        ]
    under = [each for each in judgements if each.fit == "under-fitting" and each.outcome == "converged"]
    if 2 * len(under) > len(fits):
        which = "" if len(fits) == 1 else f", {len(under)} of {len(fits)} {word}. The first of them"
        return [f"Under-fitting{which}: {under[0].fit_evidence}. A larger network was not tried."]
    return []


def _rate(rate: float | None, factor: float) -> str:
    return f" (`--set optimizer.learning_rate={float(f'{rate * factor:.0e}'):g}`)" if rate else ""


def _how_many(count: int, num: int, word: str = "seeds") -> str:
    return "the network" if num == 1 else f"{count} of {num} {word}"
