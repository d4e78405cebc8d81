"""Kinds of picture files: by the ending of a name, by the first bytes, and those that are named but not read."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePath

PICTURE_ENDINGS = frozenset(
    {
        ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".gif", ".bmp", ".dib", ".tif", ".tiff",
        ".webp", ".pgm", ".ppm", ".pbm", ".pnm",
    }
)  # fmt: skip
HEIF_ENDINGS = frozenset({".heic", ".heif", ".hif", ".heics"})
AVIF_ENDINGS = frozenset({".avif", ".avifs"})
UNREAD_ENDINGS = frozenset(
    {
        ".svg", ".psd", ".pdf", ".eps", ".ai", ".ico", ".tga", ".dds", ".exr", ".hdr", ".jp2", ".j2k", ".jxl", ".jxr",
        ".dcm", ".dicom", ".nii", ".npy", ".npz", ".mat", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2",
        ".raf", ".raw", ".mp4", ".mov", ".avi", ".mkv", ".webm",
    }
)  # fmt: skip
"""Endings of pictures, scans and films that are not read. Raw photographs begin like TIFF and hold only a preview."""

HEIF = "HEIC, which needs pillow-heif: `pip install pillow-heif`, or convert it to JPEG"
AVIF = "AVIF, which needs a newer Pillow: `pip install --upgrade pillow`, or convert it to JPEG"

FIRST_BYTES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
NETPBM = frozenset(b"P1 P2 P3 P4 P5 P6".split())
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
LONGEST = 32


def may_be_picture(path: PurePath) -> bool:
    """Determine whether a file may be a picture by its name alone, which may have no ending."""
    return not path.suffix or has_known_ending(path)


def has_known_ending(path: PurePath) -> bool:
    """Determine whether a file's name ends as those of pictures that some installation reads."""
    return path.suffix.lower() in PICTURE_ENDINGS | HEIF_ENDINGS | AVIF_ENDINGS


def is_picture_file(path: Path) -> bool:
    """Determine whether a file is a picture that is read: by the ending of its name, else by its first bytes."""
    ending = path.suffix.lower()
    if ending in PICTURE_ENDINGS:
        return True
    if ending in UNREAD_ENDINGS:
        return False
    if ending in HEIF_ENDINGS | AVIF_ENDINGS:
        return why_unread(path) is None
    return _begins_like_a_picture(path) and why_unread(path) is None


def is_unread_picture(path: Path) -> bool:
    """Determine whether a file is a picture, a scan or a film that is not read here."""
    return path.suffix.lower() in UNREAD_ENDINGS or why_unread(path) is not None


def why_unread(path: Path) -> str | None:
    """Return what is missing to read a file of a kind that some installations read; None if nothing is."""
    ending = path.suffix.lower()
    brand = _brand(path) if ending not in PICTURE_ENDINGS | UNREAD_ENDINGS else b""
    if ending in HEIF_ENDINGS or brand in HEIF_BRANDS:
        return None if has_heif() else HEIF
    if ending in AVIF_ENDINGS or brand in (b"avif", b"avis"):
        return None if _has_avif() else AVIF
    return None


def has_heif() -> bool:
    """Determine whether pillow-heif is installed."""
    try:
        return find_spec("pillow_heif") is not None
    except ValueError:  # a module without a specification
        return False


@cache
def _has_avif() -> bool:
    from PIL import features

    try:
        return bool(features.check("avif"))
    except ValueError:  # a Pillow that does not know the format
        return False


def _begins_like_a_picture(path: Path) -> bool:
    begin = _first_bytes(path)
    if begin.startswith(FIRST_BYTES) or (begin[:4] == b"RIFF" and begin[8:12] == b"WEBP"):
        return True
    if begin[:2] == b"BM":  # two letters alone may begin a text; a header of one of these sizes follows in a bitmap
        return int.from_bytes(begin[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    if begin[:2] in NETPBM:
        return begin[2:3].isspace() and begin[3:].lstrip()[:1].isdigit()
    return begin[4:8] == b"ftyp" and begin[8:12] in HEIF_BRANDS | {b"avif", b"avis"}


def _brand(path: Path) -> bytes:
    begin = _first_bytes(path)
    return begin[8:12] if begin[4:8] == b"ftyp" else b""


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LONGEST)
    except OSError:
        return b""
