"""The parts of a page of importance that tell of networks that were trained anew."""

from collections.abc import Sequence

import numpy as np

from descentlab.labs.importance._retraining import Retraining, reality
from descentlab.labs.importance.measure import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LEVELS,
    LINEAR,
    NO_DROPOUT,
    NO_POOLING,
    PLAIN,
    STRIDED,
    UNITS,
    Distortion,
    Trial,
)
from descentlab.results import Bars, Chart, Section, Series, WordTable
from descentlab.studies import band_over_seeds

GROUPS = (
    ("poolings", (AS_IT_IS, NO_POOLING, AVERAGE, STRIDED)),
    ("other kinds", (AS_IT_IS, PLAIN, DENSE, LINEAR, HALF, NO_DROPOUT)),
)
TITLES: dict[Distortion, str] = {"shift": "Shifted", "rotation": "Rotated", "noise": "Noisy"}


def claim_section(found: Retraining) -> Section | None:
    """Lay out the textbook's claims beside the evidence."""
    if not found.claims:
        return None
    rows = tuple((one.claim, one.verdict, one.evidence) for one in found.claims)
    gains = [("decides", gain) for one in found.claims for gain in one.gains]
    gains += [("aside", gain) for one in found.claims for gain in one.asides]
    numbers = WordTable(
        "The differences behind them",
        ("difference", "", "mean and 95% interval", "reality"),
        tuple((gain.name, use, found.difference(gain), reality(gain)) for use, gain in gains),
        note="Paired over the seeds, by the sign-flip test; what is above 0 speaks for the claim. It holds if all that "
        "decides is real and above 0, and does not if one is real and below; else it is not shown.",
    )
    told = (
        "Textbooks give each kind of layer a purpose. Here the network was trained with and without each kind, and "
        "each purpose stands beside what that showed.",
    )
    return Section(
        "What textbooks say", told, (WordTable("Claim by claim", ("claim", "verdict", "evidence"), rows), numbers)
    )


def variant_section(found: Retraining) -> Section:
    """Lay out every variant."""
    head, rows = found.rows()
    unit = "per cent of the examples" if found.is_classes else "mean loss"
    table = WordTable(
        "Every network",
        head,
        rows,
        note=f"Scores are {unit}, means over {len(found.seeds)} seeds; the gap is by how much training is better than "
        "test. Seconds are of one training, with all seeds side by side.",
    )
    changes = WordTable(
        "Against the network as it is",
        ("network", "change", "test better by", "overfits more by"),
        tuple(
            (
                one.variant.name,
                one.variant.change,
                found.difference(found.gain(one)),
                found.difference(found.gap_gain(one)),
            )
            for one in found.trials[1:]
        ),
        note="In "
        + ("points of accuracy" if found.is_classes else "loss")
        + ", with 95% intervals over the seeds (none for fewer than six); one that holds 0 shows no difference.",
    )
    told = (
        "A layer taken from a trained network leaves the others unprepared. Here each network was trained without it "
        "from the start, so that the others could take over what it did: what is missing now, only that layer gives.",
    )
    return Section("Trained anew without it", told, (_bars(found), _gaps(found), table, changes))


def _bars(found: Retraining) -> Bars:
    others = [one for one in found.trials[1:] if np.isfinite(one.test_scores).any()]
    gains = [(one, found.gain(one)) for one in others]
    known = [(one, gain) for one, gain in gains if gain is not None]
    return Bars(
        "Test: by how much better than as it is",
        ("network", "points" if found.is_classes else "loss"),
        tuple((one.variant.name,) for one, _ in known),
        np.array([gain.difference.mean for _, gain in known]),
        ends=("worse", "better"),
    )


def _gaps(found: Retraining) -> Bars:
    known = [one for one in found.trials if np.isfinite(one.gaps).any()]
    return Bars(
        "Overfitting: by how much training is better",
        ("network", "points" if found.is_classes else "loss"),
        tuple((one.variant.name,) for one in known),
        np.array([float(np.nanmean(one.gaps)) for one in known]),
        ends=("test", "training"),
    )


def distortion_section(found: Retraining) -> Section | None:
    """Draw the accuracy on distorted pictures."""
    if not found.num_distorted:
        return None
    by_name = {one.variant.name: one for one in found.trials}
    charts = []
    for kind in LEVELS:
        for title, names in GROUPS:
            own = [by_name[name] for name in names if name in by_name]
            if len(own) > 1:
                charts.append(_chart(kind, title, own))
    shown = (
        "Training varied its pictures at random, but for the network of plain ones."
        if found.is_varied
        else "None of these networks was shown such pictures in training."
    )
    told = (f"{shown} The band holds the middle 80% of the seeds.",)
    return Section("Shifted, rotated and noisy pictures", told, tuple(charts))


def _chart(kind: Distortion, title: str, trials: Sequence[Trial]) -> Chart:
    levels = np.array(LEVELS[kind])
    series = []
    for tone, one in enumerate(trials):
        low, middle, high = band_over_seeds(one.distorted[kind].T)
        series.append(Series(one.variant.name, levels, middle, low, high, tone=tone))
    return Chart(f"{TITLES[kind]}: {title}", f"{kind}, {UNITS[kind]}", "test accuracy, %", tuple(series))
