"""What `errors` says; it is given nothing but the tables."""

import math
from collections.abc import Mapping
from typing import Any

from descentlab.core import PART_WORDS, Estimate
from descentlab.labs.errors._tables import PRECISION, RECALL
from descentlab.results import Evidence, Statement, Tables, Words

STANDS_OUT = 0.5
"""A pair of classes stands out if it comes first in this share of the redraws."""
DISTURBED = {
    "pixels": "Shifting the pictures by {} pixels{}",
    "degrees": "Rotating the pictures by {} degrees{}",
    "standard deviation, of black to white": "Adding noise of standard deviation {}{}, where black to white is 1,",
    "share lost": "Losing {} of the contrast{}",
    "standard deviations of each column": "Adding noise of {} standard deviations to each column{}",
}
"""What is done to the examples, by the unit of its strength: the strength, and its interval."""


def say(tables: Tables) -> Words:
    """Say where the network is wrong, then what that says about the data."""
    classes = (_mistakes, _confusions, _doubt) if "confusions" in tables else ()
    suspects = _suspects(tables) if classes else ()
    robustness = (_robustness(tables, row) for row in tables["half_way"].rows()) if "half_way" in tables else ()
    statements = (*(write(tables) for write in classes), *suspects, _importance(tables), _pixels(tables), *robustness)
    answer, *others = (statement for statement in statements if statement is not None)
    return Words(answer, tuple(others))


def _mistakes(tables: Tables) -> Statement:
    (row,) = tables["summary"].rows()
    wrong, num, accuracy = row["wrong"], row["examples"], row["accuracy"]
    network = "The network" if row["networks"] == 1 else f"The first of {row['networks']} networks"
    examples = f"{PART_WORDS[row['part']]} examples"
    right = f"predicts all {num:,} {examples} correctly"
    text = (
        f"{network} {f'predicts {wrong:,} of {num:,} {examples} wrongly' if wrong else right}: its accuracy is "
        f"{accuracy.value:.1%} (95% interval {accuracy.low:.1%} to {accuracy.high:.1%}). Always predicting the most "
        f"frequent class would be right on {row['chance']:.1%}."
    )
    evidence = Evidence("summary", ("wrong", "examples", "accuracy", "chance"))
    return Statement(text, (evidence,), "Another number of wrong predictions for the same examples.")


def _confusions(tables: Tables) -> Statement | None:
    row = next(tables["confusions"].rows(), None)
    if row is None:
        return None
    first, second, rate = row["first"], row["second"], row["rate"]
    either, other = word_times(row["first_as_second"]), word_times(row["second_as_first"])
    head, only = ("No two classes stand out: ", "only ") if row["lead"] < STANDS_OUT else ("", "")
    text = (
        f"{head}'{first}' and '{second}' are confused with each other most often, on {row['count']:,} of the "
        f"{row['examples']:,} examples of these two classes ({rate.value:.1%}, 95% interval {rate.low:.1%} to "
        f"{rate.high:.1%}): '{first}' is predicted as '{second}' {either}, and '{second}' as '{first}' {other}. If the "
        f"examples are redrawn at random, this pair comes first in {only}{row['lead']:.0%} of the draws."
    )
    columns = ("first", "second", "count", "rate", "lead")
    return Statement(text, (Evidence("confusions", columns),), "Another pair that is confused more often.")


def word_times(count: int) -> str:
    """Write how often something happens."""
    return {0: "never", 1: "once"}.get(count, f"{count:,} times")


def _doubt(tables: Tables) -> Statement:
    (summary,) = tables["summary"].rows()
    doubt: Estimate | None = summary["doubt"]
    if doubt is None:
        which = "wrongly" if summary["wrong"] else "correctly"
        text = f"All examples are predicted {which}, so doubt cannot be compared with mistakes."
        return Statement(text, (Evidence("summary", ("wrong",)),), "An example that is predicted otherwise.")
    is_shown = doubt.low > 0.5
    head = "The network's doubt points to its mistakes" if is_shown else "Doubt is not shown to point to mistakes"
    text = (
        f"{head}: a wrongly predicted example has less distance between its two largest probabilities (a smaller "
        f"margin) than a correctly predicted one with probability {doubt.value:.3f} (95% interval {doubt.low:.3f} to "
        f"{doubt.high:.3f}; 0.5 is chance)."
    )
    evidence, margins = [Evidence("summary", ("doubt",))], tables["margins"]
    if is_shown and len(margins) > 1:
        up_to, held = (margins.column(name)[0] for name in ("up_to", "held"))
        text += f" The most doubtful {up_to:.0%} of the examples hold {held:.0%} of all mistakes."
        evidence.append(Evidence("margins", ("held",)))
    refuted = "Margins that are as large on wrongly predicted examples as on the others."
    return Statement(text, tuple(evidence), refuted, "real" if is_shown else "not shown")


