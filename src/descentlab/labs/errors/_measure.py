"""The measurements of `errors`, one after the other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from descentlab.core import RunError
from descentlab.data import Dataset
from descentlab.evaluation import ClassMetrics, RealMetrics
from descentlab.labs.errors._class_errors import measure_classes
from descentlab.labs.errors._measured import Errors, PixelMaps
from descentlab.labs.errors._predictors import Predictor, Predictors
from descentlab.labs.errors.measure import (
    Disturbance,
    InputImportance,
    Judged,
    attribute,
    columns_of,
    half_lies_on,
    likeness,
    measure_importance,
    measure_robustness,
    paint,
    patches_of,
    picture_disturbances,
    pixel_spread,
    spread_of,
    table_disturbances,
)
from descentlab.workbench import Watcher

ATTRIBUTED = 500
"""Pictures that attributions are averaged over, at most."""
SAMPLED = 50
"""The picture that is shown disturbed is among the first pictures, as many as this."""
DOING = "looking for errors"


def measure(source: Predictors, *, examples: int, shown: int, watcher: Watcher) -> tuple[Errors, dict[str, float]]:
    """Measure where the networks of a run are wrong; single examples are those of the first network.

    Args:
        source: The networks.
        examples: Number of examples that are disturbed and shuffled, at most.
        shown: Number of examples of each kind to show, at most.
        watcher: Called as the work goes on.

    Returns:
        The measurements, and the seconds of each phase.

    Raises:
        RunError: If the networks have several targets.
    """
    first, dataset = source.members[0], source.members[0].dataset
    metrics = first.result.metrics
    if not isinstance(metrics, ClassMetrics | RealMetrics):
        raise RunError(
            f"{source.run.path} predicts {len(dataset.target_names)} targets at once, and errors looks at one answer "
            "for each example; train on one of them (--target), or read their scores by `descentlab evaluate`"
        )
    # Sizes of parts do not depend on the seed: draws by place serve all networks.
    judged = [member.judge(member.draw_rows(examples)) for member in source.members]
    disturbances = _choose_disturbances(dataset, judged[0])
    names, parts = _input_parts(dataset)
    strengths = sum(len(each.strengths) for each in disturbances)
    phases = _Phases(watcher, len(judged) * (len(names) + strengths))
    with phases.timed("predictions", is_done=bool(dataset.classes)):
        classes = measure_classes(first, shown) if dataset.classes else None
    with phases.timed("importance"):
        importance = measure_importance(judged, names, parts, on_step=phases.advance)
    with phases.timed("pixels", is_done=dataset.is_pictures):
        pixels = _map_pixels(first, judged[0], importance, parts) if dataset.is_pictures else None
    chance = metrics.baseline_accuracy if isinstance(metrics, ClassMetrics) else 0.0
    with phases.timed("robustness", is_done=bool(disturbances)):
        robustness = tuple(
            measure_robustness(judged, each, chance=chance, on_step=phases.advance) for each in disturbances
        )
    measured = Errors(
        name=source.run.folder.name,
        experiment=source.run.experiment,
        class_names=source.run.classes,
        part=source.part,
        metrics=metrics,
        num_members=len(source.members),
        classes=classes,
        importance=importance,
        pixels=pixels,
        robustness=robustness,
        disturbed=_disturb_picture(judged[0], disturbances) if dataset.is_pictures else {},
    )
    return measured, phases.seconds


class _Phases:
    """Times phases, and counts steps for the watcher."""

    def __init__(self, watcher: Watcher, total: int) -> None:
        self._watcher, self._done, self._total = watcher, 0, total
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str, *, is_done: bool = True) -> Iterator[None]:
        begin = time.perf_counter()
        self._watcher.on_loading(DOING, self._done, self._total)
        yield
        if is_done:
            self.seconds[name] = time.perf_counter() - begin

    def advance(self) -> None:
        self._done += 1
        self._watcher.on_loading(DOING, min(self._done, self._total), self._total)


def _choose_disturbances(dataset: Dataset, judged: Judged) -> tuple[Disturbance, ...]:
    if not dataset.classes:
        return ()
    if dataset.is_pictures:
        return picture_disturbances(judged.real)
    train = dataset.real_inputs(dataset.train)
    preparation = dataset.preparation
    names = zip(preparation.feature_names, preparation.input_columns, strict=True)
    # An input with the name of its column holds the column's number; if it has two values, it is a yes or no.
    is_number = np.array([name == column for name, column in names])
    is_number &= np.array([len(np.unique(values)) > 2 for values in train.T])
    return table_disturbances(train.std(axis=0), is_number)


def _input_parts(dataset: Dataset) -> tuple[tuple[str, ...], np.ndarray]:
    """Divide the inputs into patches of pixels, or columns."""
    shape = dataset.input_shape
    if len(shape) == 3:
        parts = patches_of((shape[0], shape[1], shape[2]))
        return tuple(_patch_name(part) for part in parts), parts
    return columns_of(dataset.preparation.input_columns)


def _patch_name(part: np.ndarray) -> str:
    """Name a patch by its rows and columns, counted from 1."""
    rows, columns = (np.flatnonzero(part.any(axis=axes)) + 1 for axes in ((1, 2), (0, 2)))
    return f"{_span('row', rows)}, {_span('column', columns)}"


def _span(word: str, places: np.ndarray) -> str:
    return f"{word} {places[0]}" if len(places) == 1 else f"{word}s {places[0]} to {places[-1]}"


def _map_pixels(first: Predictor, judged: Judged, importance: InputImportance, parts: np.ndarray) -> PixelMaps:
    pictures = judged.real
    attribution = attribute(first.plan.network, first.params, first.statistics, pictures[:ATTRIBUTED])
    spread, patch_spread = pixel_spread(pictures), spread_of(pictures, parts)
    maps = {"integrated gradients": attribution.integrated, "slope times input": attribution.slopes}
    alike = {name: likeness(values, spread, spread > 0.0) for name, values in maps.items()}
    alike["shuffled patches"] = likeness(importance.lost.value, patch_spread, patch_spread > 0.0)
    return PixelMaps(
        attribution=attribution,
        spread=spread,
        patches=paint(importance.lost.value, parts),
        likeness=alike,
        halves={name: half_lies_on(values) for name, values in {**maps, "standard deviation": spread}.items()},
    )


def _disturb_picture(judged: Judged, disturbances: Sequence[Disturbance]) -> Mapping[str, tuple[np.ndarray, ...]]:
    """Disturb one picture in every way: the picture that the strongest rotation changes most."""
    if not disturbances:
        return {}
    real = judged.real[:SAMPLED]
    rotation = next(each for each in disturbances if each.name == "rotation")
    change = np.abs(rotation.apply(real, rotation.strengths[-1]) - real).mean(axis=(1, 2, 3))
    place = int(change.argmax())
    return {each.name: tuple(each.apply(real, strength)[place] for strength in each.strengths) for each in disturbances}
