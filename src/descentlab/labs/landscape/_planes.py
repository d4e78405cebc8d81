"""The planes of a landscape's page: along two random directions, and along the components of training's path."""

import numpy as np
from jaxtyping import Float

from descentlab.core import PART_WORDS
from descentlab.labs.landscape._charts import is_wide, known_only
from descentlab.labs.landscape._measured import Plane
from descentlab.results import Chart, Map, Part, Path2D, Section, Series, number

CONTOURS = 9
MAX_COMPONENTS = 8
UNEVEN = 5.0
"""A map whose largest loss is so many times its smallest has logarithmic colours and levels."""


def _levels(values: Float[np.ndarray, "rows columns"], *, is_log: bool) -> tuple[float, ...]:
    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return ()
    low, high = float(known.min()), float(known.max())
    levels = np.geomspace(low, high, CONTOURS + 2) if is_log else np.linspace(low, high, CONTOURS + 2)
    return tuple(float(level) for level in levels[1:-1])


def _maps(plane: Plane, labels: tuple[str, str], note: str) -> list[Part]:
    maps: list[Part] = []
    is_log = is_wide(list(plane.loss.values()), UNEVEN)
    for part, values in plane.loss.items():
        paths = () if plane.path is None else (Path2D("training", plane.path.places),)
        maps.append(
            Map(
                f"{PART_WORDS[part].capitalize()} loss",
                *labels,
                plane.x,
                plane.y,
                known_only(values),
                f"{PART_WORDS[part]} loss",
                scale="log" if is_log else "linear",
                contours=_levels(values, is_log=is_log),
                paths=paths,
                points=np.zeros((1, 2)) if plane.path is None else None,
                note=note,
            )
        )
    return maps


def random_plane(plane: Plane) -> Section:
    """Lay out the plane of two random directions."""
    words = (
        "The loss at the trained weights, in the middle, plus so much of one random direction and so much of another. "
        f"The cosine of the angle between the two is {number(plane.cosine, digits=2)}.",
    )
    labels = ("first direction", "second direction")
    return Section("A random plane", words, tuple(_maps(plane, labels, "The point is the trained network.")))


def path_plane(plane: Plane) -> Section:
    """Lay out the plane of the path: the loss with the path in it, and how much of the path it shows."""
    path, losses = plane.path, plane.path_loss
    assert path is not None
    assert losses is not None
    epochs = path.epochs.astype(np.float64)
    labels = tuple(f"component {k + 1} ({path.shares[k]:.1%} of the variance)" for k in (0, 1))
    again = "It was trained again from its seed for this. " if plane.is_repeated else ""
    words = (
        f"The path of training at {len(epochs)} epochs, and the loss in the plane in which it spreads most, laid "
        f"through its end. {again}Each point of the path is drawn where it comes nearest in the plane: its shadow.",
        "A walk in many dimensions shows such a curve and large first components even if every step is drawn at "
        "random (Antognini and Sohl-Dickstein, 2018); so the shares are given beside those of such walks, and the loss "
        "on the path beside that of its shadow.",
    )
    shares = _shares_chart(plane)
    both = [
        Series("on the path", epochs, known_only(losses[0])),
        Series("at its shadow", epochs, known_only(losses[1]), tone=1),
    ]
    loss = Chart(
        "Training loss on the path and at its shadow",
        "epoch",
        "training loss",
        tuple(both),
        y_log=is_wide([line.y for line in both]),
        note="Where the two differ, the map shows another loss than the one that training met.",
    )
    away = Chart(
        "How far the path is from the plane",
        "epoch",
        "distance between weights",
        (Series("from its end", epochs, path.lengths), Series("from the plane", epochs, path.distances, tone=1)),
    )
    note = "Training began at the small ring and ended at the large one. Each axis has a scale of its own."
    return Section("The plane of the path", words, (*_maps(plane, (labels[0], labels[1]), note), loss, shares, away))


def _shares_chart(plane: Plane) -> Chart:
    path = plane.path
    assert path is not None
    count = min(MAX_COMPONENTS, len(path.shares), len(path.walk_shares))
    places = np.arange(1.0, count + 1.0)
    series = (
        Series("the path", places, path.shares[:count]),
        Series(
            "random walks with steps of the same lengths",
            places,
            path.walk_shares[:count],
            path.walk_ranges[:count, 0],
            path.walk_ranges[:count, 1],
            style="dashed",
            tone=1,
        ),
    )
    return Chart(
        "Share of the variance by component",
        "component",
        "share of the variance",
        series,
        y_log=True,
        note="The band holds 95% of the walks.",
    )
