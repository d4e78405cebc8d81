"""The measurements behind `errors`, one after the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from jaxtyping import Int, Shaped

from descentlab.data import Dataset
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors import measure as mistakes
from descentlab.labs.errors._cases import make_cases
from descentlab.labs.errors._result import Answered, PixelMaps, Sample
from descentlab.labs.errors._source import Source
from descentlab.labs.errors.measure import Ambiguity, Disturbance, FlipCheck, Importance, Robustness, Suspects
from descentlab.workbench import PartPredictions, Watcher

SHOWN_PAIRS = 4
FEWEST_FLIPPED = 20
"""Examples from which on labels are flipped for a check."""
DOUBTFUL = 5
"""Of all examples one in so many is shown at most as ambiguous."""
ATTRIBUTED = 500
SAMPLED = 50
"""The picture that is shown disturbed is one of the first so many."""
LOADING = "looking for errors"


class Measurement:
    """The measurements of one run's networks; single examples are of the first."""

    def __init__(self, source: Source, *, num_examples: int, num_shown: int, watcher: Watcher) -> None:
        self._source, self._shown, self._watcher = source, num_shown, watcher
        self._first = source.members[0]
        self._dataset = self._first.dataset
        self._is_pictures = self._dataset.is_pictures
        rows = [member.chosen(num_examples) for member in source.members]
        # As many for each network, since a split's sizes do not depend on the seed: draws by place serve all.
        self._judged = [member.judged(own) for member, own in zip(source.members, rows, strict=True)]
        self._disturbances = self._find_disturbances()
        self._names, self._parts = self._find_parts()
        self.seconds: dict[str, float] = {}
        strengths = sum(len(one.strengths) for one in self._disturbances)
        self._done, self._steps = 0, len(source.members) * (len(self._names) + strengths)

    def _find_disturbances(self) -> tuple[Disturbance, ...]:
        if not self._dataset.classes:
            return ()
        if self._is_pictures:
            return mistakes.picture_disturbances(self._judged[0].real)
        train = self._dataset.real_inputs(self._dataset.train)
        preparation = self._dataset.preparation
        names = zip(preparation.feature_names, preparation.input_columns, strict=True)
        # An input that is named as its column holds its number; one of two values is a yes or no.
        is_number = np.array([name == column for name, column in names])
        is_number &= np.array([len(np.unique(values)) > 2 for values in train.T])
        return mistakes.table_disturbances(train.std(axis=0), is_number)

    def _find_parts(self) -> tuple[tuple[str, ...], np.ndarray]:
        """Divide the inputs into patches of pixels, or columns."""
        shape = self._dataset.input_shape
        if len(shape) == 3:
            parts = mistakes.patches_of((shape[0], shape[1], shape[2]))
            return tuple(_patch_name(part) for part in parts), parts
        return mistakes.columns_of(self._dataset.preparation.input_columns)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        self._watcher.on_loading(LOADING, self._done, self._steps)
        yield
        self.seconds[name] = time.perf_counter() - begin

    def _advance(self) -> None:
        self._done += 1
        self._watcher.on_loading(LOADING, min(self._done, self._steps), self._steps)

    def answered(self) -> Answered | None:
        """Read confusions, doubt and suspects off the answers."""
        if not self._dataset.classes:
            return None
        with self._timed("answers"):
            result, dataset = self._first.result, self._dataset
            probabilities = result.inference.outputs.astype(np.float64)
            labels = dataset.targets[result.rows].astype(np.int64)
            ambiguity = mistakes.measure_ambiguity(probabilities)
            told = ambiguity.told
            pairs = mistakes.find_confusions(labels, told, num_classes=len(dataset.classes))
            suspects = mistakes.find_suspects(probabilities, labels)
            answers, rows = PartPredictions(dataset, result), result.rows
            shown = self._shown
            doubtful = min(shown, max(1, len(rows) // DOUBTFUL))
            return Answered(
                pairs=pairs,
                pair_cases=tuple(
                    make_cases(answers, rows, _places_of(pair.first, pair.second, labels, told, probabilities)[:shown])
                    for pair in pairs[:SHOWN_PAIRS]
                ),
                ambiguity=ambiguity,
                doubt=mistakes.judge_doubt(ambiguity.margins, told == labels),
                nearest=make_cases(answers, rows, ambiguity.by_margin()[:doubtful]),
                # Of two classes the entropy puts the examples into the same order as the margin.
                vaguest=make_cases(
                    answers, rows, ambiguity.by_entropy()[: doubtful if len(dataset.classes) > 2 else 0]
                ),
                suspects=suspects,
                suspect_cases=make_cases(answers, rows, suspects.rows[:shown]),
                check=_check(probabilities, labels),
                table=_example_table(dataset, rows, probabilities, ambiguity, suspects),
            )

    def importance(self) -> Importance:
        """Measure what is lost without each column or patch."""
        with self._timed("importance"):
            return mistakes.measure_importance(self._judged, self._names, self._parts, on_step=self._advance)

    def robustness(self) -> tuple[Robustness, ...]:
        """Follow the accuracy as the examples are disturbed."""
        if not self._disturbances:
            return ()
        metrics = self._first.result.metrics
        assert isinstance(metrics, ClassMetrics)
        with self._timed("robustness"):
            return tuple(
                mistakes.measure_robustness(self._judged, one, chance=metrics.baseline_accuracy, on_step=self._advance)
                for one in self._disturbances
            )

    def samples(self) -> tuple[Sample, ...]:
        """Take one picture through every disturbance: that which the strongest rotation changes most."""
        if not self._is_pictures or not self._disturbances:
            return ()
        real = self._judged[0].real[:SAMPLED]
        rotation = next(one for one in self._disturbances if one.name == "rotation")
        change = np.abs(rotation.apply(real, rotation.strengths[-1]) - real).mean(axis=(1, 2, 3))
        place = int(change.argmax())
        return tuple(
            Sample(one.name, tuple(one.apply(real, strength)[place] for strength in one.strengths))
            for one in self._disturbances
        )

    def pixels(self, importance: Importance) -> PixelMaps | None:
        """Map the pixels that the answers rest on."""
        if not self._is_pictures:
            return None
        with self._timed("pixels"):
            first, pictures = self._first, self._judged[0].real
            found = mistakes.attribute(first.plan.network, first.params, first.statistics, pictures[:ATTRIBUTED])
            spread = mistakes.pixel_spread(pictures)
            differs = spread > 0.0
            patch_spread = mistakes.spread_of(pictures, self._parts)
            maps = {"integrated gradients": found.integrated, "slope times input": found.slopes}
            every = {**maps, "standard deviation": spread}
            return PixelMaps(
                attribution=found,
                spread=spread,
                patches=mistakes.paint(importance.lost.value, self._parts),
                patch_likeness=mistakes.likeness(importance.lost.value, patch_spread, patch_spread > 0.0),
                likeness={name: mistakes.likeness(values, spread, differs) for name, values in maps.items()},
                halves={name: mistakes.half_lies_on(values) for name, values in every.items()},
            )


def _places_of(
    first: int, second: int, labels: Int[np.ndarray, " examples"], told: Int[np.ndarray, " examples"], sure: np.ndarray
) -> Int[np.ndarray, " found"]:
    """Find the examples of two classes that are taken for each other, the surest first."""
    found = np.flatnonzero(((labels == first) & (told == second)) | ((labels == second) & (told == first)))
    return found[np.argsort(-sure[found].max(axis=1), kind="stable")]


def _check(probabilities: np.ndarray, labels: Int[np.ndarray, " examples"]) -> FlipCheck | None:
    if len(labels) < FEWEST_FLIPPED or len(np.unique(labels)) < 2:
        return None
    return mistakes.check_by_flipping(probabilities, labels)


def _patch_name(part: np.ndarray) -> str:
    """Name a patch by its rows and columns, counted from 1."""
    rows, columns = (np.flatnonzero(part.any(axis=axes)) + 1 for axes in ((1, 2), (0, 2)))
    return f"rows {_span(rows)}, columns {_span(columns)}"


def _span(places: np.ndarray) -> str:
    return f"{places[0]}" if len(places) == 1 else f"{places[0]} to {places[-1]}"


def _example_table(
    dataset: Dataset,
    rows: Int[np.ndarray, " examples"],
    probabilities: np.ndarray,
    ambiguity: Ambiguity,
    suspects: Suspects,
) -> dict[str, Shaped[np.ndarray, " examples"]]:
    """Lay out every example of the part with its answer, for whoever wants to go through them."""
    classes = np.array(dataset.classes)
    labels = dataset.targets[rows].astype(np.int64)
    likely = labels.copy()
    likely[suspects.rows] = suspects.likely
    rank = np.zeros(len(rows), np.int64)
    rank[suspects.rows] = np.arange(1, len(suspects.rows) + 1)
    names = [dataset.labels[row] if dataset.labels else f"example {row + 1}" for row in rows]
    places = np.arange(len(rows))
    return {
        "row": rows.astype(np.int64),
        "label": np.array(names),
        "truth": classes[labels],
        "told": classes[ambiguity.told],
        "truth_probability": probabilities[places, labels],
        "told_probability": probabilities[places, ambiguity.told],
        "margin": ambiguity.margins,
        "entropy": ambiguity.entropies,
        "suspect": rank,
        "likely": classes[likely],
    }
