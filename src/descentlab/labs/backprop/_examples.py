"""The examples that are followed: places in a part of the data, or numbers that a person types."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import PARTS, PartName, ShapeError, SpecError, unknown_name
from descentlab.workbench import Subject


@dataclass(frozen=True, eq=False)
class Chosen:
    """The examples that were asked for.

    Attributes:
        inputs: As the network sees them.
        targets: Class ids, or standardised reals.
        places: Where they stand in their part, counted from 0; empty for values that were typed.
        part: Their part of the data.
        labels: A word for each.
    """

    inputs: Float[np.ndarray, "batch ..."]
    targets: Shaped[np.ndarray, "batch *targets"]
    places: Int[np.ndarray, " places"]
    part: PartName
    labels: tuple[str, ...]


def choose(subject: Subject, *, example: int | None, batch: str | tuple[int, int] | None, part: str) -> Chosen:
    """Take examples from a part of the data.

    Args:
        subject: The network with its data.
        example: One example by its place in the part, from 0. Default: 0, unless a batch is asked for.
        batch: Places as "0:32", the second not included.
        part: "train", "validation" or "test".

    Returns:
        The examples.

    Raises:
        SpecError: If there are no such examples or no such part.
    """
    dataset = subject.dataset
    assert dataset is not None
    parts: dict[str, PartName] = {name: name for name in PARTS}
    if part not in parts:
        raise SpecError(unknown_name("part", part, PARTS))
    rows = dataset.part(parts[part])
    if batch is None:
        places = np.array([_checked(example or 0, len(rows), part)])
    else:
        begin, end = _range(batch)
        _checked(begin, len(rows), part)
        _checked(end - 1, len(rows), part)
        places = np.arange(begin, end)
    chosen = rows[places]
    labels = tuple(dataset.labels[row] for row in chosen) if dataset.labels else tuple(f"row {row}" for row in chosen)
    return Chosen(dataset.real_inputs(chosen).astype(np.float64), dataset.targets[chosen], places, parts[part], labels)


def _checked(place: int, count: int, part: str) -> int:
    if not 0 <= place < count:
        raise SpecError(
            f"there is no example {place} in the {part} part: it has {count:,}"
            + (f", counted from 0 to {count - 1:,}" if count else "")
        )
    return place


def _range(batch: str | tuple[int, int]) -> tuple[int, int]:
    if isinstance(batch, tuple):
        begin, end = batch
    else:
        match = re.fullmatch(r"\s*([0-9]{0,9})\s*:\s*([0-9]{1,9})\s*", batch)
        if not match:
            raise SpecError(f"--batch {batch}: expected the places of examples as BEGIN:END, END not included, as 0:32")
        begin, end = int(match[1] or 0), int(match[2])
    if not 0 <= begin < end:
        raise SpecError(f"--batch {begin}:{end} holds no examples; expected BEGIN:END with BEGIN below END, as 0:32")
    return begin, end


def read_typed(subject: Subject, values: Sequence[float], truth: str | float | None) -> Chosen:
    """Take one example from numbers that a person gives.

    Args:
        subject: The network.
        values: Its inputs as the network sees them, a picture row by row.
        truth: Its class by name or number, or its real target in the network's own unit.

    Returns:
        The example.

    Raises:
        ShapeError: If there are too many or too few values.
        SpecError: If the truth is missing, or is no class.
    """
    shape = subject.network.input_shape
    if len(values) != int(np.prod(shape)):
        raise ShapeError(
            f"the network takes {int(np.prod(shape))} numbers ({'x'.join(map(str, shape))}); given are {len(values)}"
        )
    inputs = np.array(values, np.float64).reshape(1, *shape)
    if not np.all(np.isfinite(inputs)):
        raise SpecError("inputs must be finite numbers")
    targets = np.array([_truth(subject, truth)])
    return Chosen(inputs, targets, np.zeros(0, np.int64), "train", ("typed",))


def _truth(subject: Subject, truth: str | float | None) -> int | float:
    if truth is None:
        raise SpecError("values without a truth cost nothing: name their class or target by --truth")
    if subject.target_names:
        raise SpecError(
            f"typed values have a single truth, and this network has the {len(subject.target_names)} targets "
            f"{', '.join(subject.target_names)}; choose an example of the data by --example"
        )
    text = str(truth).strip()
    if not subject.classes:
        try:
            return float(text)
        except ValueError:
            raise SpecError(f"--truth {text}: expected a number, the target in the network's own unit") from None
    if text in subject.classes:
        return subject.classes.index(text)
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) < len(subject.classes):
        return int(text)
    raise SpecError(unknown_name("class", text, subject.classes))


def row_of(chosen: Chosen, example: int | None) -> int:
    """Return the row of the example that is looked at, among those that were chosen.

    Raises:
        SpecError: If it is not among them.
    """
    if example is None or not len(chosen.places):
        return 0
    rows = np.flatnonzero(chosen.places == example)
    if not len(rows):
        raise SpecError(
            f"example {example} is not in the batch {chosen.places[0]}:{chosen.places[-1] + 1}; name one of it, or "
            "leave out --batch"
        )
    return int(rows[0])
