"""What a landscape shows, in sentences: the finding first, then what a reader must know to trust it."""

import numpy as np

from descentlab.labs.landscape._result import Between, Crossing, Curve, Landscape, Lines, Plane
from descentlab.labs.landscape.measure import Barrier, LineReading
from descentlab.spec import every_layer

PARTS = {"train": "training", "validation": "validation", "test": "test"}
NOTABLE = 0.01
"""A loss that is lower by less than this share is not called lower, nor a rise by less of the fall one to go round."""
MOVES = {
    "filter": "each filter of a direction is as long as the network's own",
    "layer": "each layer's array of a direction is as long as the network's own",
    "none": "a direction is normal numbers in one scale for all layers",
}


def describe(found: Landscape) -> tuple[str, ...]:
    """Say what a landscape shows."""
    told = [*_barriers(found.crossing.plain), *_matched(found.crossing)] if found.crossing is not None else []
    told += _lines(found)
    told += _sharpest(found.lines)
    told.append(_from_start(found.from_start))
    told += [sentence for plane in found.planes if plane.path is not None for sentence in _path(plane)]
    return tuple(told)


def _lines(found: Landscape) -> list[str]:
    curves = found.lines.random
    if not curves:
        return []
    here = found.loss["train"]
    ends = np.array([curve.loss["train"][place] for curve in curves for place in (0, -1)])
    known = ends[np.isfinite(ends)]
    to = f"between {known.min():.3g} and {known.max():.3g}" if len(known) else "more than a number holds"
    convex = sum(curve.reading.is_convex for curve in curves)
    num = len(curves)
    where = "as far off as the weights are long" if found.span == 1.0 else f"{found.span:g} lengths of the weights off"
    told = [f"Along {_count(num, 'random direction')} the training loss goes from {here:.3g} to {to}, {where}."]
    if convex == num:
        told.append(
            "It looks convex along all of them, which lines as few as these cannot prove."
            if num > 1
            else "It looks convex along it, which one line cannot prove."
        )
    else:
        which = "all of them" if not convex and num > 1 else f"{num - convex} of them" if num > 1 else "it"
        told.append(f"Along {which} it bends down somewhere, so it is not convex.")
    lower = [curve.reading for curve in curves if _is_lower(curve.reading, here)]
    if lower:
        best = min(lower, key=lambda reading: reading.lowest)
        told.append(
            f"On {len(lower)} of {num} there is a lower loss beside the network, down to {best.lowest:.3g} at a step "
            f"of {best.lowest_at:g}: it is not at the bottom of every line."
        )
    return told


def _is_lower(reading: LineReading, here: float) -> bool:
    return reading.lowest < here * (1.0 - NOTABLE)


def _sharpest(lines: Lines) -> list[str]:
    curvatures = [curve.curvature for curve in lines.random if curve.curvature is not None]
    if lines.sharpness is None or not curvatures:
        return []
    mean = float(np.mean(curvatures))
    told = f"Its curvature is {lines.sharpness:.3g} in the sharpest direction, and {mean:.2g} along the random ones"
    if mean <= 0.0 or lines.sharpness < 2.0 * mean:
        return [f"{told} on average."]
    return [f"{told} on average, {lines.sharpness / mean:,.0f} times less: their pictures hide the sharpest."]


def _from_start(curve: Curve) -> str:
    loss = curve.loss["train"]
    way = (
        f"On the straight line from the initial weights to the trained ones the training loss, {loss[0]:.3g} at first,"
    )
    if curve.reading.is_monotone and loss[-1] < loss[0]:
        return f"{way} never rises on its way down to {loss[-1]:.3g}."
    top = float(np.nanmax(np.where(np.isfinite(loss), loss, np.nan)))
    if not loss[-1] < loss[0]:
        return f"{way} comes to {loss[-1]:.3g}, which is no lower."
    if curve.reading.rise < NOTABLE * (loss[0] - loss[-1]):
        return f"{way} falls to {loss[-1]:.3g}, but for a rise of {curve.reading.rise:.2g} on the way."
    return f"{way} rises by up to {curve.reading.rise:.3g} on the way, at most to {top:.3g}; training went round."


def _path(plane: Plane) -> list[str]:
    path, losses = plane.path, plane.path_loss
    assert path is not None
    assert losses is not None
    mean, low, high = path.walk_totals
    told = (
        f"Two principal components hold {path.share:.1%} of the variance of training's path ({path.shares[0]:.1%} and "
        f"{path.shares[1]:.1%}). Random walks with steps of the same lengths have {mean:.1%} ({low:.1%} to {high:.1%})"
    )
    if path.is_more_than_chance:
        told += ", so most of that is no finding; the path is straighter than they are."
    elif path.share < low:
        told += ": the path is more bent than they are."
    else:
        told += ", so that share is no finding."
    off = float(path.distances.max() / path.lengths.max())
    ratio = _largest_ratio(losses)
    seen = "" if ratio is None else f", where the loss differs from that on the path by up to a factor of {ratio:.3g}"
    return [told, f"The path leaves its plane by up to {off:.1%} of the way from start to end{seen}."]


