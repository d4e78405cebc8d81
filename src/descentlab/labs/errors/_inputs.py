"""The parts of a page of errors that show what the inputs are worth, and what disturbing them does."""

import numpy as np

from descentlab.labs.errors._result import Errors, PixelMaps, Sample
from descentlab.labs.errors._words import word_number
from descentlab.labs.errors.measure import Robustness
from descentlab.results import Bars, Chart, Map, Mark, Section, Series, Tile, Tiles, WordTable

SHOWN_PARTS = {"column": 30, "patch": 12}
COLOUR = 3


def importance_section(found: Errors) -> Section:
    """Show what is lost without each column, or patch of pixels."""
    one, pixels = found.importance, found.pixels
    measure = "accuracy" if found.classes else "R²"
    kind = "column" if pixels is None else "patch"
    order = np.argsort(-one.lost.value, kind="stable")[: SHOWN_PARTS[kind]]
    rows = tuple(
        (one.names[k], f"{one.lost.value[k]:.4f}", f"{one.lost.low[k]:.4f} to {one.lost.high[k]:.4f}".replace("-", "−"))
        for k in order
    )
    left = len(one.names) - len(rows)
    table = WordTable(
        f"What is lost without each {kind}",
        (kind, f"{measure} lost", "95% interval"),
        tuple((name, value.replace("-", "−"), interval) for name, value, interval in rows),
        note=f"{left} more are in importance.parquet." if left > 0 else "",
    )
    told = [
        f"A {kind} that is taken from another example keeps its own distribution, and tells nothing of this one any "
        f"more. What the {measure} loses by that is what the {kind} is worth to the network beside the others."
    ]
    if pixels is None:
        bars = Bars(
            "By column",
            (kind, f"{measure} lost"),
            tuple((one.names[k],) for k in order),
            one.lost.value[order],
            ends=("better without", "worse without"),
        )
        return Section("Which columns the answers rest on", tuple(told), (bars, table))
    return Section("Which pixels the answers rest on", (*told, *_pixel_words(pixels)), (*_maps(pixels), table))


def _pixel_words(one: PixelMaps) -> tuple[str, ...]:
    def word(value: float) -> str:
        return f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "none"

    likeness = ", ".join(f"{name} {word(value)}" for name, value in one.likeness.items())
    return (
        "The other maps are means over pictures of the absolute attribution of the told logit. Beside them stands how "
        "much each pixel differs at all: a map that only repeats it says more of the pictures than of the network. "
        f"Rank correlations with it: {likeness}, shuffled patches {word(one.patch_likeness)}.",
    )


def _maps(one: PixelMaps) -> tuple[Map, ...]:
    def draw(title: str, values: np.ndarray, label: str, *, is_signed: bool = False) -> Map:
        height, width = values.shape
        return Map(
            title, "column", "row", np.arange(1.0, width + 1.0), np.arange(1.0, height + 1.0),
            values.astype(np.float64), label, scale="diverging" if is_signed else "linear", y_down=True,
        )  # fmt: skip

    named = {
        "integrated gradients": "mean share of the told logit",
        "slope times input": "mean slope times input",
        "standard deviation": "standard deviation, black to white is 1",
    }
    shuffled = draw("Shuffled patches", one.patches, "accuracy lost", is_signed=bool((one.patches < 0.0).any()))
    return (shuffled, *(draw(name.capitalize(), values, named[name]) for name, values in one.maps.items()))


def robustness_section(found: Errors) -> Section:
    """Show how the accuracy falls as examples are disturbed."""
    charts = tuple(_curve(one, found.chance) for one in found.robustness)
    over = "over the networks" if found.num_members > 1 else "over the examples"
    told = (
        f"The accuracy on {found.robustness[0].num_examples:,} examples as they are disturbed more and more, with 95% "
        f"intervals {over}. Each example has a direction and a noise of its own, the same at every strength. One line "
        "is half of the way from the undisturbed accuracy to always telling the most frequent class.",
    )
    samples = tuple(_sample(one, curve) for one, curve in zip(found.samples, found.robustness, strict=False))
    return Section("What the answers stand", told, (*charts, *samples))


def _curve(one: Robustness, chance: float) -> Chart:
    accuracy = one.accuracy
    return Chart(
        one.name.capitalize(),
        one.unit,
        "accuracy",
        (Series("accuracy", one.strengths, accuracy.value, accuracy.low, accuracy.high),),
        marks=(Mark("half way", y=one.goal), Mark("chance", y=chance)),
    )


def _sample(one: Sample, curve: Robustness) -> Tiles:
    tiles = tuple(
        Tile(
            picture[:, :, :COLOUR].astype(np.float64)
            if picture.shape[2] >= COLOUR
            else picture[:, :, 0].astype(np.float64),
            f"{word_number(curve, float(strength))}: {accuracy:.3f}",
            limits=(0.0, 1.0),
        )
        for picture, strength, accuracy in zip(one.pictures, curve.strengths, curve.accuracy.value, strict=True)
    )
    return Tiles(f"One picture under {one.name}", tiles, "small", "The strength, and the accuracy of all there.")
