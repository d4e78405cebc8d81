"""Numbers as they stand in a script."""

import numpy as np


def python_numbers(values: np.ndarray) -> str:
    """Write a vector or a matrix as a list, with all digits that a float32 has."""
    return repr([_row(row) for row in values] if values.ndim == 2 else _row(values))


def _row(row: np.ndarray) -> list[float]:
    return [float(f"{value:.9g}") for value in row]