def _largest_ratio(losses: np.ndarray) -> float | None:
    """Compare the loss on the path and at its shadows."""
    is_known = np.isfinite(losses).all(axis=0) & (losses > 0.0).all(axis=0)
    if not is_known.any():
        return None
    return float(np.exp(np.max(np.abs(np.log(losses[0, is_known] / losses[1, is_known])))))


def _barriers(between: Between) -> list[str]:
    first, second = between.names
    way = f"On the straight line from {first} to {second} "
    told = [_barrier(between, part, barrier) for part, barrier in between.barriers.items()]
    return [f"{way if not place else 'There '}{sentence}." for place, sentence in enumerate(told)]


def _barrier(between: Between, part: str, barrier: Barrier) -> str:
    word = f"the {PARTS[part]} loss"
    if not np.isfinite(barrier.height):
        return f"{word} becomes too large for a number"
    if barrier.at is None:
        return f"{word} is nowhere above the line between its ends: no barrier"
    over = f"{barrier.height:.3g} above the line between its ends"
    if barrier.ci95 is None:
        return f"{word} rises to {barrier.loss:.3g} at {barrier.at:g}, {over}"
    low, high = barrier.ci95
    interval = f"95% interval over {barrier.num_examples:,} examples {low:.3g} to {high:.3g}"
    if not barrier.is_real:
        return f"{word} rises {over} at most ({interval}): no barrier that could be told from none"
    drop = between.accuracy_drop.get(part, 0.0)
    fall = f"; accuracy falls by up to {100.0 * drop:.1f} points below theirs" if drop > 0.0 else ""
    return f"{word} rises to {barrier.loss:.3g} at {barrier.at:g}, a barrier of {over} ({interval}){fall}"


def _matched(crossing: Crossing) -> list[str]:
    if crossing.matched is None:
        return [
            "The order of hidden units is arbitrary, and may be what stands between the two; units are matched in "
            "networks of dense layers alone."
        ]
    before, after = crossing.plain.barriers["train"], crossing.matched.barriers["train"]
    other = crossing.plain.names[1]
    told = (
        f"With the hidden units of {other} put in the order nearest to the first network's ({crossing.num_moved} of "
        f"{crossing.num_units} moved), which changes nothing of what it computes, "
    )
    if after.height == 0.0:
        return [f"{told}the training loss is nowhere above the line between its ends."]
    interval = "" if after.ci95 is None else f" ({after.ci95[0]:.3g} to {after.ci95[1]:.3g})"
    if not after.is_real:
        return [
            f"{told}it is at most {after.height:.3g} above the line between its ends{interval}: no barrier is left."
        ]
    share = after.height / before.height if before.height > 0.0 else np.inf
    beside = f", {share:.0%} of what it was" if np.isfinite(share) else ""
    return [f"{told}the barrier of the training loss is {after.height:.3g}{interval}{beside}."]


def notes_of(found: Landscape, extra: tuple[str, ...]) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    experiment = found.experiment
    notes = [
        f"Lines and planes are one and two of {found.num_params:,} dimensions: what looks like a bowl may be a pass, "
        "and what looks like a wall may have a way round.",
        f"A step of 1 along a direction is as long as the weights ({found.lines.length:.3g}); "
        f"{MOVES[found.normalization]}. Biases, and the scales and shifts of normalising layers, stay where they are.",
    ]
    notes += [
        f"The {PARTS[part]} loss is the mean over {num:,} of {found.num_available[part]:,} examples, drawn once; "
        "--examples takes more."
        for part, num in found.num_examples.items()
        if num < found.num_available[part]
    ]
    if experiment.optimizer.l1 or experiment.optimizer.l2:
        notes.append("Training added a penalty on the weights; the loss here is without it.")
    if experiment.class_weights != "none":
        notes.append("Training let every class count the same; the loss here counts each example the same.")
    if experiment.augment is not None and not experiment.augment.is_idle:
        notes.append("The loss is that of the pictures as they are; training varied them at random.")
    layers = every_layer(experiment.model)
    if any(layer.purpose == "drop" for layer in layers):
        notes.append("Dropout is off, as in evaluation.")
    if any(layer.keeps_statistics for layer in layers):
        notes.append(
            "Batch norm's statistics are measured anew at every point, from training examples, so that the loss at the "
            "network differs a little from the run's own; the sharpest direction is left out."
        )
    if found.crossing is not None:
        notes.append(
            "The interval of a barrier takes its place as given; where the top is flat, its height is flattered."
        )
    return (*notes, *extra)


def _count(num: int, word: str) -> str:
    return f"{num} {word}{'' if num == 1 else 's'}"
