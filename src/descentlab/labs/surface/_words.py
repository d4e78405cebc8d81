"""What descent does on a surface, in sentences: the finding first, then what a reader must know to trust it."""

import math
from collections.abc import Sequence

import numpy as np

from descentlab.labs.surface import measure as surfaces
from descentlab.labs.surface._design import ADAPTIVE
from descentlab.labs.surface._result import SurfaceResult, ends_by_name, level, where
from descentlab.labs.surface.measure import Fate, Gain, Outcome, Place, Share, Survey

WORDS = {"learning_rate": ("rate", "rates"), "momentum": ("momentum", "momenta"), "noise": ("noise", "sizes of noise")}
ALL = 0.995
"""Share of the starts from which on nothing is left to gain."""


def describe(result: SurfaceResult) -> tuple[str, ...]:
    """Say what came out."""
    told = [_minima(result.found), _ends(result), _stuck(result)]
    if result.found.best:
        told += [_gain(result, name, gain) for name, gain in result.gains.items()]
        told.append(_restarts(result))
    told += [*_sharp(result), *_limits(result)]
    return tuple(sentence for sentence in told if sentence)


def _minima(found: Survey) -> str:
    surface, minima, best = found.surface, list(found.minima), list(found.best)
    if not minima:
        falls = " It falls towards the edge, and may have no lowest value at all." if found.is_lower_at_edge else ""
        return f"{surface.name}: no minimum was found in the domain.{falls}"
    names = {"minimum": "minimum", "kink": "kink (a minimum without a gradient)", "valley": "valley"}
    what = f"{len(minima):,} minima" if len(minima) > 1 else f"one {names[minima[0].kind]}"
    if len(minima) > 1 and len(best) == len(minima):
        told = f"{what}, all equally low ({level(found, best[0]):.4g}): each of them is global"
    elif len(best) > 1:
        told = f"{what}, of which {len(best)} are equally low and global ({level(found, best[0]):.4g})"
    elif len(minima) > 1:
        kind = "" if best[0].kind == "minimum" else f", a {names[best[0].kind]}"
        told = f"{what}; the global one{kind} is at {where(best[0])}, at a loss of {level(found, best[0]):.4g}"
    else:
        told = f"{what}, at {where(best[0])}, at a loss of {level(found, best[0]):.4g}"
    lower = ""
    if found.is_lower_at_edge:
        lower = (
            f" The domain's edge is lower than all of them ({found.gauge.lowest_at_edge:.4g}): 'global' means the "
            "lowest minimum in the domain, and the formula may have no lowest value at all."
        )
    return f"{surface.name} has {told}.{lower}"


def _ends(result: SurfaceResult) -> str:
    usual, wish = result.usual, result.design.wish
    setting = usual.setting
    parts = [f"rate {setting.learning_rate:g}"]
    parts += [f"momentum {setting.momentum:g}"] if setting.momentum else []
    parts += [f"noise {setting.noise:g}"] if setting.noise else []
    head = f"At {' and '.join(parts)}, of {wish.starts:,} starts and after {wish.steps:,} steps each"
    told = []
    if result.found.best:
        hits = surfaces.share_of(surfaces.is_in_global(result.found, usual))
        where_to = "the global minimum" if len(result.found.best) == 1 else "a global minimum"
        told.append(f"{_share(hits)} were in {where_to}")
    local = surfaces.is_in_local(result.found, usual)
    if local.any():
        told.append(f"{_percent(local.mean())} in a minimum that is not global")
    lows = [number for number, place in enumerate(result.found.places) if place.is_low]
    rest = Outcome(setting, np.where(np.isin(usual.fates, lows), int(Fate.MOVING), usual.fates).astype(np.int16))
    for name, is_so in ends_by_name(result.found, rest):
        share = float((is_so & ~np.isin(usual.fates, lows)).mean())
        if share:
            told.append(f"{_percent(share)} {name}")
    return f"{head}, {_listed(told)}."


def _stuck(result: SurfaceResult) -> str:
    found = result.found
    if not found.best:
        return ""
    claim = "'gradient descent gets stuck in local minima'"
    if len(found.minima) == 1:
        return f"There is no second minimum, so {claim} cannot hold here: what does not arrive is too slow or too fast."
    if len(found.minima) == len(found.best):
        return f"No minimum is worse than another, so {claim} does not hold here: each will do."
    share = surfaces.share_of(surfaces.is_in_local(found, result.usual))
    if share.value == 0.0:
        return f"No start ended in a minimum that is not global: {claim} does not hold at this setting."
    return (
        f"{claim[0]}{claim[1].upper()}{claim[2:]} holds here for {_share(share)} of the starts. That is about this "
        "surface; of a network, `descentlab curvature RUN --escape` tells."
    )


