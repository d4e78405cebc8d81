"""What `features` says; it is given nothing but the tables."""

from collections.abc import Callable, Sequence
from typing import Any

from descentlab.core import Estimate
from descentlab.labs.features._claim import LOCAL, Difference, Textbook, Verdict, judge
from descentlab.representations import CLASS, ENDS, HOLES, PIXELS
from descentlab.results import Evidence, State, Statement, Table, Tables, Words

STATES: dict[Verdict, State] = {
    "holds": "holds",
    "does not hold": "does not hold",
    "is not shown": "not shown",
    "is not checkable": "not checkable",
}
ITSELF, BEFORE = "itself", "itself before training"
REFUTED = "Networks of other seeds whose differences decide otherwise."


def say(tables: Tables) -> Words:
    """Say what became of the textbook's claims, what is read best from which layer, and how alike layers are."""
    claims = tuple(_claim(tables, claim) for claim in Textbook)
    properties = dict.fromkeys(tables["probes"].column("property"))
    others = [name for name in dict.fromkeys(tables["likeness"].column("network")) if name != ITSELF]
    read = tuple(_read_best(tables, name) for name in properties)
    return Words(_count(tables), (*claims, *read, *(_alike(tables, name) for name in others)))


def best_layer(probes: Table, name: str) -> dict[str, Any]:
    """Return the row of the layer that a property is read from best, by examples that are not scored."""
    return max((row for row in probes.rows() if row["property"] == name), key=lambda row: row["chosen_score"])


def _count(tables: Tables) -> Statement:
    verdicts = [_verdict(tables, claim) for claim in Textbook]
    held, refuted, unshown, unchecked = (verdicts.count(verdict) for verdict in STATES)
    parts = [
        f"{held} {'holds' if held == 1 else 'hold'} for this network",
        f"{refuted} {'does' if refuted == 1 else 'do'} not",
        *(f"{num} {'is' if num == 1 else 'are'} not shown" for num in (unshown,) if num),
        *(f"{num} is not checkable" for num in (unchecked,) if num),
    ]
    return Statement(
        f"Textbooks say that {Textbook.EDGES}, the middle layers loops and strokes, and the last layer whole classes: "
        f"of these {len(verdicts)} claims {', '.join(parts[:-1])} and {parts[-1]}.",
        (Evidence("differences", ("gain",)), Evidence("summary", ("first_layer_extent",))),
        REFUTED,
    )


def _verdict(tables: Tables, claim: Textbook) -> Verdict:
    return judge(claim, _differences(tables), tables["summary"].value("first_layer_extent"))


def _differences(tables: Tables) -> list[Difference]:
    return [
        Difference(Textbook(row["claim"]), row["quantity"], row["layer"], row["over"], row["gain"])
        for row in tables["differences"].rows()
    ]


def _claim(tables: Tables, claim: Textbook) -> Statement:
    verdict = _verdict(tables, claim)
    gains = [each for each in _differences(tables) if each.claim == claim]
    text, evidence = EVIDENCE[claim](tables, gains) if gains else _nothing(tables, claim)
    rests_on = (Evidence("differences", ("gain",), (claim.value,)),) if gains else ()
    return Statement(f"That {claim} {verdict}: {text}.", (*rests_on, evidence), REFUTED, STATES[verdict])


Said = tuple[str, Evidence]
"""Why a claim has its verdict, with the cells behind it beside the differences."""


def _edges(tables: Tables, gains: Sequence[Difference]) -> Said:
    (gain,) = gains
    extent = tables["summary"].value("first_layer_extent")
    if extent is None:
        where = "but a layer does not state which pixels they look at, so nobody knows whether they are local"
    elif extent > LOCAL:
        where = (
            f"but they are not local, as an edge is: the median one looks at {extent:.0%} of the picture's side, and a "
            f"local one at {LOCAL:.0%} or less"
        )
    else:
        where = f"and the median one looks at {extent:.0%} of the picture's side"
    text = (
        f"the channels of {gain.layer} are {_by(gain)} selective for the direction of stripes than those of untrained"
    )
    return f"{text} networks, {where}", Evidence("summary", ("first_layer_extent",))


def _strokes(tables: Tables, gains: Sequence[Difference]) -> Said:
    names = tuple(dict.fromkeys(gain.quantity for gain in gains))
    parts = [f"{name} are {_compared(tables, [gain for gain in gains if gain.quantity == name])}" for name in names]
    return "; ".join(parts), Evidence("probes", ("trained",), names)


def _classes(tables: Tables, gains: Sequence[Difference]) -> Said:
    return f"the class is {_compared(tables, gains)}", Evidence("probes", ("trained",), (CLASS,))


