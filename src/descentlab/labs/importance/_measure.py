"""Measuring what layers are worth to trained networks."""

import math

import numpy as np
from jaxtyping import Int

from descentlab.core import Estimate, PartName, generator
from descentlab.data import Dataset
from descentlab.evaluation import wilson_interval
from descentlab.labs.importance import measure as ablation
from descentlab.labs.importance._measured import Importance, LayerSummary
from descentlab.labs.importance.measure import MemberWorths, Place, Sample, Subject, over_draws
from descentlab.workbench import Networks, Watcher

DOING = "taking layers away"


def measure(source: Networks, places: tuple[Place, ...], examples: int, watcher: Watcher) -> Importance:
    """Take every layer away from trained networks, without training them again.

    Args:
        source: The networks.
        places: The layers.
        examples: Number of held-out examples, at most.
        watcher: Called as the work goes on.

    Returns:
        The measurements.
    """
    samples = [sample_of(member.dataset, member.seed, examples) for member in source.members]
    subjects = [
        Subject(source.network, source.objective, member.params, member.statistics, member.seed)
        for member in source.members
    ]
    first, sample = subjects[0], samples[0]
    num = len(sample.inputs)
    step = _Counter(watcher, _count_steps(source, places, num))
    times = ablation.forward_times(first, sample.inputs, places, on_step=step)
    members = [
        ablation.measure_layers(subject, each, places, on_step=step)
        for subject, each in zip(subjects, samples, strict=True)
    ]
    channels = ablation.measure_channels(first, sample, places, on_step=step)
    joined = ablation.join_members(members)
    return Importance(
        name=source.name,
        experiment=source.experiment,
        part=held_out(source.members[0].dataset),
        num_examples=num,
        num_reference=len(sample.reference),
        num_members=len(members),
        accuracy=_accuracy(members, num),
        loss=float(np.mean([member.loss for member in members])),
        chance=_chance(sample) if source.objective.num_classes else None,
        layers=tuple(
            LayerSummary(place.layer.row, place.is_inner, times[place.name], joined[place.name]) for place in places
        ),
        channels=channels,
        milliseconds=times[ablation.WHOLE],
    )


class _Counter:
    """Calls the watcher after every step."""

    def __init__(self, watcher: Watcher, total: int) -> None:
        self._watcher, self._done, self._total = watcher, 0, total
        watcher.on_loading(DOING, 0, total)

    def __call__(self) -> None:
        self._done += 1
        self._watcher.on_loading(DOING, min(self._done, self._total), self._total)


def _count_steps(source: Networks, places: tuple[Place, ...], num_examples: int) -> int:
    chunks = math.ceil(num_examples / ablation.chunk_size(source.network))
    return ablation.TIME_STEPS + chunks * (len(source.members) + len(ablation.channelled(source.network, places)))


def sample_of(dataset: Dataset, seed: int, examples: int) -> Sample:
    """Draw the examples that a network is measured on, and those that means are taken over.

    Args:
        dataset: The network's data.
        seed: Seed of the draw, where there are more than asked for.
        examples: Number of each, at most.

    Returns:
        The examples.
    """
    part = held_out(dataset)
    train = draw_rows(dataset.train, examples, seed, "reference")
    rows = draw_rows(dataset.part(part), examples, seed, "measured")
    return Sample(dataset.real_inputs(train), dataset.real_inputs(rows), dataset.targets[rows])


def held_out(dataset: Dataset) -> PartName:
    """Return the part that is measured: test, else validation, else train."""
    return "test" if len(dataset.test) else "validation" if len(dataset.validation) else "train"


def draw_rows(rows: Int[np.ndarray, " rows"], count: int, seed: int, purpose: str) -> Int[np.ndarray, " drawn"]:
    """Draw a number of rows, and keep their order: the first half of MNIST's test part is easier than the second."""
    if len(rows) <= count:
        return rows
    return np.sort(generator(seed, "ablation", purpose).choice(rows, count, replace=False))


def _accuracy(members: list[MemberWorths], num: int) -> Estimate | None:
    values = [member.accuracy for member in members if member.accuracy is not None]
    if not values:
        return None
    if len(values) > 1:
        return over_draws(values)
    return Estimate(values[0], *wilson_interval(round(values[0] * num), num))


def _chance(sample: Sample) -> float:
    return float(np.bincount(sample.targets.astype(np.int64)).max() / len(sample.targets))
