"""Learning the same few examples in several ways: with frozen features, from the learned weights, and from nothing."""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.core import PartName
from descentlab.data import Dataset
from descentlab.evaluation import infer
from descentlab.labs.transfer.measure._linear import STRENGTHS, features_of, linear_accuracy
from descentlab.labs.transfer.measure._shots import Shots
from descentlab.networks import HostArrays
from descentlab.spec import AdamSpec, AnyLayerSpec, Experiment, HeadSpec, LossSpec, OneCycleSpec, Switch
from descentlab.training import Interrupted, Member, Plan, Progress, Start, make_plan, precision_of, train_population

Way = Literal["frozen", "fine-tuned", "fresh", "raw pixels"]
WAYS: tuple[Way, ...] = ("frozen", "fine-tuned", "fresh", "raw pixels")
LINEAR: tuple[Way, ...] = ("frozen", "raw pixels")
TRAINED: tuple[Way, ...] = ("fine-tuned", "fresh")
Scored = Literal["validation", "test"]
Scores = Float[np.ndarray, "sizes draws"]
RATES = (0.0003, 0.001, 0.003, 0.01)
"""Learning rates of Adam to choose from."""
BATCH = 32
STEPS = 200
EPOCHS = 12
"""Least number of updates, and of passes over the examples, of a training."""
FEWEST_TO_CHOOSE = 20


@dataclass(frozen=True, eq=False)
class Source:
    """The network whose knowledge is to be carried over.

    Attributes:
        model: Its layers.
        loss: The loss that it minimised, and that is minimised again.
        head: What its logits pass through, there and here.
        check: Whether a head that does not fit is refused.
        precision: "float32" or "float64".
        params: Its learned arrays.
        statistics: Its running statistics.
    """

    model: tuple[AnyLayerSpec, ...]
    loss: LossSpec
    head: HeadSpec
    check: Switch
    precision: Literal["float32", "float64"]
    params: HostArrays
    statistics: HostArrays


@dataclass(frozen=True)
class Choice:
    """The numbers that each way learns with.

    Attributes:
        values: Learning rate of each way, or the inverse penalty of a linear model.
        scores: Mean accuracy of every value that was tried, by way; empty where nothing could be tried.
        per_class: Number of examples of each class when they were tried.
        num_draws: Number of draws of examples.
        num_examples: Number of examples of each draw that they were scored on.
    """

    values: Mapping[Way, float]
    scores: Mapping[Way, Mapping[float, float]]
    per_class: int
    num_draws: int
    num_examples: int

    @property
    def at_an_end(self) -> tuple[Way, ...]:
        """The ways whose value is the least or the greatest that was tried, so that a better one may lie beyond."""
        return tuple(way for way, tried in self.scores.items() if self.values[way] in (min(tried), max(tried)))


DEFAULTS: dict[Way, float] = {"frozen": 10.0, "fine-tuned": 0.001, "fresh": 0.001, "raw pixels": 10.0}


def nearest(choices: Sequence[Choice], per_class: int) -> Choice:
    """Return the choice for the number of examples whose ratio to this number is the smallest."""
    return min(choices, key=lambda choice: (abs(math.log(choice.per_class / per_class)), choice.per_class))


