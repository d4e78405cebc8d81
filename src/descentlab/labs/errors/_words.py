"""What `errors` found, in sentences."""

import math

import numpy as np

from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors._result import Answered, Errors, PixelMaps
from descentlab.labs.errors._source import Source
from descentlab.labs.errors.measure import FlipCheck, Importance, Robustness, Share

PARTS = {"train": "training", "validation": "validation", "test": "test"}
STANDS_OUT = 0.5
"""A pair of classes stands out if it would be the first in this share of the draws."""


def describe(found: Errors) -> tuple[str, ...]:
    """Say where the network errs: the most telling first."""
    told = []
    if found.answered is not None and isinstance(found.metrics, ClassMetrics):
        told += [_mistakes(found.metrics, found.part), *_confusions(found), _doubt(found.answered)]
        told.append(_suspects(found.answered))
    told.append(_importance(found.importance, found))
    if found.pixels is not None:
        told.append(_pixels(found.pixels))
    return (*told, *(_robustness(one) for one in found.robustness))


def _mistakes(metrics: ClassMetrics, part: str) -> str:
    wrong = metrics.num_examples - metrics.num_right
    low, high = metrics.accuracy_ci95
    return (
        f"Of the {metrics.num_examples:,} examples of the {PARTS[part]} part {wrong:,} are told wrongly: accuracy "
        f"{metrics.accuracy:.3f} (95% interval {low:.3f} to {high:.3f})."
    )


def _confusions(found: Errors) -> tuple[str, ...]:
    one = found.answered
    if one is None or not one.pairs:
        return ()
    pair, classes = one.pairs[0], found.classes
    low, high = pair.interval
    first, second = classes[pair.first], classes[pair.second]
    names = f"'{first}' and '{second}'"
    counts = (
        f"{pair.count:,} of {pair.num_examples:,} ({pair.rate:.1%}, 95% interval {low:.1%} to {high:.1%}), '{first}' "
        f"for '{second}' {pair.first_as_second:,} times and the other way {pair.second_as_first:,}"
    )
    draws = f"{pair.lead:.0%} of other draws of such examples would put this pair first"
    if pair.lead < STANDS_OUT:
        return (f"No two classes stand out: {names} are taken for each other most, {counts}, but {draws}.",)
    return (f"{names} are taken for each other most: {counts}; {draws}.",)


def _doubt(one: Answered) -> str:
    doubt = one.doubt
    if doubt.area is None or doubt.interval is None or doubt.found is None:
        return f"All are told {'rightly' if not one.pairs else 'wrongly'}, so that doubt can tell of no mistakes."
    low, high = doubt.interval
    area = f"with probability {doubt.area:.3f} (95% interval {low:.3f} to {high:.3f}; 0.5 is chance)"
    if low <= 0.5:
        return f"Doubt is not shown to tell of mistakes: a wrong example has a smaller margin than a right one {area}."
    told = f"Doubt tells of mistakes: a wrong example has a smaller margin than a right one {area}"
    if len(doubt.shares) == 1:
        return f"{told}."
    first, held = doubt.shares[0], doubt.found[0]
    return f"{told}, and the most doubtful {first:.0%} of the examples hold {held:.0%} of all mistakes."


def _suspects(one: Answered) -> str:
    num = len(one.suspects.rows)
    told = f"Confident learning suspects {num:,} label{'' if num == 1 else 's'} of being wrong"
    if one.check is None:
        return f"{told}; there are too few examples to check whether it finds such labels."
    return f"{told}. {word_check(one.check)}"


def word_check(check: FlipCheck) -> str:
    """Say how well flipped labels were found."""
    return (
        f"Where {check.num_flipped:,} of {check.num_examples:,} labels were flipped at random, it found "
        f"{word_share(check.recall)} of them, and {word_share(check.precision)} of its suspects were flipped. "
        f"Suspecting every answer that differs from its label finds {check.plain_recall.mean:.1%} with "
        f"{check.plain_precision.mean:.1%}, pointing at random has {check.flipped_share:.1%}."
    )


def word_share(share: Share) -> str:
    """Write a share with its interval."""
    return f"{share.mean:.1%} ({share.interval[0]:.1%} to {share.interval[1]:.1%})"


