"""Points and weights as words that an address can hold, and back."""

import base64
import binascii
import json
import zlib
from typing import Any

import numpy as np

from descentlab.core import SpecError
from descentlab.networks import HostArrays, Network

MOST_UNPACKED = 2**20
"""Largest size of an unpacked word, in bytes."""


def pack_points(points: Any) -> str:
    """Write points as a word that an address can hold."""
    rounded = [[round(x1, 2), round(x2, 2), label] for x1, x2, label in points]
    return pack(json.dumps(rounded, separators=(",", ":")).encode())


def unpack_points(word: str) -> list[Any]:
    """Read points that `pack_points` wrote.

    Raises:
        SpecError: If they cannot be read.
    """
    try:
        points = json.loads(_unpack(word))
    except (ValueError, RecursionError):
        raise SpecError("the points of this link cannot be read; copy the link anew") from None
    if not isinstance(points, list) or not all(_is_point(point) for point in points):
        raise SpecError("the points of this link cannot be read; copy the link anew")
    return points


def _is_point(value: Any) -> bool:
    kinds = (int | float, int | float, int | float | str)
    return isinstance(value, list) and len(value) == 3 and all(map(isinstance, value, kinds))


def pack_weights(network: Network, params: HostArrays) -> str:
    """Write a network's weights as a word that an address can hold."""
    arrays = [np.asarray(params[name][role], "<f4").ravel() for name, role in _places(network, params)]
    return pack(np.concatenate(arrays).tobytes())


def unpack_weights(word: str, network: Network) -> HostArrays:
    """Read the weights of a network that `pack_weights` wrote.

    Raises:
        SpecError: If they are of another network, or cannot be read.
    """
    like = network.draw(0)
    raw = _unpack(word)
    sizes = [like[name][role].size for name, role in _places(network, like)]
    values = np.frombuffer(raw, "<f4") if len(raw) == 4 * sum(sizes) else np.zeros(0)
    if not len(values) or not np.isfinite(values).all():
        raise SpecError("the weights of this link do not fit its network; copy the link anew")
    params: HostArrays = {name: dict(roles) for name, roles in like.items()}
    for (name, role), part in zip(_places(network, like), np.split(values, np.cumsum(sizes)[:-1]), strict=True):
        params[name][role] = part.reshape(like[name][role].shape).copy()
    return params


def _places(network: Network, params: HostArrays) -> list[tuple[str, str]]:
    roles = ("weight", "bias")
    return [(layer.name, role) for layer in network.layers for role in roles if role in params.get(layer.name, {})]


def pack(raw: bytes) -> str:
    """Write bytes as a word of letters, digits, - and _."""
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def _unpack(word: str) -> bytes:
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        # A short word may unpack to gigabytes.
        return zlib.decompressobj().decompress(packed, MOST_UNPACKED)
    except (binascii.Error, ValueError, zlib.error):
        raise SpecError("a part of this link cannot be read; copy the link anew") from None
