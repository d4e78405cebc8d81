"""What `importance` says of the textbooks' claims; it is given nothing but the tables."""

from collections.abc import Callable
from dataclasses import dataclass

from descentlab.labs.importance.measure import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LINEAR,
    NO_DROPOUT,
    NO_NORM,
    NO_POOLING,
    PLAIN,
    STRIDED,
    Textbook,
    Verdict,
    sign_of,
    verdict_of,
    word_shift,
)
from descentlab.results import Evidence, State, Statement, Tables, counted, write_cell
from descentlab.studies import word_reality

STATES: dict[Verdict, State] = {"holds": "holds", "does not hold": "does not hold", "is not shown": "not shown"}
REFUTED = "Networks trained from other seeds whose differences decide otherwise."


def count_claims(tables: Tables) -> Statement:
    """Say how many of the textbooks' claims hold."""
    verdicts = list(tables["claims"].column("verdict"))
    seeds = int(tables["retraining"].value("seeds"))
    held, refuted, open_ = (verdicts.count(verdict) for verdict in STATES)
    counts = (
        f"{held} {'holds' if held == 1 else 'hold'} for this network, {refuted} {'does' if refuted == 1 else 'do'} "
        f"not, and {open_} {'is' if open_ == 1 else 'are'} not shown"
    )
    return Statement(
        f"Of {counted(len(verdicts), 'textbook claim')} about its layers {counts}. The network was trained from "
        f"{counted(seeds, 'seed')} with and without each kind of layer.",
        (Evidence("claims", ("verdict",)), Evidence("retraining", ("seeds",))),
        REFUTED,
    )


def say_claims(tables: Tables) -> tuple[Statement, ...]:
    """Say of each claim whether it holds, and why."""
    scores = _Scores(tables)
    return tuple(_claim(tables, scores, claim) for claim in tables["claims"].column("claim"))


def _claim(tables: Tables, scores: "_Scores", claim: str) -> Statement:
    table = tables["differences"]
    rows = [row for row in table.rows() if (row["claim"], row["use"]) == (claim, "decides")]
    verdict = verdict_of([sign_of(row["gain"].value, is_real=row["is_real"]) for row in rows])
    (column,) = (column for column in table.columns if column.name == "gain")
    gains = "; ".join(f"difference {write_cell(row['gain'], column)}: {word_reality(row, 1)}" for row in rows)
    text, evidence = EVIDENCE[Textbook(claim)](scores)
    return Statement(
        f"Textbooks say that {claim}. This {verdict}: {text} ({gains}).",
        (Evidence("differences", ("gain", "is_real"), (claim,)), *evidence),
        REFUTED,
        STATES[verdict],
    )


@dataclass(frozen=True)
class _Scores:
    """The scores of the variants, in words."""

    tables: Tables

    @property
    def is_classes(self) -> bool:
        return self.tables["retraining"].value("score") != "loss"

    @property
    def shift(self) -> str:
        return f"on pictures shifted by {word_shift(self.tables['retraining'].value('shift'))}"

    def has(self, variant: str) -> bool:
        return variant in self.tables["variants"].column("variant")

    def of(self, variant: str, column: str = "test") -> str:
        return self.word(self.tables["variants"].cell(variant, column))

    def word(self, value: float | None) -> str:
        if value is None:
            return "nothing, since it diverged from every seed"
        return f"{value:.1f}%" if self.is_classes else f"a loss of {value:.4g}"

    def gap(self, variant: str) -> str:
        value = self.tables["variants"].cell(variant, "gap")
        if value is None:
            return "nothing"
        return f"{value:.2f} points" if self.is_classes else f"{value:.4g}"


Said = tuple[str, tuple[Evidence, ...]]
"""What was measured for a claim, in words, with the cells behind it."""


def _of_variants(column: str, *variants: str) -> Evidence:
    return Evidence("variants", (column,), variants)


def _pooling_and_shifts(scores: _Scores) -> Said:
    others = [name for name in (STRIDED, AVERAGE) if scores.has(name)]
    text = (
        f"{scores.shift} the network is right on {scores.of(AS_IT_IS, 'shift')}, and without pooling on "
        f"{scores.of(NO_POOLING, 'shift')}"
    )
    text += "".join(f"; with {name}: {scores.of(name, 'shift')}" for name in others)
    return text, (_of_variants("shift", AS_IT_IS, NO_POOLING, *others),)


