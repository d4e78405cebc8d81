"""What a reader must know to trust a landscape."""

from descentlab.core import PART_WORDS
from descentlab.labs.landscape._measured import Landscape
from descentlab.spec import every_layer

MOVES = {
    "filter": "each filter of a direction is as long as the network's own",
    "layer": "each layer's array of a direction is as long as the network's own",
    "none": "a direction is normal numbers in one scale for all layers",
}


def notes_of(landscape: Landscape, extra: tuple[str, ...]) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    experiment = landscape.experiment
    notes = [
        f"Lines and planes are one and two of {landscape.num_params:,} dimensions: what looks like a bowl may be a "
        "pass, and what looks like a wall may have a way round.",
        f"A step of 1 along a direction is as long as the weights ({landscape.lines.length:.3g}); "
        f"{MOVES[landscape.normalization]}. Biases, and the scales and shifts of normalising layers, stay where they "
        "are.",
    ]
    notes += [
        f"The {PART_WORDS[part]} loss is the mean over {num:,} of {landscape.num_available[part]:,} examples, drawn "
        "once; --examples takes more."
        for part, num in landscape.num_examples.items()
        if num < landscape.num_available[part]
    ]
    if experiment.optimizer.l1 or experiment.optimizer.l2:
        notes.append("Training added a penalty on the weights; the loss here is without it.")
    if experiment.class_weights != "none":
        notes.append("Training let every class count the same; the loss here counts each example the same.")
    if experiment.label_smoothing:
        notes.append(
            f"Training smoothed the labels by {experiment.label_smoothing:g}; the loss here is that of the labels."
        )
    if experiment.augment is not None and not experiment.augment.is_idle:
        notes.append("The loss is that of the pictures as they are; training varied them at random.")
    layers = every_layer(experiment.model)
    if any(layer.dropout_rate is not None for layer in layers):
        notes.append("Dropout is off, as in evaluation.")
    if any(layer.keeps_statistics for layer in layers):
        notes.append(
            "Batch norm's statistics are measured anew at every point, from training examples, so that the loss at the "
            "network differs a little from the run's own; the sharpest direction is left out."
        )
    if landscape.crossing is not None:
        notes.append(
            "The interval of a barrier takes its place as given; where the top is flat, its height is overestimated."
        )
    return (*notes, *extra)
