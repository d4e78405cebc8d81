"""Predictions for one part of a network's data, example by example."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from descentlab import results
from descentlab.core import PartName
from descentlab.data import Dataset
from descentlab.evaluation import worst_misses, worst_mistakes
from descentlab.workbench._measure import PartResult
from descentlab.workbench._target_facts import target_facts

MISTAKES = 12
PER_CELL = 12
RIGHT_PER_CELL = 4
SHOWN_CELLS = 400
MAX_PICTURE_SIDE = 64


class PartPredictions:
    """Predictions for one part of a network's data, example by example.

    Of several targets only numbers are shown, each beside the true ones: no example is right or wrong as a whole.
    """

    def __init__(self, dataset: Dataset, result: PartResult) -> None:
        self.dataset = dataset
        self._result = result
        outputs = result.inference.outputs
        targets = dataset.targets[result.rows]
        # The outputs of a diverged network are NaN; such an example is in no cell of the confusion matrix.
        self._is_defined = np.all(np.isfinite(outputs), axis=1)
        if dataset.classes:
            self._true: np.ndarray = targets.astype(np.int64)
            self._predicted: np.ndarray = outputs.argmax(axis=1)
        else:
            facts = target_facts(dataset)
            self._true = facts.in_units(targets)
            self._predicted = facts.in_units(outputs if facts.names else outputs[:, 0])

    def example(self, place: int) -> results.Example:
        """Return one example with its picture or values and its prediction."""
        row = int(self._result.rows[place])
        is_classes = bool(self.dataset.classes)
        outputs = self._result.inference.outputs[place]
        kind = int if is_classes else float
        return results.Example(
            label=self.dataset.labels[row] if self.dataset.labels else f"example {row + 1}",
            true=kind(self._true[place]),
            predicted=kind(self._predicted[place]),
            probabilities=tuple(float(value) for value in outputs) if is_classes else (),
            picture=_picture(self.dataset, row) if self.dataset.is_pictures else None,
            values=tuple(
                (name, _cell(column[row]))
                for name, column in self.dataset.raw.items()
                if name != self.dataset.target_name
            ),
        )

    def mistakes(self) -> tuple[results.Example, ...]:
        """Return the examples with the worst predictions; none of several targets."""
        if self.dataset.target_names:
            return ()
        places = np.arange(len(self._true))
        if self.dataset.classes:
            worst: Sequence[Any] = worst_mistakes(
                self._result.inference.outputs, self._true, places, count=MISTAKES, predicted=self._predicted
            )
        else:
            worst = worst_misses(self._predicted, self._true, places, count=MISTAKES)
        return tuple(self.example(mistake.row) for mistake in worst)

    def predictions(self, part: PartName) -> tuple[results.Predictions, ...]:
        """Return the predicted numbers of each target beside the true ones."""
        names = self.dataset.target_names or (self.dataset.target_name or "target",)
        pairs = zip(self._true.reshape(-1, len(names)).T, self._predicted.reshape(-1, len(names)).T, strict=True)
        return tuple(results.Predictions(*pair, part, name) for name, pair in zip(names, pairs, strict=True))

    def confusion(self, part: PartName) -> results.Confusion:
        """Return the confusion matrix, with examples of each cell: more of wrong predictions than of right ones."""
        num = len(self.dataset.classes)
        cells = np.where(self._is_defined, self._true * num + self._predicted, -1)
        counts = np.bincount(cells[self._is_defined], minlength=num**2).reshape(num, num)
        chosen: list[int] = []
        for cell in np.unique(cells[self._is_defined])[:SHOWN_CELLS]:
            places = np.flatnonzero(cells == cell)
            most = RIGHT_PER_CELL if cell // num == cell % num else PER_CELL
            sure = self._result.inference.outputs[places].max(axis=1)
            chosen += list(places[np.argsort(-sure, kind="stable")][:most])
        examples = tuple(self.example(int(place)) for place in chosen)
        return results.Confusion(self.dataset.classes, counts, part, examples)


def _picture(dataset: Dataset, row: int) -> np.ndarray:
    picture = dataset.inputs[row]
    if picture.dtype != np.uint8:
        low, high = float(picture.min()), float(picture.max())
        picture = ((picture - low) / (high - low or 1.0) * 255).astype(np.uint8)
    else:
        picture = np.clip(picture.astype(np.float64) * dataset.preparation.brightness_scale * 255, 0, 255).astype(
            np.uint8
        )
    step = max(1, max(picture.shape[:2]) // MAX_PICTURE_SIDE)
    picture = picture[::step, ::step]
    return picture[:, :, 0] if picture.shape[2] == 1 else picture[:, :, :3]


def _cell(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)
