"""What `learning-rate` says; it is given nothing but the tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from descentlab.results import Evidence, Statement, Tables, Words
from descentlab.studies import state_best, state_none, state_rest, word_difference, word_outcome, word_reality


def say(tables: Tables) -> Words:
    """Recommend a rate, say what a tenth and ten times of it do, and what the rate rests on."""
    rate = tables["recommendation"].value("learning_rate")
    if rate is None:
        answer = state_none(tables, "No learning rate can be recommended")
        return Words(answer, (*_range_test(tables), *state_rest(tables)))
    answer = Statement(
        f"Use a learning rate of {rate:.3g}.",
        (Evidence("recommendation", ("learning_rate",)),),
        "Another rate with a lower mean loss over the same seeds.",
    )
    first = (*_neighbours(tables), *_range_test(tables), *_limit(tables), *_epochs(tables), *_sharpness(tables))
    return Words(answer, (*first, state_best(tables), *state_rest(tables)))


def _neighbours(tables: Tables) -> Iterator[Statement]:
    """Say what became of the networks at a tenth and ten times of the rate."""
    best = tables["recommendation"].value("learning_rate")
    for row in tables["low_right_high"].rows() if "low_right_high" in tables else ():
        rate = float(tables["settings"].cell(row["setting"], "learning_rate"))
        for factor, words in ((0.1, "A tenth of it"), (10.0, "Ten times of it")):
            if abs(rate / (factor * best) - 1.0) < 0.1:
                yield _neighbour(tables, row, f"{words}, {rate:.3g}")


def _neighbour(tables: Tables, row: Mapping[str, Any], lead: str) -> Statement:
    setting, outcome = row["setting"], word_outcome(row["verdict"], row["networks"])
    which = f"of {row['seeds']} networks {outcome}" if row["seeds"] > 1 else f"the network {outcome.removeprefix('1 ')}"
    text = f"{lead}: {which}. From one seed: {row['evidence']}."
    evidence = [Evidence("low_right_high", ("networks", "evidence"), (row["place"],))]
    comparison = tables["comparison"]
    pair = next((pair for pair in comparison.rows() if pair["setting"] == setting), None)
    if pair is None:
        refuted = "Networks of that rate with another outcome."
        return Statement(f"{text} From at least one seed the loss was no number.", tuple(evidence), refuted)
    evidence.append(Evidence("comparison", ("worse_by", "p_value", "is_real"), (setting,)))
    part = tables["summary"].value("judged_on")
    text += f" Its {part} loss is higher by {word_difference(pair['worse_by'])}: {word_reality(pair, len(comparison))}."
    refuted = "A p of 5% or more where it is called real, below 5% where it may be luck."
    return Statement(text, tuple(evidence), refuted, "real" if pair["is_real"] else "not shown")


def _range_test(tables: Tables) -> Iterator[Statement]:
    suggestions = tables["suggestions"]
    named = ", ".join(f"{row['rate']:.2g} ({row['rule']})" for row in suggestions.rows())
    yield Statement(
        f"A quick range test suggested {named or 'nothing'}. The sweep looked around valley and minimum, and decided.",
        (Evidence("suggestions", ("rule", "rate")),),
        "Another descent of the loss while the rate rises.",
    )


def _limit(tables: Tables) -> Iterator[Statement]:
    rate, limit = (tables["recommendation"].value(name) for name in ("learning_rate", "initial_stability_limit"))
    if limit is None:
        return
    side = "above" if rate > limit else "below"
    end = ", which is a warning and not a verdict: networks move to flatter places." if side == "above" else "."
    yield Statement(
        f"At the initial weights plain descent on a quadratic would be stable up to {limit:.3g}; the recommended rate "
        f"is {side} that{end}",
        (Evidence("recommendation", ("learning_rate", "initial_stability_limit")),),
        "Another sharpness of the loss at the initial weights.",
    )


def _epochs(tables: Tables) -> Iterator[Statement]:
    swept, asked = (tables["recommendation"].value(name) for name in ("epochs", "experiment_epochs"))
    if swept < asked:
        yield Statement(
            f"The sweep had {swept:,} epochs, fewer than the {asked:,} of the experiment: over more epochs lower rates "
            "may catch up. `--epochs N` sets them.",
            (Evidence("recommendation", ("epochs", "experiment_epochs")),),
            "A sweep as long as the experiment.",
        )


def _sharpness(tables: Tables) -> Iterator[Statement]:
    if "sharpness_ends" not in tables:
        return
    rows = list(tables["sharpness_ends"].rows())
    shares = ", ".join(f"{_share(row['share'])} at {row['learning_rate']:.3g}" for row in rows)
    divided = ", divided as the rule divides each step," if rows[0]["is_divided"] else ""
    yield Statement(
        f"The sharpness{divided} at the end of one training, as a share of what the rate allows "
        f"({tables['recommendation'].value('allowed')}): {shares}.",
        (Evidence("sharpness_ends", ("share",)),),
        "Another largest eigenvalue of the Hessian at the end of that training.",
    )


def _share(share: float | None) -> str:
    if share is None:
        return "none, as it diverged,"
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