def _convolution_and_shifts(scores: _Scores) -> Said:
    right = f"{scores.shift} the network is right on {scores.of(AS_IT_IS, 'shift')}"
    text = f"{right}, and a dense network of as many weights on {scores.of(DENSE, 'shift')}"
    return text, (_of_variants("shift", AS_IT_IS, DENSE),)


def _overfitting(variant: str, what: str) -> Callable[[_Scores], Said]:
    def say(scores: _Scores) -> Said:
        compared = (
            "training accuracy is above held-out accuracy"
            if scores.is_classes
            else "the held-out loss is above the training loss"
        )
        text = (
            f"{compared} by {scores.gap(AS_IT_IS)} with {what} and by {scores.gap(variant)} without; the held-out "
            f"score is {scores.of(AS_IT_IS)} with it and {scores.of(variant)} without"
        )
        return text, (_of_variants("gap", AS_IT_IS, variant), _of_variants("test", AS_IT_IS, variant))

    return say


def _better(variant: str, first: str, second: str) -> Callable[[_Scores], Said]:
    def say(scores: _Scores) -> Said:
        text = f"{first} the network scores {scores.of(AS_IT_IS)}, and {second} {scores.of(variant)}"
        return text, (_of_variants("test", AS_IT_IS, variant),)

    return say


def _activations(scores: _Scores) -> Said:
    kind = "logistic" if scores.is_classes else "ridge"
    model = scores.word(scores.tables["retraining"].value("linear_model"))
    text = (
        f"the network scores {scores.of(AS_IT_IS)}; with everything linear {scores.of(LINEAR)}, and a linear model "
        f"({kind} regression) on the same inputs {model}"
    )
    return text, (_of_variants("test", AS_IT_IS, LINEAR), Evidence("retraining", ("linear_model",)))


def _shared_weights(scores: _Scores) -> Said:
    counts, variants = scores.tables["retraining"], scores.tables["variants"]
    convolutions, unshared = (int(counts.value(name)) for name in ("convolution_weights", "dense_weights"))
    weights, others = (int(variants.cell(name, "parameters")) for name in (AS_IT_IS, DENSE))
    text = (
        f"its convolutions have {convolutions:,} weights, where dense layers between the same shapes would need "
        f"{unshared:,}; with {weights:,} weights in all the network scores {scores.of(AS_IT_IS)}, and a dense network "
        f"of {others:,} scores {scores.of(DENSE)}"
    )
    return text, (
        Evidence("retraining", ("convolution_weights", "dense_weights")),
        _of_variants("parameters", AS_IT_IS, DENSE),
        _of_variants("test", AS_IT_IS, DENSE),
    )


def _depth(scores: _Scores) -> Said:
    differences = scores.tables["differences"]
    before = "test score, over no "
    removed = [row["difference"].removeprefix(before) for row in differences.rows() if row["claim"] == Textbook.DEPTH]
    without = ", ".join(f"without {name} {scores.of(f'without {name}')}" for name in removed)
    names = (AS_IT_IS, *(f"without {name}" for name in removed))
    return f"the network scores {scores.of(AS_IT_IS)}; {without}", (_of_variants("test", *names),)


EVIDENCE: dict[Textbook, Callable[[_Scores], Said]] = {
    Textbook.POOLING_AND_SHIFTS: _pooling_and_shifts,
    Textbook.POOLING_AND_GAP: _overfitting(NO_POOLING, "pooling"),
    Textbook.LARGEST_OR_MEAN: _better(AVERAGE, "with max pooling", "with average pooling"),
    Textbook.ACTIVATIONS: _activations,
    Textbook.DROPOUT_AND_GAP: _overfitting(NO_DROPOUT, "dropout"),
    Textbook.VARYING_AND_GAP: _overfitting(PLAIN, "pictures varied in training"),
    Textbook.NORMALISATION: _better(NO_NORM, "with it", "without it"),
    Textbook.CHANNELS: _better(HALF, "with all its channels and units", "with half of them"),
    Textbook.SHARED_WEIGHTS: _shared_weights,
    Textbook.CONVOLUTION_AND_SHIFTS: _convolution_and_shifts,
    Textbook.DEPTH: _depth,
}
"""What is said of the scores behind each claim."""