def _compared(tables: Tables, gains: Sequence[Difference]) -> str:
    name, layer = gains[0].quantity, gains[0].layer
    first = next(row["layer"] for row in tables["layers"].rows() if row["has_weights"])
    ends = {
        "first layer": f"from {first}",
        "before training": "before training",
        "class alone": "the class alone tells",
    }
    *parts, last = [f"{_by(gain)} than {ends[gain.over]}" for gain in gains]
    score = _fixed(_score(tables, name, layer).value)
    return f"read from {layer} with an accuracy of {score}, {', '.join(parts)} and {last}"


def _nothing(tables: Tables, claim: Textbook) -> Said:
    """Say why there is nothing to compare."""
    names = list(tables["layers"].column("layer"))
    weighted = [row["layer"] for row in tables["layers"].rows() if row["has_weights"]]
    first, last = weighted[0], weighted[-1]
    if claim == Textbook.STROKES and names.index(last) - names.index(first) < 2:
        text = f"there is no layer between the first with weights, {first}, and the last, {last}"
        return text, Evidence("layers", ("has_weights",))
    read = ", ".join(tables["properties"].column("property")) or "nothing that is read"
    text = "have no classes" if claim == Textbook.CLASSES else f"hardly differ in their {HOLES} and {ENDS}"
    return f"the pictures {text}; they differ in {read}", Evidence("properties", ("property",))


EVIDENCE: dict[Textbook, Callable[[Tables, Sequence[Difference]], Said]] = {
    Textbook.EDGES: _edges,
    Textbook.STROKES: _strokes,
    Textbook.CLASSES: _classes,
}


def _score(tables: Tables, name: str, layer: str) -> Estimate:
    rows = tables["probes"].rows()
    return next(row["trained"] for row in rows if (row["property"], row["layer"]) == (name, layer))


def _by(difference: Difference) -> str:
    gain = difference.gain
    # Rounded first, so that no zero has a sign.
    value, low, high = (round(number, 3) + 0.0 for number in (gain.value, gain.low, gain.high))
    interval = f"({low:+.3f} to {high:+.3f})".replace("-", "−")
    return f"{abs(value):.3f} {'more' if value >= 0.0 else 'less'} {interval}"


def _read_best(tables: Tables, name: str) -> Statement:
    """Say from which layer a property is read best, beside what is read without it."""
    row = best_layer(tables["probes"], name)
    layer, score, pixels = row["layer"], row["trained"], _score(tables, name, PIXELS)
    (facts,) = (each for each in tables["properties"].rows() if each["property"] == name)
    others: list[str] = []
    if layer != PIXELS:
        others = [
            f"{_fixed(row['untrained'].value)} from the same layer before training",
            f"{_fixed(pixels.value)} from the raw pixels",
        ]
    others += [] if name == CLASS else [f"{_fixed(facts['class_alone'])} from the class alone"]
    is_accuracy = facts["measure"] == "accuracy"
    others += [f"{_fixed(facts['chance'])} by always giving the same answer"] if is_accuracy else []
    listed = f"{', '.join(others[:-1])} and {others[-1]}" if len(others) > 1 else others[0]
    subject = "The class is" if name == CLASS else f"{name.capitalize()} {'are' if name.endswith('s') else 'is'}"
    return Statement(
        f"{subject} read best from {layer}: with {'an accuracy' if is_accuracy else 'an R²'} of {_fixed(score.value)} "
        f"({_fixed(score.low)} to {_fixed(score.high)}), against {listed}.",
        (
            Evidence("probes", ("trained", "untrained", "chosen_score"), (name,)),
            Evidence("properties", ("chance", "class_alone"), (name,)),
        ),
        "Another layer that it is read from better, on examples that are not scored.",
    )


def _alike(tables: Tables, network: str) -> Statement:
    """Say which layers are most and least like those of the same name in another network."""
    rows = [row for row in tables["likeness"].rows() if row["network"] == network and row["layer"] != PIXELS]
    same = sorted((row for row in rows if row["layer"] == row["other_layer"]), key=lambda row: row["cka"])
    scale = "1 is alike, 0 is unrelated"
    if not same:
        most = max((row for row in rows if row["other_layer"] != PIXELS), key=lambda row: row["cka"])
        text = (
            f"No layer has the name of a layer of {network}; most alike are {most['layer']} and its "
            f"{most['other_layer']} (linear CKA {_fixed(most['cka'], 2)}; {scale})."
        )
    else:
        (least, low), *_, (most, high) = [(row["layer"], _fixed(row["cka"], 2)) for row in (*same[:1], *same)]
        if network == BEFORE:
            text = f"Training changed {least} most (linear CKA with itself before training {low}; {scale})"
            text += f" and {most} least ({high})." if same[1:] else "."
        else:
            text = (
                f"Of the layers that {network} has too, {most} is most like its namesake (linear CKA {high}; {scale})"
            )
            text += f" and {least} least ({low})." if same[1:] else "."
    evidence = Evidence("likeness", ("cka",), (network,))
    return Statement(text, (evidence,), "Another linear CKA of these layers.")


def _fixed(value: float, decimals: int = 3) -> str:
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")
