"""`learning-rate`: the one-command answer, with its evidence."""

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from descentlab import sharpness, studies, training
from descentlab.data import Dataset
from descentlab.labs.learning_rate._sharpness import describe_sharpness, measure_rates, sharpness_section
from descentlab.labs.sweep import ExamplesByData, Introduction, SweepJob, SweepResult
from descentlab.results import Chart, Mark, Section, Series, WordTable
from descentlab.sharpness import SharpnessTrace, trace_values
from descentlab.spec import Experiment, parse_study
from descentlab.studies import RangeTest, Study
from descentlab.workbench._changes import Changes, Settings, settings_as_texts
from descentlab.workbench._resolve import resolve
from descentlab.workbench._watcher import SILENT, Watcher

STEPS = 120
LOWEST, HIGHEST = 1e-6, 100.0
PER_DECADE = 2
DECADES = 2
"""The sweep reaches so far on either side of the range test's suggestion."""
BUDGET = 2e11
"""Multiply-adds that the sweep may spend: some tens of seconds on two cores."""
SEEDS = (10, 4, 2, 1)
"""With 8 seeds and 9 rates no difference could ever be real: the least p-value, 2 / 2^8, is corrected for 8 of them."""
MIN_EPOCHS = 3


@dataclass(frozen=True)
class LearningRate:
    """A recommended rate, with its evidence.

    Attributes:
        rate: The recommendation; None if every rate that was tried diverged.
        range_test: The range test.
        sharpness_limit: The rate above which the rule is unstable at the initial weights, were they a quadratic's; None
            for rules that give each weight a step of its own.
        traces: The sharpness at start and end of one training at a tenth, one and ten times of the rate.
        sweep: The sweep around the range test's suggestion.
    """

    rate: float | None
    range_test: RangeTest
    sharpness_limit: float | None
    traces: tuple[SharpnessTrace, ...]
    sweep: SweepResult

    @property
    def sentences(self) -> tuple[str, ...]:
        """What came out, in words."""
        return self.sweep.sentences

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "learning_rate": self.rate,
            "suggestions": self.range_test.suggestions,
            "initial_stability_limit": self.sharpness_limit,
            "sharpness": [trace_values(trace) for trace in self.traces],
            "study": str(self.sweep.path),
            **self.sweep.metrics,
        }


