"""A network as a plain Python script that needs only NumPy."""

from collections.abc import Mapping

import numpy as np

from descentlab.core import SpecError
from descentlab.data import Dataset
from descentlab.networks import HostArrays, Network, not_stated
from descentlab.objectives import Objective

FEATURES: Mapping[str, str] = {
    "x1": "x1", "x2": "x2", "x1^2": "x1 * x1", "x2^2": "x2 * x2", "x1*x2": "x1 * x2", "sin(x1)": "np.sin(x1)",
    "sin(x2)": "np.sin(x2)",
}  # fmt: skip


def as_python(network: Network, objective: Objective, params: HostArrays, dataset: Dataset) -> str:
    """Write a network as a Python script, if each of its layers states how it is written.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        params: Learned arrays by layer and role.
        dataset: Data that the network was trained on, for its features and classes.

    Returns:
        The script: `predict(x1, x2)` for points in the plane, `predict(inputs)` for rows of a table, whose numbers are
        in the units of the table.

    Raises:
        SpecError: If a layer does not state it.
    """
    written = [(layer, layer.as_python(params.get(layer.name, {}))) for layer in network.layers]
    unknown = [layer for layer, lines in written if lines is None]
    if unknown:
        raise SpecError(
            f"the Python of this network is {not_stated(unknown, 'how it is written in NumPy')}; networks of dense "
            "layers can be written"
        )
    lines = [f"    {line}" for _, layer_lines in written for line in layer_lines or ()]
    lines += [f"    z = {_outputs(objective, dataset)}"]
    return "\n".join([*_head(dataset), *lines, *_end(dataset), ""])


def _head(dataset: Dataset) -> list[str]:
    head = [
        f'"""A network trained by descentlab on {dataset.name!r}: its weights and its forward pass, as plain NumPy."""',
        "",
        "import math",
        "",
        "import numpy as np",
        "",
        "",
        "def softmax(z):",
        '    """Turn logits into probabilities; the largest is taken off first, so that nothing overflows."""',
        "    e = np.exp(z - z.max(axis=1, keepdims=True))",
        "    return e / e.sum(axis=1, keepdims=True)",
        "",
        "",
    ]
    if set(dataset.feature_names) <= set(FEATURES) and dataset.raw:
        return [
            *head,
            "def predict(x1, x2):",
            '    """Answer for points in the plane, given as two arrays of the same length."""',
            "    x1, x2 = np.atleast_1d(x1).astype(float), np.atleast_1d(x2).astype(float)",
            f"    a = np.stack([{', '.join(FEATURES[name] for name in dataset.feature_names)}], axis=1)",
        ]
    units = dataset.preparation.input_units
    means, scales = np.array([units.get(place, (0.0, 1.0)) for place in range(len(dataset.feature_names))]).T
    return [
        *head,
        f"INPUTS = {list(dataset.feature_names)!r}",
        f"MEANS = np.array({means.tolist()!r})",
        f"SCALES = np.array({scales.tolist()!r})",
        "",
        "",
        "def predict(inputs):",
        '    """Answer for examples, a row each, whose columns are INPUTS.',
        "",
        "    Numbers are given as the table has them; a category is 1 where it holds and 0 where not.",
        '    """',
        "    a = (np.atleast_2d(np.asarray(inputs, float)) - MEANS) / SCALES",
    ]


def _outputs(objective: Objective, dataset: Dataset) -> str:
    function = objective.head.facts.python
    if dataset.task == "regression" and (dataset.target_scale, dataset.target_shift) != (1.0, 0.0):
        return f"({function}) * {dataset.target_scale!r} + {dataset.target_shift!r}"
    return function


def _end(dataset: Dataset) -> list[str]:
    if not dataset.classes:
        return ["    return z[:, 0]"]
    return [f"    return z  # classes, in order: {', '.join(map(repr, dataset.classes))}"]
