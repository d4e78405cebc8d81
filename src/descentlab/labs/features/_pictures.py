"""The parts of a page of features that are pictures."""

import numpy as np
from jaxtyping import Float

from descentlab.labs.features._result import Features
from descentlab.representations import METHODS, Box, Preferred
from descentlab.results import Section, Tile, Tiles, WordTable

MOST_KERNELS = 64
MOST_MAPS = 16
ROW = 32
COLOUR = 3


def kernel_section(found: Features) -> Section | None:
    """Show the first layer's weights."""
    kernels = found.kernels
    if kernels is None:
        return None
    tuning = found.selectivity[0].tuning
    shown = kernels.weights[:MOST_KERNELS]
    tiles = tuple(
        Tile(weight.mean(axis=2), f"{k}: {tuning.index[k]:.2f}" if tuning.layer == kernels.layer else f"{k}", "signed")
        for k, weight in enumerate(shown)
    )
    left = len(kernels.weights) - len(shown)
    note = (
        "Blue adds to the channel's answer where the picture is bright, orange takes from it; each by its own largest "
    )
    note += "weight. The number is the channel's selectivity for orientation."
    note += f" {left} more are not shown." if left > 0 else ""
    is_dense = kernels.weights.shape[1:3] == found.explained.picture.shape[:2]
    told = (
        "Every unit of a dense layer sees the whole picture, with a weight for each pixel."
        if is_dense
        else "A convolution slides each of these patches over the picture."
    )
    return Section(
        f"The first layer's kernels: {kernels.layer}",
        (told,),
        (Tiles("Weights", tiles, "medium" if is_dense else "small", note),),
    )


def example_section(found: Features) -> Section:
    """Show what the example becomes from layer to layer."""
    one = found.explained
    parts = [
        Tiles(
            "The example", (Tile(_shown(one.picture), f"{one.truth}, told as {one.told}", limits=(0.0, 1.0)),), "large"
        )
    ]
    parts += [_maps(name, values) for name, values in found.maps.items() if values.ndim == 3]
    rows = tuple(_units(name, values) for name, values in found.maps.items() if values.ndim == 1)
    parts += [Tiles("Layers without places, unit by unit", rows, "large")] if rows else []
    told = (
        f"Example {one.place} of the part held out, and what each layer makes of it: of layers with places the "
        "channels that answer most, black for the smallest and white for the largest answer of the layer.",
    )
    return Section("One example, layer by layer", told, tuple(parts))


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


def channel_section(found: Features) -> Section:
    """Show what single channels look for."""
    view = found.channel
    strongest, channel = view.strongest, view.channel
    tiles = tuple(
        Tile(
            _shown(picture),
            f"{truth}: {answer:.2f}",
            limits=(0.0, 1.0),
            box=None if box is None else (box.top, box.left, box.height, box.width),
        )
        for picture, truth, answer, box in zip(
            view.pictures, view.truths, strongest.answers[channel], strongest.boxes[channel], strict=True
        )
    )
    title = f"Channel {channel} of {view.layer}: the real examples that it answers most"
    note = (
        "The frame is what the unit that answered sees of the picture. The number is its answer before the activation."
    )
    told = (
        "Left to itself, a picture that a unit likes best need not look like anything: it is found by climbing the "
        "unit's answer from faint noise, with small shifts and a price on roughness. The real examples show what it "
        "meets.",
    )
    pictures = tuple(_preferred(one, found) for one in view.preferred)
    return Section("What single channels look for", told, (Tiles(title, tiles, "medium", note), *pictures))


def _preferred(one: Preferred, found: Features) -> Tiles:
    view = found.channel
    is_last = one.layer == found.layers[-1]
    classes = found.classes if is_last and len(found.classes) == len(one.channels) else ()
    height, width = one.pictures.shape[1:3]
    box = Box(0, 0, height, width) if one.box is None else one.box
    pictures = one.pictures[:, box.top : box.top + box.height, box.left : box.left + box.width]
    tiles = tuple(
        Tile(_shown(picture), f"{classes[k] if classes else k}: {answer:.1f}", limits=(0.0, 1.0))
        for k, picture, answer in zip(one.channels, pictures, one.answers, strict=True)
    )
    note = "The number is the answer that the picture reaches."
    if one.layer == view.layer:
        place = list(one.channels).index(view.channel)
        best = float(view.strongest.answers[view.channel, 0])
        note += (
            f" Channel {view.channel} reaches {one.answers[place]:.2f}, and {best:.2f} for the strongest real example."
        )
    title = f"Preferred inputs of {one.layer}, {box.height}x{box.width} pixels"
    return Tiles(title, tiles, "medium" if len(tiles) <= MOST_MAPS else "small", note)


def prediction_section(found: Features) -> Section:
    """Show the pixels that the example's prediction rests on, with the checks."""
    one = found.explained
    maps = [Tile(_shown(one.picture), f"{one.truth}, told as {one.told}", limits=(0.0, 1.0))]
    maps += [Tile(one.saliency.maps[name], name, "signed") for name in METHODS]
    random = [Tile(one.random.maps[name], f"{name}, weights redrawn", "signed") for name in METHODS]
    share = one.saliency.completeness_error
    told = (
        "Blue pixels speak for the answer, orange ones against it: by the logit's slope, by integrated gradients from "
        "a black picture, and by what covering a pixel's surroundings takes away.",
        f"Integrated gradients must add up to the logit's difference from a black picture, {one.saliency.logit:.3f} "
        f"less {one.saliency.baseline_logit:.3f}; they miss it by {share:.2%} of it.",
    )
    table = WordTable(
        "Do the maps change when the weights are drawn anew?",
        ("map", "all pixels", "pixels with ink"),
        tuple((name, _spread(whole), _spread(ink)) for name, (whole, ink) in one.sanity.items()),
        note=f"Rank correlation of the maps' absolute values, trained against redrawn, mean and range over "
        f"{len(next(iter(one.sanity.values()))[0])} examples. 1 would say that the map shows the picture and not what "
        "was learned (Adebayo et al., 2018). Where a picture is black, integrated gradients are 0 for any weights, so "
        "that only the pixels with ink tell.",
    )
    return Section(
        "What one prediction rests on",
        told,
        (
            Tiles("Maps of the trained network", tuple(maps), "large"),
            Tiles("Of redrawn weights", tuple(random), "large"),
            table,
        ),
    )


def _spread(values: Float[np.ndarray, " maps"]) -> str:
    known = values[np.isfinite(values)]
    words = f"{known.mean():.2f} ({known.min():.2f} to {known.max():.2f})" if len(known) else "–"
    return words.replace("-", "−")


def _shown(picture: Float[np.ndarray, "rows columns colours"]) -> np.ndarray:
    """Return a picture as a page draws it: grey, or its first three colours."""
    values = picture.astype(np.float64)
    return values[:, :, :COLOUR] if values.shape[2] >= COLOUR else values[:, :, 0]
