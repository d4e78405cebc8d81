"""The sections of the page of `features` that are pictures."""

import numpy as np
from jaxtyping import Float

from descentlab.labs.features._measured import Explained, Features
from descentlab.representations import METHODS, Box, Preferred
from descentlab.results import Section, Tables, Tile, Tiles, number

MOST_KERNELS = 64
MOST_MAPS = 16
ROW = 32
COLOUR = 3


def kernel_section(features: Features) -> Section | None:
    """Show the first layer's weights."""
    kernels = features.kernels
    if kernels is None:
        return None
    tuning = features.selectivity[0].tuning
    shown = kernels.weights[:MOST_KERNELS]
    tiles = tuple(
        Tile(weight.mean(axis=2), f"{k}: {tuning.index[k]:.2f}" if tuning.layer == kernels.layer else f"{k}", "signed")
        for k, weight in enumerate(shown)
    )
    left = len(kernels.weights) - len(shown)
    note = (
        "Blue adds to the channel's answer where the picture is bright, orange takes from it; each by its own largest "
        "weight. The number is the channel's selectivity for orientation."
    ) + (f" {left} more are not shown." if left > 0 else "")
    is_dense = kernels.weights.shape[1:3] == features.explained.picture.shape[:2]
    words = (
        "Every unit of a dense layer sees the whole picture, with a weight for each pixel."
        if is_dense
        else "A convolution slides each of these patches over the picture."
    )
    title = f"The first layer's kernels: {kernels.layer}"
    return Section(title, (words,), (Tiles("Weights", tiles, "medium" if is_dense else "small", note),))


def example_section(features: Features) -> Section:
    """Show what the example becomes from layer to layer."""
    example = features.explained
    parts = [Tiles("The example", (_example(example),), "large")]
    parts += [_maps(name, values) for name, values in features.maps.items() if values.ndim == 3]
    rows = tuple(_units(name, values) for name, values in features.maps.items() if values.ndim == 1)
    parts += [Tiles("Layers without places, unit by unit", rows, "large")] if rows else []
    words = (
        f"Example {example.place} of the {features.part} part, and what each layer makes of it: of a layer with places "
        "the channels that answer most, black for the smallest and white for the largest answer of the layer."
    )
    return Section("One example, layer by layer", (words,), tuple(parts))


def channel_section(features: Features) -> Section:
    """Show what single channels look for."""
    view = features.channel
    strongest, channel = view.strongest, view.channel
    columns = (view.pictures, view.truths, strongest.answers[channel], strongest.boxes[channel])
    tiles = tuple(
        Tile(_shown(picture), f"{truth}: {answer:.2f}", limits=(0.0, 1.0), box=_sides(box))
        for picture, truth, answer, box in zip(*columns, strict=True)
    )
    title = f"Channel {channel} of {view.layer}: the real examples that it answers most"
    note = (
        "The frame is what the unit that answered sees of the picture. The number is its answer before the activation."
    )
    words = (
        "The picture that a unit answers most is found by climbing the unit's answer from faint noise, with small "
        "shifts and a price on roughness. It need not look like anything real. The real examples show what the unit "
        "meets."
    )
    pictures = tuple(_preferred(preferred, features) for preferred in view.preferred)
    return Section("What single channels look for", (words,), (Tiles(title, tiles, "medium", note), *pictures))


def prediction_section(features: Features, tables: Tables) -> Section:
    """Show the pixels that the example's prediction rests on, with the checks."""
    example = features.explained
    saliency = example.saliency
    maps = [_example(example), *(Tile(saliency.maps[name], name, "signed") for name in METHODS)]
    random = [Tile(example.random.maps[name], f"{name}, weights redrawn", "signed") for name in METHODS]
    words = (
        "Blue pixels speak for the answer, orange ones against it: by the logit's slope, by integrated gradients from "
        "a black picture, and by what covering a pixel's surroundings takes away.",
        f"Integrated gradients must add up to the logit's difference from a black picture, {number(saliency.logit)} "
        f"less {number(saliency.baseline_logit)}; they miss it by {saliency.completeness_error:.2%} of it.",
    )
    pictures = (
        Tiles("Maps of the trained network", tuple(maps), "large"),
        Tiles("Of redrawn weights", tuple(random), "large"),
    )
    return Section("What one prediction rests on", words, (*pictures, tables["redrawn"]))


def _example(example: Explained) -> Tile:
    return Tile(_shown(example.picture), f"{example.truth}, predicted {example.predicted}", limits=(0.0, 1.0))


def _units(name: str, values: Float[np.ndarray, " units"]) -> Tile:
    """Lay the units of a layer without places out in rows."""
    across = min(ROW, len(values))
    padded = np.zeros(-(-len(values) // across) * across)
    padded[: len(values)] = values
    limits = (float(values.min()), float(values.max()))
    return Tile(padded.reshape(-1, across), f"{name}: {len(values)} units", limits=limits)


def _maps(name: str, values: Float[np.ndarray, "rows columns channels"]) -> Tiles:
    limits = (float(values.min()), float(values.max()))
    strongest = np.argsort(-values.max(axis=(0, 1)), kind="stable")[:MOST_MAPS]
    tiles = tuple(Tile(values[..., k].astype(np.float64), f"{k}", limits=limits) for k in np.sort(strongest))
    height, width, channels = values.shape
    return Tiles(f"{name}: {len(tiles)} of {channels} channels, {height}x{width}", tiles)


def _sides(box: Box | None) -> tuple[int, int, int, int] | None:
    return None if box is None else (box.top, box.left, box.height, box.width)


def _preferred(preferred: Preferred, features: Features) -> Tiles:
    view = features.channel
    is_last = preferred.layer == features.layers[-1]
    classes = features.classes if is_last and len(features.classes) == len(preferred.channels) else ()
    height, width = preferred.pictures.shape[1:3]
    box = Box(0, 0, height, width) if preferred.box is None else preferred.box
    pictures = preferred.pictures[:, box.top : box.top + box.height, box.left : box.left + box.width]
    tiles = tuple(
        Tile(_shown(picture), f"{classes[k] if classes else k}: {answer:.1f}", limits=(0.0, 1.0))
        for k, picture, answer in zip(preferred.channels, pictures, preferred.answers, strict=True)
    )
    note = "The number is the answer that the picture reaches."
    if preferred.layer == view.layer:
        answer = preferred.answers[list(preferred.channels).index(view.channel)]
        best = float(view.strongest.answers[view.channel, 0])
        note += f" Channel {view.channel} reaches {answer:.2f}, and {best:.2f} for the strongest real example."
    title = f"Preferred inputs of {preferred.layer}, {box.height}x{box.width} pixels"
    return Tiles(title, tiles, "medium" if len(tiles) <= MOST_MAPS else "small", note)


def _shown(picture: Float[np.ndarray, "rows columns colours"]) -> np.ndarray:
    """Return a picture as a page draws it: grey, or its first three colours."""
    values = picture.astype(np.float64)
    return values[:, :, :COLOUR] if values.shape[2] >= COLOUR else values[:, :, 0]
