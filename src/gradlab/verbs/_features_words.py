"""What `features` found, in sentences."""

from gradlab.representations import CLASS, PIXELS, Depth
from gradlab.verbs._features_result import Features
from gradlab.verbs._features_source import Source


def describe(found: Features) -> tuple[str, ...]:
    """Say what the layers have learned: the claim first, then what is read where, then the rest."""
    held = [one for one in found.claim if one.verdict == "holds"]
    total = len(found.claim)
    head = f"Of the textbook's claim {len(held)} of {total} parts hold for this network" + (
        "." if len(held) == total else ": " + "; ".join(f"that {one.claim} {one.verdict}" for one in found.claim) + "."
    )
    told = [head, *[f"That {one.claim} {one.verdict}: {one.evidence}." for one in found.claim]]
    told += [_where(one) for one in found.depths]
    told.append(_likeness(found))
    return tuple(told)


def _where(one: Depth) -> str:
    best = one.best(one.layers)
    score, gain = one.score(best), one.gain_by_training(best)
    measure = "accuracy" if one.is_classes else "R²"
    over = f"; the class alone gives {one.by_class:.3f}" if one.name != CLASS else ""
    before = "" if best == PIXELS else f", {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}) by training"
    return (
        f"{one.name.capitalize()}: read best at {best}, {measure} {score.value:.3f} ({score.low:.3f} to "
        f"{score.high:.3f}){before}; raw pixels give {one.score(PIXELS).value:.3f}, always the same answer "
        f"{one.chance:.3f}{over}."
    )


def _likeness(found: Features) -> str:
    others = [one for one in found.likeness if one.other != "itself"]
    words = []
    for one in others:
        pairs = [
            (name, float(one.values[one.rows.index(name), one.columns.index(name)]))
            for name in one.rows
            if name in one.columns and name != PIXELS
        ]
        if pairs:
            least, most = min(pairs, key=lambda pair: pair[1]), max(pairs, key=lambda pair: pair[1])
            words.append(
                f"{one.other} (CKA of same-named layers {least[1]:.2f} at {least[0]} to {most[1]:.2f} at {most[0]})"
            )
    return (
        f"Layers beside those of {'; '.join(words)}." if words else "There is no other network to compare layers with."
    )


def notes_of(found: Features, source: Source, part: str) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    division = found.division
    notes = [
        *source.notes,
        f"Probes are ridge regressions fitted on {division.fit:,} training examples, their penalty chosen by "
        f"{division.choose:,} others, and scored on {division.score:,} of the {part} part. A probe shows what can be "
        "read, not what the network uses.",
        f"Intervals are over {found.num_members} seeds (Student's t)."
        if found.num_members > 1
        else "Intervals are over examples; one network cannot tell how much another seed would differ. Train with "
        "--seeds.",
        "Holes, stroke ends and stroke direction are counted and measured in the pictures by rule, not labelled by "
        "hand; docs/features.md has the rules. They are made for drawn strokes.",
    ]
    shrunk = [name for name in found.layers if found.kept[name] < 1.0]
    if shrunk:
        least = min(shrunk, key=lambda name: found.kept[name])
        notes.append(
            f"Layers of more than 256 numbers are read by their 256 principal components, which keep "
            f"{found.kept[least]:.1%} of the variance or more ({least} the least)."
        )
    if part == "train":
        notes.append("There is no held-out part: the examples shown and scored were trained on.")
    return tuple(notes)
