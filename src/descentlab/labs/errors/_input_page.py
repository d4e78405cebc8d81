"""The page of `errors`: what the predictions depend on in the inputs, and what disturbing them does."""

from collections.abc import Sequence

import numpy as np

from descentlab.labs.errors._measured import Errors, PixelMaps
from descentlab.labs.errors._words import word_strength
from descentlab.labs.errors.measure import Robustness
from descentlab.results import Bars, Chart, Map, Mark, Section, Series, Tables, Tile, Tiles

COLOURS = 3
VALUE_LABELS = {
    "integrated gradients": "mean share of the predicted logit",
    "slope times input": "mean slope times input",
    "standard deviation": "standard deviation, black to white is 1",
}


def importance_section(errors: Errors, tables: Tables) -> Section:
    """Show what is lost without each column, or patch of pixels."""
    table, pixels = tables["importance"], errors.pixels
    score, kind = (tables["summary"].value(name) for name in ("score", "input_kind"))
    words = (
        f"A {kind} that is taken from another example keeps its distribution, and says nothing about this example any "
        f"more. What is lost of the {score} by that is what the {kind} is worth to the network beside the others."
    )
    if pixels is None:
        shown = list(table.rows())[: table.form.most_shown]
        bars = Bars(
            "By column",
            (kind, f"{score} lost"),
            tuple((row["part"],) for row in shown),
            np.array([row["lost"].value for row in shown]),
            ends=("better without", "worse without"),
        )
        return Section("Which columns the predictions depend on", (words,), (bars, table))
    more = (
        "The other maps are means over pictures of the absolute attribution of the predicted class's logit. Beside "
        "them stands how much each pixel varies at all: a map that only repeats this says more about the pictures than "
        "about the network."
    )
    parts = (*_maps(pixels), tables["maps"], table)
    return Section("Which pixels the predictions depend on", (words, more), parts)


def _maps(pixels: PixelMaps) -> tuple[Map, ...]:
    is_signed = bool((pixels.patches < 0.0).any())
    shuffled = _map("Shuffled patches", pixels.patches, "accuracy lost", is_signed=is_signed)
    return (shuffled, *(_map(name.capitalize(), grid, VALUE_LABELS[name]) for name, grid in pixels.maps.items()))


def _map(title: str, values: np.ndarray, label: str, *, is_signed: bool = False) -> Map:
    x, y = (np.arange(1.0, size + 1.0) for size in values.shape[::-1])
    scale = "diverging" if is_signed else "linear"
    return Map(title, "column", "row", x, y, values.astype(np.float64), label, scale=scale, y_down=True)


def robustness_section(errors: Errors, tables: Tables) -> Section:
    """Show how accuracy falls as examples are disturbed."""
    chance = tables["summary"].value("chance")
    charts = tuple(_curve(robustness, chance) for robustness in errors.robustness)
    over = "over the networks" if errors.num_members > 1 else "over the examples"
    words = (
        f"The accuracy on {errors.robustness[0].num_examples:,} examples as they are disturbed more and more, with 95% "
        f"intervals {over}. Each example has its own random direction and noise, the same at every strength. A line "
        "marks half of the way from the undisturbed accuracy to always predicting the most frequent class."
    )
    named = {robustness.name: robustness for robustness in errors.robustness}
    pictures = tuple(_pictures(named[name], disturbed) for name, disturbed in errors.disturbed.items())
    return Section("How much disturbance the predictions withstand", (words,), (*charts, tables["half_way"], *pictures))


def _curve(robustness: Robustness, chance: float) -> Chart:
    accuracy = robustness.accuracy
    return Chart(
        robustness.name.capitalize(),
        robustness.unit,
        "accuracy",
        (Series("accuracy", robustness.strengths, accuracy.value, accuracy.low, accuracy.high),),
        marks=(Mark("half way", y=robustness.goal), Mark("chance", y=chance)),
    )


def _pictures(robustness: Robustness, disturbed: Sequence[np.ndarray]) -> Tiles:
    tiles = tuple(
        Tile(
            (picture[:, :, :COLOURS] if picture.shape[2] >= COLOURS else picture[:, :, 0]).astype(np.float64),
            f"{word_strength(float(strength), robustness.unit)}: {accuracy:.1%}",
            limits=(0.0, 1.0),
        )
        for picture, strength, accuracy in zip(disturbed, robustness.strengths, robustness.accuracy.value, strict=True)
    )
    note = "The strength, and the accuracy on all examples at this strength."
    return Tiles(f"One picture under {robustness.name}", tiles, "small", note)