class Learner:
    """Learns few examples in every way. Only one thread may use it."""

    def __init__(
        self,
        source: Source,
        *,
        check: Callable[[Plan, int], None] = lambda *_: None,
        on_progress: Callable[[Progress], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        """Take the source.

        Args:
            source: The network.
            check: Called with a plan and its epochs before training, to refuse what has no room.
            on_progress: Called while a population trains.
            stop: When set, learning ends soon.
        """
        self._source = source
        self._check, self._on_progress = check, on_progress
        self._stop = stop or threading.Event()

    def choose(self, draws: Sequence[Shots], per_class: int) -> Choice:
        """Choose each way's learning rate or penalty, on draws that are not reported.

        Args:
            draws: The draws; their validation part is what is scored.
            per_class: Examples of each class to learn from.

        Returns:
            The values of the best mean accuracy; of equal ones the smaller. Where there are too few examples to choose
            by, usual values.
        """
        num = min(len(shots.dataset.validation) for shots in draws)
        if num < FEWEST_TO_CHOOSE:
            return Choice(DEFAULTS, {}, per_class, 0, 0)
        tried: dict[Way, Sequence[float]] = {way: STRENGTHS if way in LINEAR else RATES for way in WAYS}
        scored = self._train(draws, per_class, {way: tried[way] for way in TRAINED}, part="validation")
        scored |= self._linear(draws, [(per_class, dict.fromkeys(LINEAR, c)) for c in STRENGTHS], part="validation")
        scores: dict[Way, dict[float, float]] = {
            way: dict(zip(tried[way], scored[way].mean(axis=1).tolist(), strict=True)) for way in WAYS
        }
        values: dict[Way, float] = {way: max(sorted(tried[way]), key=lambda value: scores[way][value]) for way in WAYS}
        return Choice(values, scores, per_class, len(draws), num)

    def learn(self, draws: Sequence[Shots], sizes: Sequence[int], choices: Sequence[Choice]) -> dict[Way, Scores]:
        """Learn from the same examples in every way.

        Args:
            draws: The draws.
            sizes: Numbers of training examples for each class.
            choices: The numbers to learn with; each size takes those that were chosen for the most similar size.

        Returns:
            The accuracy of each way on each draw's test part.
        """
        chosen = [nearest(choices, per_class).values for per_class in sizes]
        trained = [
            self._train(draws, per_class, {way: (values[way],) for way in TRAINED}, part="test")
            for per_class, values in zip(sizes, chosen, strict=True)
        ]
        scored: dict[Way, Scores] = {way: np.stack([scores[way][0] for scores in trained]) for way in TRAINED}
        return scored | self._linear(draws, list(zip(sizes, chosen, strict=True)), part="test")

    def as_it_is(self, draws: Sequence[Shots]) -> Float[np.ndarray, " draws"]:
        """Score the source as it is, its last layer included, where the classes are the same."""
        params, statistics = self._source.params, self._source.statistics
        datasets = [shots.dataset for shots in draws]
        return np.array([self._score(self._plan(each, 1)[1], params, statistics, each, "test") for each in datasets])

    def _linear(
        self, draws: Sequence[Shots], fits: Sequence[tuple[int, Mapping[Way, float]]], *, part: Scored
    ) -> dict[Way, Float[np.ndarray, "fits draws"]]:
        """Fit linear models to the source's features and to the raw pixels, each with its number of examples and C."""
        scores: dict[Way, Float[np.ndarray, "fits draws"]] = {way: np.zeros((len(fits), len(draws))) for way in LINEAR}
        for column, shots in enumerate(draws):
            for way in LINEAR:
                train, scored = self._rows(way, shots, "train"), (self._rows(way, shots, part), shots.labels(part))
                for row, (per_class, strengths) in enumerate(fits):
                    if self._stop.is_set():
                        raise Interrupted
                    rows = train[: per_class * len(shots.dataset.classes)]
                    fitted = (rows, shots.labels("train", per_class))
                    scores[way][row, column] = linear_accuracy(fitted, scored, strengths[way])
        return scores

    def _rows(self, way: Way, shots: Shots, part: PartName) -> Float[np.ndarray, "examples numbers"]:
        inputs = shots.real(part)
        if way == "raw pixels":
            return inputs.reshape(len(inputs), -1)
        network = self._plan(shots.dataset, 1)[1].network
        return features_of(network, self._source.params, self._source.statistics, inputs)

    def _train(
        self, draws: Sequence[Shots], per_class: int, rates: Mapping[Way, Sequence[float]], part: Scored
    ) -> dict[Way, Float[np.ndarray, "rates draws"]]:
        """Train a population: every way and rate from every draw."""
        datasets = {shots.seed: shots.first(per_class) for shots in draws}
        places = [(way, rate, shots.seed) for way, tried in rates.items() for rate in tried for shots in draws]
        experiment, plan = self._plan(datasets[draws[0].seed], len(places))
        self._check(plan, experiment.epochs)
        start = self._start(plan)
        members = [
            Member(seed, (("learning_rate", rate),), start if way == "fine-tuned" else None)
            for way, rate, seed in places
        ]
        trained = train_population(
            experiment, plan, members, datasets.__getitem__, on_progress=self._on_progress, stop=self._stop
        ).trained
        scores = {
            place: self._score(plan, member.params, member.statistics, datasets[place[2]], part)
            for place, member in zip(places, trained, strict=True)
        }
        return {
            way: np.array([[scores[way, rate, shots.seed] for shots in draws] for rate in tried])
            for way, tried in rates.items()
        }

    def _start(self, plan: Plan) -> Start:
        """Return all learned layers but the last, which predicts other classes."""
        last = plan.network.layers[-1].name
        kept = {name: arrays for name, arrays in self._source.params.items() if name != last}
        return Start(kept, self._source.statistics)

    def _plan(self, dataset: Dataset, num_members: int) -> tuple[Experiment, Plan]:
        num = len(dataset.train)
        batch = min(BATCH, num)
        steps = math.ceil(num / batch)
        experiment = Experiment(
            name="transfer",
            model=self._source.model,
            loss=self._source.loss,
            head=self._source.head,
            check=self._source.check,
            optimizer=AdamSpec(),
            schedule=OneCycleSpec(),
            epochs=max(EPOCHS, math.ceil(STEPS / steps)),
            batch_size=batch,
            precision=self._source.precision,
        )
        return experiment, make_plan(experiment, dataset, num_members=num_members, is_brief=True)

    @staticmethod
    def _score(plan: Plan, params: HostArrays, statistics: HostArrays, dataset: Dataset, part: Scored) -> float:
        rows = dataset.part(part)
        with precision_of(plan.precision):
            outputs = infer(
                plan.network,
                plan.objective,
                params,
                statistics,
                dataset.inputs[rows],
                input_scale=dataset.input_scale,
            ).outputs
        return float((outputs.argmax(axis=1) == dataset.targets[rows]).mean())
