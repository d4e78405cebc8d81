"""What `softmax` says; it is given nothing but the tables."""

import math

import numpy as np

from descentlab.results import Evidence, Statement, Tables, Words


def say(tables: Tables) -> Words:
    """Say who gets the probability, and why."""
    statements = [_lead(tables), _overflow(tables), _ruled_out(tables), _failed(tables)]
    return Words(_largest(tables), tuple(statement for statement in statements if statement is not None))


def _largest(tables: Tables) -> Statement:
    classes = tables["classes"]
    best = int(np.argmax(np.asarray(classes.column("probability"))))
    return Statement(
        f"{_called(tables, best).replace('class ', 'Class ', 1)} gets {classes.column('probability')[best]:.4g} of the "
        "probability.",
        (Evidence("classes", ("class", "probability")),),
        "Another class with a larger probability.",
    )


def _lead(tables: Tables) -> Statement | None:
    logits = np.asarray(tables["classes"].column("logit"), np.float64)
    if len(logits) < 2:
        return None
    probabilities = tables["classes"].column("probability")
    temperature = float(tables["summary"].value("temperature"))
    first, second = (int(k) for k in np.argsort(-logits, kind="stable")[:2])
    lead = float(logits[first] - logits[second]) / temperature
    over = "" if temperature == 1.0 else f" over a temperature of {temperature:g}"
    if lead == 0.0:
        text = "The two largest logits are equal, and so are their probabilities."
    elif probabilities[second] == 0.0:
        text = f"The next class is too far behind to get any of it that 64 bits could hold (a lead of {lead:.4g})."
    else:
        text = (
            f"Its logit leads the next one's by {lead * temperature:.4g}{over}, so it gets e^{lead:.4g} = "
            f"{np.exp(lead):.4g} times as much: softmax turns differences into ratios."
        )
    return Statement(text, (Evidence("classes", ("logit",)),), "A ratio of the two probabilities that is not e^lead.")


def _overflow(tables: Tables) -> Statement | None:
    total = float(tables["summary"].value("naive_sum"))
    probabilities = np.asarray(tables["classes"].column("naive_probability"), np.float64)
    if math.isfinite(total) and np.isfinite(probabilities).all():
        return None
    shown = ", ".join(f"{value:.4g}" for value in probabilities[:4]) + (", ..." if len(probabilities) > 4 else "")
    what = "overflows: its exponentials are infinite" if math.isinf(total) else "underflows: its exponentials are 0"
    return Statement(
        f"The formula used directly {what}, and gives {shown}. Taking the largest logit off first changes no "
        "probability and avoids that.",
        (Evidence("summary", ("naive_sum",)), Evidence("classes", ("naive_probability",))),
        "A finite sum of the exponentials.",
    )


def _ruled_out(tables: Tables) -> Statement | None:
    logits = tables["classes"].column("logit")
    names = [_called(tables, k) for k, logit in enumerate(logits) if logit == -math.inf]
    if not names:
        return None
    return Statement(
        f"A logit of -inf rules a class out: {', '.join(names)} has probability 0.",
        (Evidence("classes", ("logit",)),),
        "A finite logit of that class.",
    )


def _failed(tables: Tables) -> Statement | None:
    if all(tables["proofs"].column("holds")):
        return None
    return Statement(
        "One of the statements below does not hold on these numbers: that is a mistake of descentlab's.",
        (Evidence("proofs", ("holds",)),),
        "All of them holding.",
    )


def _called(tables: Tables, place: int) -> str:
    name = tables["classes"].column("class")[place]
    return f"class {name}" if name == str(place) else name