def _gain(result: SurfaceResult, name: str, gain: Gain) -> str:
    outcomes = result.sweeps[name]
    tried = [float(getattr(outcome.setting, name)) for outcome in outcomes]
    shares = [float(surfaces.is_in_global(result.found, outcome).mean()) for outcome in outcomes]
    usual = float(getattr(result.usual.setting, name))
    word, words = WORDS[name]
    at_edge = f"at the largest, {tried[-1]:g}, {_percent(shares[-1])}"
    chosen = f"Of {len(outcomes)} {words} from {tried[0]:g} to {tried[-1]:g}"
    if surfaces.is_in_global(result.found, result.usual).mean() >= ALL:
        holds = [value for value, share in zip(tried, shares, strict=True) if value >= usual and share >= ALL]
        return f"{chosen} none can do better; all starts end there up to {max(holds):g}, and {at_edge}."
    best = tried[gain.best]
    if best == usual:
        return f"{chosen}, none did better than {word} {usual:g}; {at_edge} ended in the global minimum."
    difference, low, high = (round(100.0 * end, 1) + 0.0 for end in (gain.difference, *gain.ci95))
    points = f"{difference:+.1f} points, {low:.1f} to {high:.1f}"
    beside = f"{_percent(gain.share)} in the global minimum, beside {_percent(gain.usual)} at {usual:g} ({points})"
    has_helped = gain.is_real and gain.difference > 0.0
    which = f"{best:g} helped most" if has_helped else f"even the best, {best:g}, did no better"
    return f"{chosen}, {which}: {beside}; {at_edge}."


def _restarts(result: SurfaceResult) -> str:
    hits = surfaces.share_of(surfaces.is_in_global(result.found, result.usual))
    most = result.restarts[-1]
    num = result.design.wish.restarts
    if hits.value == 0.0:
        return (
            f"No start reached the global minimum, so restarts are of no use at this setting; with 95% certainty fewer "
            f"than {_percent(hits.ci95[1])} of all starts would."
        )
    needed, (fewest, worst) = surfaces.restarts_for(hits.value), (surfaces.restarts_for(end) for end in hits.ci95[::-1])
    if needed <= 1:
        return f"Single starts reach the global minimum in {_share(hits)} of all cases, so restarts are not needed."
    times = f"{needed:,.0f}" if fewest == worst else f"{needed:,.0f} ({fewest:,.0f} to {worst:,.0f})"
    return (
        f"The best of {num:,} starts is global with probability {_percent(most.value)} "
        f"({_span(most)}); for 95% it takes {times} starts."
    )


def _sharp(result: SurfaceResult) -> list[str]:
    """Tell of rates at which the global minimum is too sharp to hold a start, and another one is not."""
    if len(result.found.best) != 1 or result.design.wish.rule in ADAPTIVE:
        return []
    best = result.found.best[0]
    if best.kind != "minimum":
        return []
    lowest = result.limit_of(best)
    others = [place for place in result.found.minima if not place.is_global and math.isfinite(result.limit_of(place))]
    flattest = max(others, key=result.limit_of, default=None)
    if flattest is None or result.limit_of(flattest) < 1.02 * lowest:
        return []
    highest = result.limit_of(flattest)
    between = [one for one in result.by_rate if lowest < one.setting.learning_rate < highest]
    told = f"The global minimum is sharper than the one at {where(flattest)}: it can hold a start up to a rate of "
    told += f"{lowest:.4g}, the other up to {highest:.4g}."
    if not between:
        return [told]
    ended = [(surfaces.is_in_global(result.found, one).mean(), surfaces.is_in_local(result.found, one).mean())
             for one in between]  # fmt: skip
    shares = np.array(ended, np.float64).mean(axis=0)
    rates = f"the {len(between)} rates" if len(between) > 1 else "the one rate"
    return [
        f"{told} At {rates} tried in between, {_percent(shares[0])} of the starts ended in the global minimum and "
        f"{_percent(shares[1])} in another: too high a rate keeps descent out of sharp minima."
    ]


