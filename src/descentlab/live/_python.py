"""A network as a plain Python script, which needs NumPy and nothing else."""

from collections.abc import Mapping

import numpy as np

from descentlab.core import SpecError
from descentlab.data import Dataset
from descentlab.networks import Activation, Dense, Dropout, HostArrays, Network
from descentlab.objectives import Objective

FUNCTIONS: Mapping[str, str] = {
    "linear": "z",
    "relu": "np.maximum(z, 0.0)",
    "leaky-relu": "np.where(z > 0.0, z, 0.01 * z)",
    "tanh": "np.tanh(z)",
    "sigmoid": "1.0 / (1.0 + np.exp(-z))",
    "silu": "z / (1.0 + np.exp(-z))",
    "gelu": "0.5 * z * (1.0 + np.vectorize(math.erf)(z / math.sqrt(2.0)))",
    "softmax": "softmax(z)",
}
FEATURES: Mapping[str, str] = {
    "x1": "x1", "x2": "x2", "x1^2": "x1 * x1", "x2^2": "x2 * x2", "x1*x2": "x1 * x2", "sin(x1)": "np.sin(x1)",
    "sin(x2)": "np.sin(x2)",
}  # fmt: skip


def as_python(network: Network, objective: Objective, params: HostArrays, dataset: Dataset) -> str:
    """Write a network of dense layers as a Python script.

    Args:
        network: The layers.
        objective: What the logits mean.
        params: Learned arrays by layer and role.
        dataset: What it was trained on: its features and classes.

    Returns:
        The script: `predict(x1, x2)` for points in the plane, `predict(inputs)` for rows of a table, whose numbers are
        in their own units.

    Raises:
        SpecError: If a layer is of another kind.
    """
    lines: list[str] = []
    for layer in network.layers:
        lines += _layer_lines(layer.name, layer, params)
    lines += [f"    z = {_function(objective.link, dataset)}"]
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


def _layer_lines(name: str, layer: object, params: HostArrays) -> list[str]:
    match layer:
        case Dense():
            weight = params[name]["weight"] * layer.spec.multiplier
            bias = params[name].get("bias", np.zeros(weight.shape[1]))
            return [
                f"    # {name}",
                f"    W = np.array({_numbers(weight)})",
                f"    b = np.array({_numbers(bias)})",
                "    z = a @ W + b",
                f"    a = {FUNCTIONS[layer.spec.activation]}",
            ]
        case Activation():
            return ["    z = a", f"    a = {FUNCTIONS[layer.spec.function]}"]
        case Dropout():
            return []
        case _:
            raise SpecError(f"layer '{name}' is no dense layer; only networks of dense layers are written as Python")


def _function(link: str, dataset: Dataset) -> str:
    function = FUNCTIONS[link]
    if dataset.task == "regression" and (dataset.target_scale, dataset.target_shift) != (1.0, 0.0):
        return f"({function}) * {dataset.target_scale!r} + {dataset.target_shift!r}"
    return function


def _end(dataset: Dataset) -> list[str]:
    if not dataset.classes:
        return ["    return z[:, 0]"]
    return [f"    return z  # classes, in order: {', '.join(map(repr, dataset.classes))}"]


def _numbers(values: np.ndarray) -> str:
    """Write numbers with all digits that a float32 has."""
    return repr([_numbers_of(row) for row in values] if values.ndim == 2 else _numbers_of(values))


def _numbers_of(row: np.ndarray) -> list[float]:
    return [float(f"{one:.9g}") for one in row]
