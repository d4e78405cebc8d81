"""What must be known to trust the numbers of `transfer`."""

from collections.abc import Sequence

from descentlab.labs.transfer._measured import Transfer
from descentlab.labs.transfer._target import Giver, Target
from descentlab.labs.transfer.measure import Choice


def notes_of(transfer: Transfer, giver: Giver, target: Target) -> tuple[str, ...]:
    """Say how it was measured, and what the numbers cannot show."""
    notes = [
        f"Intervals are over {transfer.curves.num_draws} draws of examples (Student's t). Each draw has another split "
        f"and other initial weights, and is scored on {transfer.num_test:,} examples of the held-out part. A single "
        "network is carried over; that of another seed may carry more or less.",
        "Frozen features are the inputs of the last layer, under a logistic regression; so are raw pixels. Fine-tuned "
        "and fresh networks are trained alike: Adam, one cycle of the rate, batches of up to 32, at least 200 updates "
        "and 12 passes. The last layer is drawn anew in all.",
        _chosen(transfer.choices),
    ]
    if transfer.target_shape != transfer.shape:
        before, after = (" x ".join(map(str, shape)) for shape in (transfer.target_shape, transfer.shape))
        notes.append(f"The pictures of {transfer.target} are {before} and were brought to {after}, bilinearly.")
    checksum = giver.run.folder.environment().get("data_checksum", "")
    if checksum and checksum == target.first.checksum:
        notes.append(f"{transfer.target} is what the network was trained on: it has seen these examples.")
    return tuple(notes)


def _chosen(choices: Sequence[Choice]) -> str:
    """Say how learning rates and penalties were chosen."""
    first = choices[0]
    if not first.scores:
        return "There were too few examples to choose learning rates and penalties by; usual ones were taken."
    words = [f"{choice.per_class:,}" for choice in choices]
    sizes = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    ends = dict.fromkeys(f"{way} ({choice.per_class})" for choice in choices for way in choice.at_an_end)
    text = (
        f"Learning rates and penalties were chosen by {first.num_examples:,} other examples on {first.num_draws} other "
        f"draws, with {sizes} example{'' if words[-1] == '1' else 's'} of each class; other numbers take those of the "
        "nearest."
    )
    beyond = "The best value is the least or the greatest that was tried, so that a better one may lie beyond, for:"
    return f"{text} {beyond} {', '.join(ends)}." if ends else text
