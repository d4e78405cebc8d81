"""Trainings of known outcome, in NumPy and through `train` and `sweep`: how often the word for it is right."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import descentlab as dl
from descentlab.judgement import judge_training
from evidence._planted import PLANTED
from evidence._study import Figures, Finding, Study

RATES = {"circle": {1e-5: "improving", 10.0: "saturated units"}, "xor": {1e-5: "improving", 10.0: "saturated units"}}
"""Learning rates of presets, with the outcome that each has from every seed."""
ABSTENTIONS = ("too short to tell", "not checkable")
LEAST, MOST_ABSTAINED = 0.9, 0.1


def _measure(number: int) -> Figures:
    words = {name: judge_training(draw(np.random.default_rng(number))).outcome for name, (_, draw) in PLANTED.items()}
    truths = {name: truth for name, (truth, _) in PLANTED.items()}
    same = 0
    with tempfile.TemporaryDirectory() as folder:
        for preset, rates in RATES.items():
            swept = dl.sweep(
                preset, vary={"learning_rate": tuple(rates)}, seed=number, seeds=1, report=False,
                out=Path(folder) / f"{preset}-sweep",
            )  # fmt: skip
            for (rate, truth), outcome in zip(rates.items(), swept.measured.outcomes.tolist(), strict=True):
                run = dl.train(
                    preset, set={"optimizer.learning_rate": rate}, seed=number, report=False,
                    out=Path(folder) / f"{preset}-{rate}",
                )  # fmt: skip
                name = f"{preset} at rate {rate:g}"
                words[name], truths[name] = run.metrics["judgements"][0]["outcome"], truth
                same += words[name] == outcome
    right = {name: words[name] == truths[name] for name in words}
    abstained = sum(words[name] in ABSTENTIONS and not right[name] for name in words)
    return {
        "trainings": len(words),
        "right": sum(right.values()),
        "abstained": abstained,
        "trained": sum(map(len, RATES.values())),
        "same in a sweep": same,
        # A kind that was judged wrongly is named, with 1.
        **{f"wrong: {name}: {words[name]}": 1 for name in words if not right[name]},
    }


def _judge(repetitions: Sequence[Figures]) -> Finding:
    def total(name: str, of: Sequence[Figures]) -> float:
        return sum(each[name] for each in of)

    # Every second seed was put aside while the rules were set.
    aside = repetitions[1::2]
    parts = {"in all": repetitions, "of those put aside": aside}
    shares = {name: total("right", of) / total("trainings", of) for name, of in parts.items()}
    abstained = total("abstained", repetitions) / total("trainings", repetitions)
    alike = total("same in a sweep", repetitions) == total("trained", repetitions)
    texts = [f"{total('right', of):.0f} of {total('trainings', of):.0f} right {name}" for name, of in parts.items()]
    text = f"{', '.join(texts)}; {abstained:.1%} abstained; {'the same' if alike else 'not the same'} in sweeps"
    return Finding(min(shares.values()) >= LEAST and abstained <= MOST_ABSTAINED and alike, text)


STUDY = Study(
    name="planted-outcomes",
    claim="Of trainings with a known outcome at least 90% are judged rightly, at most 10% not at all, and `train` and "
    "`sweep` say the same.",
    method=f"{len(PLANTED)} kinds of planted curves and small networks, and {sum(map(len, RATES.values()))} trainings "
    "of presets, from each of eight seeds; odd seeds are put aside.",
    repetitions=8,
    measure=_measure,
    judge=_judge,
)
