"""Confusions, doubt and suspected labels, read from a network's predictions of classes."""

import numpy as np
from jaxtyping import Float, Int

from descentlab.labs.errors._measured import ClassErrors
from descentlab.labs.errors._predictors import Predictor
from descentlab.labs.errors.measure import (
    ConfusedPair,
    FlipCheck,
    check_by_flipping,
    find_confusions,
    find_suspects,
    judge_doubt,
    measure_ambiguity,
)
from descentlab.workbench import PartPredictions

SHOWN_PAIRS = 4
FEWEST_FLIPPED = 20
"""Fewest examples whose labels are flipped to test whether wrong labels are found."""
DOUBTFUL = 5
"""At most one in so many examples is shown as ambiguous."""

Labels = Int[np.ndarray, " examples"]
Probabilities = Float[np.ndarray, "examples classes"]


def measure_classes(predictor: Predictor, num_shown: int) -> ClassErrors:
    """Find confusions, doubt and suspected labels, and the examples of each to show, at most `num_shown`."""
    result, dataset = predictor.result, predictor.dataset
    probabilities, rows = result.inference.outputs.astype(np.float64), result.rows
    labels = dataset.targets[rows].astype(np.int64)
    ambiguity, suspects = measure_ambiguity(probabilities), find_suspects(probabilities, labels)
    predicted = ambiguity.predicted
    pairs = find_confusions(labels, predicted, num_classes=len(dataset.classes))
    pair_places = tuple(_places_of(pair, labels, predicted, probabilities, num_shown) for pair in pairs[:SHOWN_PAIRS])
    doubtful = min(num_shown, max(1, len(rows) // DOUBTFUL))
    nearest = tuple(ambiguity.by_margin()[:doubtful].tolist())
    vaguest = tuple(ambiguity.by_entropy()[:doubtful].tolist()) if len(dataset.classes) > 2 else ()
    suspect_places, predictions = tuple(suspects.rows[:num_shown].tolist()), PartPredictions(dataset, result)
    shown = {*nearest, *vaguest, *suspect_places}.union(*pair_places)
    return ClassErrors(
        rows=rows.astype(np.int64),
        names=tuple(dataset.labels[row] if dataset.labels else f"example {row + 1}" for row in rows),
        labels=labels,
        probabilities=probabilities,
        pairs=pairs,
        pair_places=pair_places,
        ambiguity=ambiguity,
        doubt=judge_doubt(ambiguity.margins, predicted == labels),
        nearest=nearest,
        vaguest=vaguest,
        suspects=suspects,
        suspect_places=suspect_places,
        check=_check(probabilities, labels),
        shown={place: predictions.example(place) for place in sorted(shown)},
    )


def _places_of(
    pair: ConfusedPair, labels: Labels, predicted: Labels, probabilities: Probabilities, most: int
) -> tuple[int, ...]:
    """Find examples of two classes that are confused with each other, the most confident prediction first."""
    first, second = pair.first, pair.second
    is_confused = ((labels == first) & (predicted == second)) | ((labels == second) & (predicted == first))
    places = np.flatnonzero(is_confused)
    order = np.argsort(-probabilities[places].max(axis=1), kind="stable")
    return tuple(places[order][:most].tolist())


def _check(probabilities: Probabilities, labels: Labels) -> FlipCheck | None:
    if len(labels) < FEWEST_FLIPPED or len(np.unique(labels)) < 2:
        return None
    return check_by_flipping(probabilities, labels)