def _importance(one: Importance, found: Errors) -> str:
    best = int(np.argmax(one.lost.value))
    value, low, high = (float(values[best]) for values in (one.lost.value, one.lost.low, one.lost.high))
    measure = "accuracy" if found.classes else "R²"
    kind = "patch" if found.pixels is not None else "column"
    which = one.names[best] if kind == "patch" else f"'{one.names[best]}'"
    needed, total = int(one.is_needed.sum()), len(one.names)
    plural = {"patch": "patches", "column": "columns"}[kind]
    told = (
        f"Shuffling {which} over the examples costs most, {value:.3f} of the {measure} (95% interval {low:.3f} to "
        f"{high:.3f}); "
    )
    if total == 1:
        return told.rstrip("; ") + "."
    verb = "is" if needed == 1 else "are"
    shown = f"{needed} of {total} {plural} {verb} shown to be needed"
    return f"{told}{shown} (their interval lies above 0), each shuffled by itself."


def _pixels(one: PixelMaps) -> str:
    name = "integrated gradients"
    likeness = one.likeness[name]
    alike = "cannot be compared with" if math.isnan(likeness) else f"has a rank correlation of {likeness:.2f} with"
    return (
        f"Half of what the answers rest on lies on {one.halves[name]:.0%} of the pixels ({name}); that map {alike} how "
        f"much each pixel differs from picture to picture, half of which lies on "
        f"{one.halves['standard deviation']:.0%}."
    )


def _robustness(one: Robustness) -> str:
    at, low, high = one.half
    start, end = float(one.accuracy.value[0]), float(one.accuracy.value[-1])
    if math.isinf(at):
        return (
            f"Under {one.name} the accuracy has not fallen half of the way to chance ({one.goal:.3f}) at "
            f"{word_strength(one, float(one.strengths[-1]))}, the strongest tried: {start:.3f} to {end:.3f} "
            f"({one.accuracy.low[-1]:.3f} to {one.accuracy.high[-1]:.3f})."
        )
    far = "beyond what was tried" if math.isinf(high) else word_number(one, high)
    return (
        f"Under {one.name} the accuracy falls half of the way to chance, from {start:.3f} to {one.goal:.3f}, at "
        f"{word_strength(one, at)} (95% interval {word_number(one, low)} to {far})."
    )


def word_number(one: Robustness, strength: float) -> str:
    """Write a strength without its unit."""
    return f"{strength:.1%}" if one.unit == "share lost" else f"{strength:.3g}"


def word_strength(one: Robustness, strength: float) -> str:
    """Write a strength with its unit."""
    number = word_number(one, strength)
    match one.name, one.unit:
        case "loss of contrast", _:
            return f"{number} of the contrast lost"
        case "noise", unit if unit.startswith("standard deviation,"):
            return f"a standard deviation of {number}, where black to white is 1"
        case "noise", _:
            return f"{number} standard deviations of each column"
        case _, unit:
            return f"{number} {unit}"


def notes_of(found: Errors, source: Source) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    one = found.importance
    kind = "a patch of pixels" if found.pixels is not None else "a column"
    notes = [*source.notes]
    if found.answered is not None:
        notes.append(
            f"The suspects are of the {PARTS[found.part]} part"
            + (
                ", whose labels the network has not learned. Whether the label or the network is wrong only a look "
                "tells."
                if found.part != "train"
                else "."
            )
        )
    if found.answered is not None and found.answered.check is not None:
        notes.append(
            f"Labels were flipped in {found.answered.check.num_draws} copies of the part; the network was not trained "
            "on them. Labels that were wrong before count as false alarms there."
        )
    notes.append(
        f"Importance is what is lost when {kind} is taken from another of {one.num_examples:,} examples"
        + (f", {one.repeats} times each" if one.repeats > 1 else "")
        + ". What another part tells as well is not missed."
    )
    if not found.classes:
        notes.append("The target is a real number, so that there are no classes to confuse; the run's own report shows "
                     "the largest misses.")  # fmt: skip
    if found.pixels is not None:
        notes.append(
            f"Integrated gradients of {found.pixels.attribution.num_examples:,} pictures, from black; they miss the "
            f"logits' differences by {found.pixels.attribution.missed:.2%} in the mean. A pixel that is always black "
            "gets 0 in them for any network."
        )
    return tuple(notes)