def learning_rate(
    what: Any,
    target: Any = None,
    *,
    epochs: int | None = None,
    batch_size: int | Literal["full"] | None = None,
    hidden: Sequence[int] | None = None,
    seed: int | None = None,
    seeds: int | None = None,
    set: Settings = (),  # noqa: A002 - the word of the command line
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> LearningRate:
    """Recommend a learning rate, say why, and what a tenth and ten times of it do.

    A range test suggests where to look, the sharpness at the start says where plain descent would be unstable on a
    quadratic, and a sweep around the suggestion, from several seeds, decides.

    Args:
        what: As for `train`.
        target: With a table, the column to predict.
        epochs: Passes over the training part in the sweep. Default: the experiment's, or fewer where it is large.
        batch_size: Examples in a step, or "full".
        hidden: Units of the hidden dense layers.
        seed: The first seed.
        seeds: Networks of each rate. Default: 10, or fewer where training is long.
        set: Any other fields of the experiment.
        out: The study's own folder. Default: a new one under `./runs`.
        report: Whether to write `report.html`.
        watcher: What is called while it goes on.

    Returns:
        The rate with its evidence.

    Raises:
        DescentlabError: If what is asked for cannot be done; nothing is left behind.
        Stopped: If Ctrl-C was pressed; the sweep is saved and can be resumed.
    """
    begin = time.perf_counter()
    changes = Changes(
        data={"target": target},
        fields={"epochs": epochs, "batch_size": batch_size, "seed": seed},
        hidden=None if hidden is None else tuple(hidden),
        settings=settings_as_texts(set),
    )
    wish = resolve(what, changes)
    examples = ExamplesByData(wish.experiment, None, watcher)
    dataset = examples.of(wish.experiment, wish.experiment.seed)
    experiment = wish.settle(dataset)
    training.prepare_engine()
    tested = _test(experiment, dataset, watcher)
    limit = _initial_limit(experiment, dataset)
    centre = _centre(tested, experiment)
    count, num_epochs, is_short = _affordable(experiment, dataset, seeds, epochs)
    steps = range(-PER_DECADE * DECADES, PER_DECADE * DECADES + 1)
    rates = [float(f"{centre * 10.0 ** (step / PER_DECADE):.3g}") for step in steps]
    swept = experiment.model_copy(update={"num_seeds": count, "epochs": num_epochs})
    spec = parse_study({"variables": [{"name": "learning_rate", "values": rates}], "experiment": swept})
    traces: list[SharpnessTrace] = []

    def describe(study: Study) -> tuple[str, ...]:
        told = _describe(study, tested, limit, is_short=is_short)
        chosen = _around(study)
        if not chosen:
            return told
        traces.extend(measure_rates(swept, dataset, [rates[place] for place in chosen], watcher))
        return (*told, describe_sharpness(swept, traces))

    def sections() -> tuple[Section, ...]:
        found = (_section(experiment, tested, limit),)
        return (*found, sharpness_section(swept, traces)) if traces else found

    introduction = Introduction(verb="learning-rate", kind="Learning rate", describe=describe, sections=sections)
    job = SweepJob(spec, examples, watcher, writes_report=report, begin=begin, before=introduction)
    found = job.run_new(None if out is None else Path(out))
    best = found.study.best
    return LearningRate(None if best is None else rates[best.place], tested, limit, tuple(traces), found)


def _test(experiment: Experiment, dataset: Dataset, watcher: Watcher) -> RangeTest:
    plan = training.make_plan(experiment, dataset, is_brief=True)
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    member = training.Member(experiment.seed)
    return studies.run_range_test(
        plan,
        [member],
        [dataset],
        rates,
        on_step=lambda done, total: watcher.on_loading("range test", done, total),
    )


def _centre(tested: RangeTest, experiment: Experiment) -> float:
    """Return the middle of what two rules suggest, as a ratio.

    The valley alone lay a hundredth of the stable limit on a quadratic, and the best rate beyond the sweep; where the
    loss falls fastest, noise of the first steps decides too often.
    """
    named = [tested.suggestions[name] for name in ("valley", "minimum") if name in tested.suggestions]
    return math.exp(sum(map(math.log, named)) / len(named)) if named else experiment.optimizer.learning_rate


def _initial_limit(experiment: Experiment, dataset: Dataset) -> float | None:
    if sharpness.is_preconditioned(experiment.optimizer):
        return None
    plan = training.make_plan(experiment, dataset)
    with training.precision_of(plan.precision):
        loss = sharpness.network_loss(plan.network, plan.objective, dataset, l2=experiment.optimizer.l2)
        loss_fn, at = loss.at(plan.network.draw(experiment.seed), plan.network.start_statistics(), plan.precision)
        product = sharpness.hessian_product(loss_fn, at)
        ends = sharpness.find_extremes(product, at.size, num_steps=15, dtype=plan.precision)
    # The limit of a sharpness of 1 is the rate times the sharpness that it allows.
    return sharpness.stability_limit(experiment.optimizer, 1.0) / ends.largest if ends.largest > 0.0 else None


def _affordable(
    experiment: Experiment, dataset: Dataset, seeds: int | None, epochs: int | None
) -> tuple[int, int, bool]:
    """Choose how many seeds and epochs the sweep may have, and say whether it is shorter than the experiment."""
    plan = training.make_plan(experiment, dataset)
    num_rates = 2 * PER_DECADE * DECADES + 1
    work = 3 * num_rates * len(dataset.train) * sum(layer.multiply_adds for layer in plan.network.layers)

    def fits(count: int, num_epochs: int) -> bool:
        return work * count * num_epochs <= BUDGET

    for count in (seeds,) if seeds else SEEDS:
        if epochs is not None or fits(count, experiment.epochs):
            return count, experiment.epochs, False
    count = seeds or SEEDS[-2]
    affordable = max(MIN_EPOCHS, math.floor(BUDGET / (work * count)))
    return count, min(affordable, experiment.epochs), affordable < experiment.epochs


def _describe(study: Study, tested: RangeTest, limit: float | None, *, is_short: bool) -> tuple[str, ...]:
    best = study.best
    if best is None:
        return ("No rate that was tried is to be recommended: each diverged from at least one seed.",)
    values = study.variables["learning_rate"]
    rate = float(values[best.place])
    told = [f"Use a learning rate of {rate:.3g}."]
    for place in _around(study):
        if place != best.place:
            word = "A tenth of it" if place < best.place else "Ten times of it"
            told.append(f"{word}, {float(values[place]):.3g}: {_fate(study, place)}{_beside(study, place)}")
    named = ", ".join(f"{name} {value:.2g}" for name, value in tested.suggestions.items())
    told.append(f"The range test suggested {named or 'nothing'}; the sweep around valley and minimum decided.")
    if limit is not None:
        side = "above" if rate > limit else "below"
        told.append(
            f"At the initial weights plain descent on a quadratic would be stable up to {limit:.3g}; the recommended "
            f"rate is {side} that"
            + (", which is a warning and not a verdict: networks move to flatter places." if side == "above" else ".")
        )
    if is_short:
        told.append(
            f"The sweep had {study.spec.experiment.epochs} epochs, fewer than the experiment's: over more epochs lower "
            "rates may catch up. `--epochs N` sets them."
        )
    return tuple(told)


def _around(study: Study) -> list[int]:
    """Return the places of a tenth of the best rate, of itself, and of ten times of it, as far as they were tried."""
    if study.best is None:
        return []
    values = study.variables["learning_rate"]
    rate = float(values[study.best.place])
    wanted = (rate / 10.0, rate, rate * 10.0)
    return [place for place, value in enumerate(values) if any(abs(float(value) / each - 1.0) < 0.1 for each in wanted)]


def _beside(study: Study, place: int) -> str:
    """Say how its loss compares with that of the best rate."""
    pair = study.best.differences.get(place) if study.best else None
    if pair is None:
        return " From at least one seed the loss was no number."
    sure = studies.word_reality(pair, len(study.best.differences) if study.best else 1)
    return f" Its {study.held_out} loss is higher by {pair.mean:.3g}{studies.word_interval(pair)}: {sure}."


def _fate(study: Study, place: int) -> str:
    own = range(place * study.num_seeds, (place + 1) * study.num_seeds)
    verdicts = [study.judgements[one].verdict for one in own]
    word = max(verdicts, key=verdicts.count)
    first = next(one for one in own if study.judgements[one].verdict == word)
    return f"{verdicts.count(word)} of {study.num_seeds} {word}. From one seed: {study.judgements[first].evidence}."


def _section(experiment: Experiment, tested: RangeTest, limit: float | None) -> Section:
    marks = [Mark(name, x=value) for name, value in tested.suggestions.items()]
    if limit is not None:
        marks.append(Mark("initial limit", x=limit))
    shown = slice(0, max(tested.end, 2))
    chart = Chart(
        "Loss while the rate rises",
        "learning rate",
        "loss of the batch",
        (
            Series("smoothed", tested.rates[shown], tested.smoothed[shown]),
            Series("each batch", tested.rates[shown], tested.losses[shown], style="points", tone=5),
        ),
        x_log=True,
        marks=tuple(marks),
        note=f"One training of {len(tested.rates)} steps, seed {experiment.seed}; the rate rises at every step.",
    )
    rules = {
        "valley": "half-way through the longest descent of the smoothed loss",
        "steep": "where the smoothed loss falls fastest, against the logarithm of the rate",
        "minimum": "a tenth of the rate at its lowest point",
    }
    rows = tuple((name, f"{value:.3g}", rules[name]) for name, value in tested.suggestions.items())
    told = (
        "A range test trains one network while its rate rises by equal factors. It is quick and noisy: what it "
        "suggests is where to look, and the sweep below decides.",
    )
    return Section("Range test", told, (chart, WordTable("Suggestions", ("rule", "rate", "what it is"), rows)))
