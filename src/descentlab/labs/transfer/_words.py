"""What `transfer` found, in sentences."""

import math
from collections.abc import Sequence

from descentlab.evaluation import PairedDifference
from descentlab.labs.transfer._result import PAIRS, Transfer
from descentlab.labs.transfer._target import Giver, Target
from descentlab.labs.transfer.measure import WAYS, Choice, Way, interval_of

NAMES: dict[Way, str] = {
    "frozen": "frozen features",
    "fine-tuned": "fine-tuning",
    "fresh": "training afresh",
    "raw pixels": "raw pixels",
}
USUAL = 10
FEWEST_DRAWS = 6
"""Fewer draws can show no difference at 5%, whatever it is."""


def describe(found: Transfer) -> tuple[str, ...]:
    """Say how far it carries: the accuracies first, then what is real, then what examples are worth."""
    place = _shown(found)
    size = found.sizes[place]
    values = ", ".join(f"{NAMES[way]} {_interval(found.curves.mean(way, place))}" for way in WAYS)
    chance = float(found.curves.chance.mean())
    head = (
        f"From {found.name} to {found.target}, with {_examples(size)} of each class: accuracy by {values}; "
        f"always the most frequent class {chance:.3f}."
    )
    told = [head, *(_pair(found, first, second) for first, second in PAIRS)]
    told += [_worth(found, way, place) for way in ("frozen", "fine-tuned")]
    if found.curves.as_it_is is not None:
        told.append(
            f"Without any example of {found.target} the network as it is tells "
            f"{_interval(interval_of(found.curves.as_it_is))} of its pictures rightly, whose classes have the same "
            "names."
        )
    return tuple(told)


def _shown(found: Transfer) -> int:
    """Choose the number of examples that the first sentences are about: 10, or the middle one."""
    return found.sizes.index(USUAL) if USUAL in found.sizes else len(found.sizes) // 2


def _examples(size: int) -> str:
    return f"{size:,} example{'' if size == 1 else 's'}"


def _interval(values: tuple[float, float, float]) -> str:
    mean, low, high = values
    return f"{mean:.3f} ({low:.3f} to {high:.3f})"


def _pair(found: Transfer, first: Way, second: Way) -> str:
    pairs = found.curves.compare(first, second)
    subject, other = NAMES[first].capitalize(), NAMES[second]
    if found.curves.num_draws < FEWEST_DRAWS:
        gaps = ", ".join(f"{pair.mean:+.3f} with {size}" for pair, size in zip(pairs, found.sizes, strict=True))
        told = f"{subject} less {other}: {gaps.replace('-', '−')}"
        return f"{told}; fewer than {FEWEST_DRAWS} draws cannot tell that from luck."
    better, worse = _sizes_where(found.sizes, pairs, 1.0), _sizes_where(found.sizes, pairs, -1.0)
    verb = "are" if subject.endswith("s") else "is"
    if not better and not worse:
        return f"{subject} {verb} not shown to be better or worse than {other} with any number of examples."
    parts = []
    if better:
        parts.append(f"better than {other} with {_listed(better)} ({_range(found.sizes, pairs, better)})")
    if worse:
        parts.append(
            f"worse {'' if better else f'than {other} '}with {_listed(worse)} ({_range(found.sizes, pairs, worse)})"
        )
    left = len(found.sizes) - len(better) - len(worse)
    tail = "; with the others it may be luck" if left else ""
    return f"{subject} {verb} {' and '.join(parts)}{tail}."


def _sizes_where(sizes: Sequence[int], pairs: Sequence[PairedDifference], sign: float) -> list[int]:
    return [size for size, pair in zip(sizes, pairs, strict=True) if pair.is_real and pair.mean * sign > 0.0]


def _listed(sizes: Sequence[int]) -> str:
    words = [f"{size:,}" for size in sizes]
    joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{joined} example{'' if sizes[-1] == 1 else 's'} of each class"


def _range(sizes: Sequence[int], pairs: Sequence[PairedDifference], chosen: Sequence[int]) -> str:
    gaps = sorted(abs(pair.mean) for size, pair in zip(sizes, pairs, strict=True) if size in chosen)
    if f"{gaps[0]:.3f}" == f"{gaps[-1]:.3f}":
        return f"by {gaps[0]:.3f}"
    return f"by {gaps[0]:.3f} to {gaps[-1]:.3f}"


def _worth(found: Transfer, way: Way, place: int) -> str:
    size = found.sizes[place]
    at, low, high = found.curves.worth(way, place)
    begin = f"With {_examples(size)} of each class {NAMES[way]} {'is' if way == 'fine-tuned' else 'are'} worth"
    told = f"{begin} {word_worth(found, at)} of each class for {NAMES['fresh']}"
    low_word, high_word = word_worth(found, low), word_worth(found, high)
    return f"{told}." if low_word == high_word else f"{told} (95% interval {low_word} to {high_word})."


def word_worth(found: Transfer, value: float) -> str:
    """Write how many examples something is worth; what lies beyond those tried is said so."""
    if math.isinf(value):
        return f"more than {found.sizes[-1]:,}"
    if value < found.sizes[0]:
        return f"fewer than {found.sizes[0]:,}"
    return f"{value:,.0f}" if value >= 10.0 else f"{value:.1f}"


def notes_of(found: Transfer, giver: Giver, target: Target) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    notes = [
        f"Intervals are over {found.curves.num_draws} draws of examples (Student's t), each with a split and initial "
        f"weights of its own, scored on {found.num_test:,} examples of the held-out part. The network that is carried "
        "over is one; another seed's may carry more or less.",
        "Frozen features are what the last layer is given, under a logistic regression; so are raw pixels. Fine-tuned "
        "and fresh networks are trained alike: Adam, one cycle of the rate, batches of up to 32, at least 200 updates "
        "and 12 passes. The last layer is drawn anew in all.",
        _chosen(found.choices),
    ]
    if found.own_shape != found.shape:
        own, shape = (" x ".join(map(str, one)) for one in (found.own_shape, found.shape))
        notes.append(f"The pictures of {found.target} are {own} and were brought to {shape}, bilinearly.")
    checksum = giver.run.folder.environment().get("data_checksum", "")
    if checksum and checksum == target.first.checksum:
        notes.append(f"{found.target} is what the network was trained on: it has seen these examples.")
    return tuple(notes)


def _chosen(choices: Sequence[Choice]) -> str:
    """Say how learning rates and penalties were chosen."""
    first = choices[0]
    if not first.scores:
        return "There were too few examples to choose learning rates and penalties by; usual ones were taken."
    sizes = _listed([one.per_class for one in choices])
    ends = dict.fromkeys(f"{way} ({one.per_class})" for one in choices for way in one.at_an_end)
    told = (
        f"Learning rates and penalties were chosen by {first.num_examples:,} other examples on "
        f"{first.num_draws} draws of their own, with {sizes}; other numbers take those of the nearest."
    )
    return told + (
        f" The best value tried is the least or greatest of those tried for: {', '.join(ends)}." if ends else ""
    )
