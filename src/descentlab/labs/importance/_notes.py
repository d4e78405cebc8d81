"""What must be known to trust the numbers of `importance`."""

from descentlab.labs.importance._measured import Importance, Retraining
from descentlab.labs.importance.measure import MOST_EXAMPLES
from descentlab.results import number
from descentlab.workbench import Networks

LEAST_SEEDS = 6


def notes_of(importance: Importance, source: Networks) -> tuple[str, ...]:
    """Say how it was measured, and what the numbers cannot show."""
    over = (
        f"Intervals are over {importance.num_members} seeds (Student's t); channels are those of the first network."
        if importance.num_members > 1
        else "Intervals are over examples, or over the draws where something is drawn (ten halves, five of weights). "
        "A single network cannot show how much another seed would differ: train with --seeds."
    )
    notes = [
        *source.notes,
        f"Measured on {importance.num_examples:,} examples of the {importance.part} part; means are taken over "
        f"{importance.num_reference:,} training examples. --examples changes both.",
        over,
        "A layer is taken from a network that was trained with it. A network that never had this layer might do as "
        "well without it.",
        "The time of a layer is that of its forward pass, compiled by itself; the whole network fuses layers and takes "
        f"{number(importance.milliseconds)} ms for 1,000 examples.",
    ]
    notes += [
        f"Of {each.layer}'s {each.num_channels:,} channels {len(each.channels)} are measured."
        for each in importance.channels
        if len(each.channels) < each.num_channels
    ]
    if source.network.start_statistics():
        notes.append(
            "Where batch norm lies behind changed weights, its statistics are measured anew on training examples, and "
            "the network is compared with itself after the same."
        )
    if importance.part == "train":
        notes.append("There is no held-out part: the network was trained on the measured examples.")
    return (*notes, *(() if importance.retraining is None else _retraining(importance.retraining)))


def _retraining(retraining: Retraining) -> tuple[str, ...]:
    seeds = len(retraining.seeds)
    comparisons = len(retraining.trials) - 1 + sum(len(claim.gains) for claim in retraining.claims)
    notes = [
        f"Every variant was trained from {seeds} seed{'' if seeds == 1 else 's'} for {retraining.epochs:,} epochs on "
        f"{retraining.num_train:,} examples, with the same learning rate and all else the same, which may suit one "
        "better than another. Differences are paired over the seeds: same examples, same order, same first weights of "
        "the layers that are the same.",
        f"Scores are of up to {retraining.num_scored[0]:,} training and {retraining.num_scored[1]:,} held-out "
        f"examples. Each difference is tested for itself; of {comparisons} tests, one in twenty calls luck real.",
    ]
    if seeds < LEAST_SEEDS:
        notes.append(f"Fewer than {LEAST_SEEDS} seeds can show no difference at 5%: use --seeds {LEAST_SEEDS} or more.")
    if retraining.num_distorted:
        notes.append(
            f"{retraining.num_distorted:,} of the held-out pictures are distorted: shifted in turn up, down, left and "
            "right, rotated in turn either way, with normal noise."
        )
    names = [gain.name for claim in retraining.claims for gain in claim.gains]
    if retraining.num_train > MOST_EXAMPLES and any("linear model" in name for name in names):
        notes.append(f"The linear model is fitted on {MOST_EXAMPLES:,} of the training examples.")
    notes += [
        f"'{trial.variant.name}' diverged from {trial.num_diverged} of {seeds} seeds, which are left out of its "
        "numbers."
        for trial in retraining.trials
        if trial.num_diverged
    ]
    return (*notes, *retraining.refused)
