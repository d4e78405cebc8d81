"""What must be known to trust the numbers of `features`."""

from descentlab.labs.features._measured import Features
from descentlab.labs.features._source import Source
from descentlab.networks import not_stated
from descentlab.representations import layers_of_unknown_field


def notes_of(features: Features, source: Source) -> tuple[str, ...]:
    """Say how it was measured, and what the numbers cannot show."""
    division = features.division
    notes = [
        *source.networks.notes,
        f"Probes are ridge regressions fitted on {division.fit:,} training examples, their penalty chosen by "
        f"{division.choose:,} others, and scored on {division.score:,} of the {features.part} part. A probe shows what "
        "can be read, not what the network uses.",
        f"Intervals are over {features.num_members} seeds (Student's t)."
        if features.num_members > 1
        else "Intervals are over examples; a single network cannot show how much another seed would differ. Train with "
        "--seeds.",
        "Holes, stroke ends and stroke direction are counted and measured in the pictures by rule, not labelled by "
        "hand; docs/features.md has the rules. They are made for drawn strokes.",
    ]
    reduced = [name for name in features.layers if features.kept[name] < 1.0]
    if reduced:
        least = min(reduced, key=lambda name: features.kept[name])
        notes.append(
            f"Layers of more than 256 numbers are read by their 256 principal components, which keep "
            f"{features.kept[least]:.1%} of the variance or more ({least} the least)."
        )
    unknown = layers_of_unknown_field(source.networks.network)
    if unknown:
        which = not_stated(unknown, "which inputs its outputs depend on")
        notes.append(f"Which pixels units see is {which}; pictures are shown whole from there on.")
    if features.part == "train":
        notes.append("There is no held-out part: the network was trained on the examples that are shown and scored.")
    return tuple(notes)