def above_limits(result: SurfaceResult, places: Sequence[tuple[int, Place]] | None = None) -> tuple[int, int]:
    """Count the descents at rates above a minimum's limit, and those of them that ended in it all the same.

    Args:
        result: What was found.
        places: Which minima, with their numbers. Default: all that have a limit.

    Returns:
        How many ended in it, and of how many.
    """
    every = places if places is not None else [
        (number, place) for number, place in enumerate(result.found.places) if place.is_low
    ]  # fmt: skip
    ended = tried = 0
    for number, place in every:
        limit = result.limit_of(place)
        for outcome in result.by_rate:
            if math.isfinite(limit) and limit > 0.0 and outcome.setting.learning_rate > limit:
                ended += int((outcome.fates == number).sum())
                tried += len(outcome.fates)
    return ended, tried


def _limits(result: SurfaceResult) -> list[str]:
    if result.design.wish.rule in ADAPTIVE:
        return []
    smooth = sum(place.is_low and math.isfinite(result.limit_of(place)) and bool(place.eigenvalues)
                 for place in result.found.places)  # fmt: skip
    ended, _ = above_limits(result)
    rates = sum(
        any(
            outcome.setting.learning_rate > result.limit_of(place) for place in result.found.minima if place.eigenvalues
        )
        for outcome in result.by_rate
    )
    if not smooth or not rates:
        return []
    formula = "2 / L" if not result.usual.setting.momentum else "that of its momentum"
    head = f"Where the rate exceeded a minimum's limit, {formula} with L its largest curvature,"
    if not ended:
        return [f"{head} no start ended in that minimum ({rates} {'rate' if rates == 1 else 'rates'})."]
    return [
        f"{head} {ended:,} descents ended in it all the same, swinging by less than {surfaces.NEAR:.1%} of the "
        "domain's width."
    ]


def notes_of(result: SurfaceResult) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    found, wish = result.found, result.design.wish
    surface = found.surface
    notes = [
        f"Minima were searched for from a grid with a spacing of {found.spacing:.3g}; what is finer than that may have "
        "been missed.",
        "Intervals are 95% and cover the draw of the starts. Of several settings the best is chosen by one half of the "
        "starts and told of the other half.",
        f"A start has ended in a minimum when it stayed within {surfaces.NEAR:.1%} of the domain's width of it for the "
        "last tenth of the steps.",
    ]
    if any(one.setting.noise > 0.0 for one in (result.usual, *result.by_noise)):
        notes.append(
            f"Noise is normal and independent in each variable and step. It ends after {surfaces.NOISY_SHARE:.0%} of "
            "the steps, so that each start settles in what the noise has found; the same draws serve every setting."
        )
    if surface.known_minima:
        notes.append(_literature(found))
    if not surface.is_smooth:
        notes.append(
            "The formula has kinks or ends: where it has no derivative a fixed rate does not settle but swings to and "
            "fro; minima there were found by comparing values."
        )
    if any(place.kind == "valley" for place in found.places):
        notes.append("A valley is a line or a floor of points that are equally low; it counts as one minimum.")
    if wish.rule in ADAPTIVE:
        notes.append(f"{wish.rule} divides each step by the size of past gradients, so the limit 2 / L is not its own.")
    if surfaces.share_of(result.usual.fates == Fate.MOVING).value > 0.1:
        notes.append("Many starts were still moving: --steps gives them longer.")
    if any((one.fates == Fate.UNDEFINED).any() for one in (result.usual, *result.by_rate)):
        notes.append("Some descents came to where the formula has no value or no derivative, and ended there.")
    return tuple(notes)


def _literature(found: Survey) -> str:
    known = found.surface.known_minima
    low, high = np.array(found.surface.domain).T
    inside = [point for point in known if (np.array(point) >= low).all() and (np.array(point) <= high).all()]
    missing = [
        point for point in inside if not any(np.abs(np.array(place.point) - point).max() < 1e-6 for place in found.best)
    ]
    if missing:
        return f"The literature knows a global minimum at {missing[0]} that was not found as such."
    count = "one" if len(inside) == 1 else f"{len(inside)}"
    return f"Found and known from the literature as global: {count} of {count}." if inside else ""


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _percent(share: float | np.floating) -> str:
    return f"{100.0 * float(share):.1f}%"


def _span(share: Share) -> str:
    low, high = (100.0 * end for end in share.ci95)
    return f"{low:.1f} to {high:.1f}"


def _share(share: Share) -> str:
    return f"{_percent(share.value)} ({_span(share)})"
