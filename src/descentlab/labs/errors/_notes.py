"""What must be known to trust the numbers of `errors`."""

from descentlab.labs.errors._measured import Errors
from descentlab.labs.errors._predictors import Predictors


def notes_of(errors: Errors, source: Predictors) -> tuple[str, ...]:
    """Say how it was measured, and what the numbers cannot show."""
    importance, classes = errors.importance, errors.classes
    kind = "a patch of pixels" if errors.pixels is not None else "a column"
    notes = [*_networks(errors, source), *source.notes]
    if classes is not None and errors.part != "train":
        notes.append(
            f"The suspected labels are those of the {errors.part} part, which the network was not trained on. Only a "
            "look at the example shows whether the label or the network is wrong."
        )
    if classes is not None and classes.check is not None:
        notes.append(
            f"Labels were flipped in {classes.check.num_draws} copies of the part; the network was not trained on "
            "them. Labels that were wrong before count as false alarms in this test."
        )
    notes.append(
        f"Importance is what is lost when {kind} is taken from another of {importance.num_examples:,} examples"
        + (f", {importance.repeats} times each" if importance.repeats > 1 else "")
        + ". Where another part says the same, nothing is lost."
    )
    if classes is None:
        notes.append(
            "The target is a real number, so there are no classes to confuse; the run's own report shows the largest "
            "errors."
        )
    if errors.pixels is not None:
        attribution = errors.pixels.attribution
        notes.append(
            f"Integrated gradients of {attribution.num_examples:,} pictures, from black; on average they miss the "
            f"differences of the logits by {attribution.missed:.2%}. A pixel that is always black gets 0 for any "
            "network."
        )
    return tuple(notes)


def _networks(errors: Errors, source: Predictors) -> list[str]:
    notes = []
    if errors.part == "train":
        notes.append(
            "These are training examples. The network has learned their labels, so it makes fewer errors than on other "
            "examples, and hides wrong labels."
        )
    if errors.num_members > 1:
        notes.append(
            f"Single examples are those of the first network; importance and robustness are means over "
            f"{errors.num_members} networks, with intervals over them (Student's t)."
        )
    elif source.run.num_members == 1:
        notes.append(
            "Intervals are over examples; one network cannot show how much another seed would differ. Train with "
            "--seeds 5."
        )
    return notes
