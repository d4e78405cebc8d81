"""The files of MNIST, for the peers."""

import gzip
import os
from pathlib import Path

import numpy as np


def read(name: str) -> np.ndarray:
    """Read one of the four files of MNIST, packed or not."""
    folder = Path(os.environ["DESCENTLAB_DATA"]) / "mnist"
    packed = folder / f"{name}.gz"
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)