def _suspects(tables: Tables) -> tuple[Statement, ...]:
    (summary,) = tables["summary"].rows()
    num, examples = summary["suspects"], summary["examples"]
    count = "No label is" if not num else "1 label is" if num == 1 else f"{num:,} labels are"
    text = f"{count} suspected of being wrong, by confident learning"
    refuted = "Another number of labels that the network contradicts with confidence."
    if "flip_check" not in tables:
        text += f"; {examples:,} examples are too few to test whether it finds wrong labels."
        return (Statement(text, (Evidence("summary", ("suspects", "examples")),), refuted),)
    check, flipped = tables["flip_check"], summary["flipped"]
    confident, plain = (
        {name: check.cell(name, column) for name in (PRECISION, RECALL)}
        for column in ("confident_learning", "every_difference")
    )
    tested = (
        f"Confident learning was tested on {flipped:,} of {examples:,} labels that were flipped at random: it suspects "
        f"{_share(confident[RECALL])} of the flipped labels, and {_share(confident[PRECISION])} of its suspects were "
        f"flipped. Suspecting every label that differs from the prediction finds {plain[RECALL].value:.1%} of them, "
        f"and {plain[PRECISION].value:.1%} of those suspects were flipped; at random it would be "
        f"{flipped / examples:.1%}."
    )
    evidence = Evidence("flip_check", ("confident_learning", "every_difference"), (PRECISION, RECALL))
    return (
        Statement(f"{text}.", (Evidence("summary", ("suspects",)),), refuted),
        Statement(tested, (evidence,), "Other shares where labels are flipped with other seeds."),
    )


def _share(share: Estimate) -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _importance(tables: Tables) -> Statement:
    (summary,) = tables["summary"].rows()
    rows = list(tables["importance"].rows())
    best = max(rows, key=lambda row: row["lost"].value)
    kind, is_accuracy = summary["input_kind"], summary["score"] == "accuracy"
    name = f"the patch at {best['part']}" if kind == "patch" else f"'{best['part']}'"
    cost = word_lost(best["lost"], is_accuracy=is_accuracy)
    text = f"The predictions depend most on {name}: shuffled over the examples, it costs {cost}"
    needed, plural = sum(row["lost"].low > 0.0 for row in rows), "patches" if kind == "patch" else "columns"
    if not needed:
        text = f"No single {kind} is shown to be needed. {text}, which may be luck"
    elif len(rows) > 1:
        text += (
            f". Each shuffled by itself, {needed:,} of {len(rows):,} {plural} {'is' if needed == 1 else 'are'} shown "
            "to be needed (the interval lies above 0)"
        )
    refuted = "Another part of the inputs that costs more when it is shuffled."
    return Statement(f"{text}.", (Evidence("importance", ("part", "lost")),), refuted)


def word_lost(lost: Estimate, *, is_accuracy: bool) -> str:
    """Write what is lost with its interval, as `5.3 points of accuracy (95% interval 2.2 to 8.3)`."""
    factor, decimals, unit = (100.0, 1, "points of accuracy") if is_accuracy else (1.0, 3, "of R²")
    # Zero is added after rounding, so that no zero has a sign.
    value, low, high = (
        f"{round(factor * part, decimals) + 0.0:.{decimals}f}".replace("-", "−")
        for part in (lost.value, lost.low, lost.high)
    )
    return f"{value} {unit} (95% interval {low} to {high})"


def _pixels(tables: Tables) -> Statement | None:
    if "maps" not in tables:
        return None
    name, maps = "integrated gradients", tables["maps"]
    likeness, half, half_spread = (
        maps.cell(*cell) for cell in ((name, "likeness"), (name, "half_on"), ("standard deviation", "half_on"))
    )
    if any(math.isnan(value) for value in (half, half_spread)):
        text = f"No pixel is shown to matter: the map of {name}, or of how much pixels vary, is 0 everywhere."
    else:
        alike = "cannot be compared with" if math.isnan(likeness) else f"has a rank correlation of {likeness:.2f} with"
        text = (
            f"Half of what the predictions depend on lies on {half:.0%} of the pixels ({name}). This map {alike} how "
            f"much each pixel varies between pictures; half of that variation lies on {half_spread:.0%}."
        )
    return Statement(text, (Evidence("maps", ("likeness", "half_on")),), "A map of other pixels.")


def _robustness(tables: Tables, row: Mapping[str, Any]) -> Statement:
    name, unit, at = row["disturbance"], row["unit"], row["half_way"]
    curve = [each["accuracy"] for each in tables["robustness"].rows() if each["disturbance"] == name]
    start, end, goal = curve[0].value, curve[-1], row["goal"]
    evidence = (Evidence("robustness", ("accuracy",), (name,)), Evidence("half_way", ("half_way", "goal"), (name,)))
    if math.isinf(at.value):
        strongest = f"up to {word_strength(row['strongest'], unit)}"
        text = (
            f"{DISTURBED[unit].format(strongest, ' (the most that was tried)')} does not take accuracy half of the way "
            f"to chance ({goal:.1%}): it falls from {start:.1%} to {end.value:.1%} (95% interval {end.low:.1%} to "
            f"{end.high:.1%})."
        )
        return Statement(text, evidence, "An accuracy below half of the way to chance at one of these strengths.")
    far = "beyond what was tried" if math.isinf(at.high) else word_strength(at.high, unit)
    interval = f" (95% interval {word_strength(at.low, unit)} to {far})"
    what = DISTURBED[unit].format(word_strength(at.value, unit), interval)
    text = f"{what} takes accuracy half of the way to chance, from {start:.1%} to {goal:.1%}."
    return Statement(text, evidence, "An accuracy half of the way to chance at another strength.")


def word_strength(strength: float, unit: str) -> str:
    """Write a strength without its unit."""
    return f"{strength:.1%}" if unit == "share lost" else f"{strength:.3g}"
