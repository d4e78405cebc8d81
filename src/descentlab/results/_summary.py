"""The key figures of a training, and the shares of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from descentlab.core import PART_WORDS
from descentlab.results._content import Row, TrainingReport
from descentlab.results._measured import best_part, leading_metric
from descentlab.results._numbers import count, counted, seconds


@dataclass(frozen=True)
class PartShare:
    """The share of one part in all examples."""

    name: str
    title: str
    num: str
    percent: float


def key_figures(report: TrainingReport) -> tuple[Row, ...]:
    """Return at most four key figures: score, networks, examples, size, training time."""
    figures = [_measured(report), _members(report), _examples(report), _size(report), _time(report)]
    return tuple(figure for figure in figures if figure is not None)[:4]


def mark_code(sentences: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Cut sentences where `code` begins and ends.

    Example:
        >>> mark_code(("Try `--seeds 20`.",))
        (('Try ', False), ('--seeds 20', True), ('.', False))
    """
    pieces = " ".join(sentences).split("`")
    # A single backtick marks no code.
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return tuple((piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)


def as_sentence(text: str) -> str:
    """Write words as a sentence, with a capital letter at its start and a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) or not text else ".")


def part_shares(parts: Mapping[str, int]) -> tuple[PartShare, ...]:
    """Return the number and the share of the examples in each part."""
    total = sum(parts.values())
    named = [(name, title, parts.get(name, 0)) for name, title in PART_WORDS.items()]
    return tuple(
        PartShare(name, title, count(num), round(100.0 * num / total, 2)) for name, title, num in named if num > 0
    )


def phases(taken: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """Write the wall time of each phase in words."""
    return tuple((name.replace("_", " "), seconds(value)) for name, value in taken.items())


def _measured(report: TrainingReport) -> Row | None:
    part = best_part(report.metrics)
    scores = report.metrics[part].scores if part else {}
    name = leading_metric(scores)
    if part is None or name is None:
        return None
    note = f"95% interval {scores[name].interval_text}" if scores[name].interval else ""
    return Row(f"{PART_WORDS[part]} {report.metrics[part].title(name)}", scores[name].text, note)


def _members(report: TrainingReport) -> Row | None:
    if len(report.members) < 2:
        return None
    diverged = sum(member.diverged_at is not None for member in report.members)
    note = f"{diverged} diverged" if diverged else "each with another seed"
    return Row("networks", count(len(report.members)), note)


def _examples(report: TrainingReport) -> Row:
    epochs = int(report.history.epochs[-1]) if len(report.history.epochs) else 0
    num = report.facts.parts.get("train", 0)
    return Row("training examples", count(num), counted(epochs, "epoch"))


def _size(report: TrainingReport) -> Row | None:
    if not report.layers:
        return None
    adds = sum(layer.multiply_adds for layer in report.layers)
    num = sum(layer.num_params for layer in report.layers)
    return Row("parameters", count(num), f"{count(adds)} multiply-adds per example")


def _time(report: TrainingReport) -> Row | None:
    taken = report.facts.seconds
    if "train" not in taken:
        return None
    note = f"{seconds(taken['total'])} in all" if "total" in taken else ""
    return Row("training time", seconds(taken["train"]), note)
