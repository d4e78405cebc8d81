"""What came of training variants, in sentences."""

from descentlab.labs.importance._retraining import Retraining, reality
from descentlab.labs.importance.measure import MOST_EXAMPLES, Claim, Gain

LEAST_SEEDS = 6


def describe_retraining(found: Retraining) -> tuple[str, ...]:
    """Say which of the textbook's claims hold, and what the best variant is."""
    held = [one for one in found.claims if one.verdict == "holds"]
    seeds = "1 seed" if len(found.seeds) == 1 else f"{len(found.seeds)} seeds"
    claims = "1 textbook claim" if len(found.claims) == 1 else f"{len(found.claims)} textbook claims"
    head = (
        f"Of {claims} about its layers {len(held)} hold{'s' if len(held) == 1 else ''} for this network, trained from "
        f"{seeds} with and without each."
    )
    told = [head] if found.claims else []
    return (*told, *[word_claim(found, one) for one in found.claims])


def word_claim(found: Retraining, one: Claim) -> str:
    """Write a claim with its verdict, its evidence and the differences that decide."""
    return (
        f"That {one.claim} {one.verdict}: {one.evidence} ({'; '.join(word_gain(found, gain) for gain in one.gains)})."
    )


def word_gain(found: Retraining, gain: Gain) -> str:
    """Write a difference with its interval, and whether it is real."""
    return f"{found.difference(gain)}, {reality(gain)}"


def retraining_notes(found: Retraining) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    seeds = len(found.seeds)
    diverged = [one for one in found.trials if one.num_diverged]
    comparisons = len(found.trials) - 1 + sum(len(one.gains) for one in found.claims)
    notes = [
        f"Every variant was trained from {seeds} seed{'' if seeds == 1 else 's'} for {found.epochs:,} epochs on "
        f"{found.num_train:,} examples, with the same rate and all else the same, which may suit one better than "
        "another. Differences are paired over the seeds: same examples, same order, same first weights of the layers "
        "that are the same.",
        f"Scores are of up to {found.num_scored[0]:,} training and {found.num_scored[1]:,} held-out examples. Each "
        f"difference is tested for itself; of {comparisons} tests one in twenty calls luck real.",
    ]
    if seeds < LEAST_SEEDS:
        notes.append(f"Fewer than {LEAST_SEEDS} seeds can show no difference at 5%: use --seeds {LEAST_SEEDS} or more.")
    if found.num_distorted:
        notes.append(
            f"Distorted are {found.num_distorted:,} of the pictures held out: shifted in turn up, down, left and "
            "right, rotated in turn either way, with normal noise."
        )
    if found.num_train > MOST_EXAMPLES and any(
        "linear model" in gain.name for one in found.claims for gain in one.gains
    ):
        notes.append(f"The linear model is fitted on {MOST_EXAMPLES:,} of the training examples.")
    notes += [
        f"'{one.variant.name}' diverged from {one.num_diverged} of {seeds} seeds, which are left out of its numbers."
        for one in diverged
    ]
    return (*notes, *found.refused)
