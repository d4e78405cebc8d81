"""What `features` found, in sentences."""

from descentlab.labs.features._result import Features, Likeness
from descentlab.labs.features._source import Source
from descentlab.networks import not_stated
from descentlab.representations import CLASS, PIXELS, Depth, layers_of_unknown_field


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
    score = one.score(best)
    measure = "accuracy" if one.is_classes else "R²"
    others = [] if best == PIXELS else [
        f"{one.score(best, is_trained=False).value:.3f} before training", f"{one.score(PIXELS).value:.3f} from raw "
        "pixels"
    ]  # fmt: skip
    others += [] if one.name == CLASS else [f"{one.by_class:.3f} from the class alone"]
    others += [f"{one.chance:.3f} by always the same answer"] if one.is_classes else []
    against = f", against {', '.join(others[:-1])} and {others[-1]}" if len(others) > 1 else f", against {others[0]}"
    verb = "are" if one.name.endswith("s") and one.name != CLASS else "is"
    name = "The class" if one.name == CLASS else one.name.capitalize()
    interval = f"({score.low:.3f} to {score.high:.3f})"
    return f"{name} {verb} read best at {best}: {measure} {score.value:.3f} {interval}{against}."


def _likeness(found: Features) -> str:
    told = [_alike(one) for one in found.likeness if one.other != "itself"]
    return f"CKA of same-named layers: {'; '.join(words for words in told if words)}."


def _alike(one: Likeness) -> str:
    pairs = {
        name: float(one.values[one.rows.index(name), one.columns.index(name)])
        for name in one.rows
        if name in one.columns and name != PIXELS
    }
    if not pairs:
        return f"none with {one.other}, whose layers have other names"
    least, most = min(pairs, key=lambda name: pairs[name]), max(pairs, key=lambda name: pairs[name])
    return f"with {one.other} {pairs[least]:.2f} ({least}) to {pairs[most]:.2f} ({most})"


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
    unknown = layers_of_unknown_field(source.members[0].net.network)
    if unknown:
        which = not_stated(unknown, "which inputs its outputs depend on")
        notes.append(f"Which pixels units see is {which}; pictures are shown whole from there on.")
    if part == "train":
        notes.append("There is no held-out part: the examples shown and scored were trained on.")
    return tuple(notes)
