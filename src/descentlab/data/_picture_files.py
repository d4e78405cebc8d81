"""Measures and reads picture files in one size, and reports broken ones."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from jaxtyping import UInt8

from descentlab.core import DataError
from descentlab.data._picture_depth import PixelDepth, PixelRange, is_deep, range_of
from descentlab.data._picture_kinds import has_heif, why_unread
from descentlab.data._progress import OnProgress

MAX_PIXELS = 64_000_000
"""Largest number of pixels of a file: a few bytes can claim to be a picture that fills the memory."""

MAX_BYTES = 4 * 2**30
THREADS = 4
GRAY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})

T = TypeVar("T")


@dataclass(frozen=True)
class Measure:
    """Size and colour of a picture, and whether a pixel has more than 8 bits, from its header."""

    height: int
    width: int
    is_color: bool
    is_deep: bool = False


def measure_pictures(paths: Sequence[Path]) -> list[Measure | str]:
    """Read the headers of pictures; a string is the reason why a picture cannot be read."""

    def measure(path: Path) -> Measure | str:
        opened = _open(path)
        if isinstance(opened, str):
            return opened
        try:
            with opened as image:
                width, height = _upright_size(image)
                return Measure(height, width, is_color=_is_color(image), is_deep=is_deep(image))
        except Exception as error:  # the orientation may be at the end of a file, so that Pillow reads all of it
            return _reason(error)

    return _map_on_threads(measure, paths, None, "")


def measure_ranges(paths: Sequence[Path]) -> list[PixelRange]:
    """Read the pixels of pictures of more than 8 bits, and return the range of each that can be read."""

    def measure(path: Path) -> PixelRange | None:
        opened = _open(path)
        if isinstance(opened, str):
            return None
        try:
            with opened as image:
                return range_of(image)
        except Exception:  # a broken picture is reported when it is read for the network
            return None

    return [each for each in _map_on_threads(measure, paths, None, "") if each is not None]


def read_pictures(
    paths: Sequence[Path],
    height: int,
    width: int,
    channels: int,
    *,
    depth: PixelDepth | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[UInt8[np.ndarray, "pictures height width channels"], list[str | None]]:
    """Read pictures in one size.

    A picture of another size is resized, each side by itself. Transparent parts become white; of 16 bits the upper 8
    are kept unless `depth` says otherwise, and of an animation the first picture; a picture is turned as its camera
    recorded.

    Args:
        paths: Paths of the files.
        height: Height in pixels.
        width: Width in pixels.
        channels: 1 for gray, 3 for colour.
        depth: Black and white in pictures of more than 8 bits.
        on_progress: Called with a description of the work, the number of pictures done and their total.

    Returns:
        The pixels, and for each file None or the reason why it cannot be read; its pixels are then all 0.

    Raises:
        DataError: If the pictures do not fit into memory.
    """
    if len(paths) * height * width * channels > MAX_BYTES:
        size = len(paths) * height * width * channels / 2**30
        raise DataError(
            f"{len(paths):,} pictures of {width}x{height} would take {size:.0f} GiB: "
            "set data.height and data.width, for example to 64"
        )
    pixels = np.zeros((len(paths), height, width, channels), np.uint8)

    def read(place: int) -> str | None:
        picture = _read(paths[place], height, width, channels, depth)
        if isinstance(picture, str):
            return picture
        pixels[place] = picture
        return None

    return pixels, _map_on_threads(read, range(len(paths)), on_progress, "reading pictures")


def check_pictures(
    paths: Sequence[Path],
    height: int,
    width: int,
    channels: int,
    *,
    depth: PixelDepth | None = None,
    on_progress: OnProgress | None = None,
) -> list[str | None]:
    """Read pictures as `read_pictures` does, and return only the reasons why some cannot be read."""

    def check(path: Path) -> str | None:
        picture = _read(path, height, width, channels, depth)
        return picture if isinstance(picture, str) else None

    return _map_on_threads(check, paths, on_progress, "checking pictures")


def _map_on_threads(
    work: Callable[[Any], T], items: Sequence[Any], on_progress: OnProgress | None, what: str
) -> list[T]:
    """Apply a function to each item on a few threads, since Pillow decodes outside Python's lock."""
    results = []
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=THREADS) as pool:
        warnings.simplefilter("ignore")  # the size of each file is checked here, and a broken file is reported
        for done, result in enumerate(pool.map(work, items), start=1):
            results.append(result)
            if on_progress is not None and (done % 100 == 0 or done == len(items)):
                on_progress(what, done, len(items))
    return results


def _open(path: Path) -> Any:
    from PIL import Image

    try:
        _register_heif()
        image = Image.open(path)
    except Exception as error:  # Pillow's readers may raise anything for a broken file
        return why_unread(path) or _reason(error)
    if image.width * image.height > MAX_PIXELS:
        image.close()
        return f"claims to have {image.width:,} x {image.height:,} pixels"
    return image


@cache
def _register_heif() -> None:
    if has_heif():
        import_module("pillow_heif").register_heif_opener()


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if type(error).__name__ == "UnidentifiedImageError":
        return "not a readable picture"
    return str(error).partition("\n")[0] or type(error).__name__


def _is_color(image: Any) -> bool:
    if image.mode == "P":
        palette = image.convert("RGB").getcolors(1 << 24) or []
        return any(not red == green == blue for _, (red, green, blue) in palette)
    return image.mode not in GRAY_MODES and not image.mode.startswith("I;16")


def _upright_size(image: Any) -> tuple[int, int]:
    is_turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if is_turned else (image.width, image.height)


def _read(
    path: Path, height: int, width: int, channels: int, depth: PixelDepth | None
) -> UInt8[np.ndarray, "height width channels"] | str:
    from PIL import Image, ImageOps

    opened = _open(path)
    if isinstance(opened, str):
        return opened
    try:
        with opened as image:
            upright = _eight_bits(ImageOps.exif_transpose(image), depth)
            plain = _on_white(upright).convert("L" if channels == 1 else "RGB")
            if plain.size != (width, height):
                plain = plain.resize((width, height), Image.Resampling.BILINEAR)
            return np.asarray(plain, dtype=np.uint8).reshape(height, width, channels)
    except Exception as error:  # Pillow's readers may raise anything for a broken file
        return _reason(error)


def _eight_bits(image: Any, depth: PixelDepth | None) -> Any:
    from PIL import Image

    if not is_deep(image) or (image.mode == "F" and depth is None):
        return image
    return Image.fromarray((depth or PixelDepth()).to_bytes(np.asarray(image)))


def _on_white(image: Any) -> Any:
    from PIL import Image

    if not image.has_transparency_data:
        return image
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
