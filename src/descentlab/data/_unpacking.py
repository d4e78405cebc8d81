"""The bytes of a table's file, unpacked where they are compressed, and the form that they have."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from descentlab.core import DataError
from descentlab.data._names import in_line, quoted

MOST_BYTES = 2**32
"""Bytes of a file after unpacking; a table in memory takes several times as many."""

Form = Literal["text", "parquet", "workbook"]

COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}
"""Compressed files by their first bytes."""

ZIP = b"PK\x03\x04"
WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of a workbook of Excel before 2007, and of one that is protected by a password."""

NO_ARCHIVE = (zipfile.BadZipFile, ValueError, NotImplementedError)
"""What `zipfile` raises of an archive that is damaged, or of a version or compression that it does not know."""

REFUSED = {
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard: unpack it first",
    b"7z\xbc\xaf": "is a 7z archive: unpack it first",
    b"Rar!": "is a RAR archive: unpack it first",
    b"%PDF": "is a PDF: copy its table into a spreadsheet and save it as CSV",
    b"SQLite format 3": "is an SQLite database: save one of its tables as CSV",
    b"ARROW1": "is a Feather file: save the table as Parquet",
    b"ORC": "is an ORC file: save the table as Parquet",
    b"\x89HDF": "is an HDF5 file: save the table as CSV or Parquet",
    b"$FL2": "is an SPSS file: save the table as CSV",
}
"""Files of other programs, by their first bytes, with what to do."""


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes:
        name: Name of the file, for sentences.
        ending: Ending of the name in lower case, after unpacking.
        data: Bytes after unpacking.
        form: How the bytes are to be read.
    """

    name: str
    ending: str
    data: bytes
    form: Form


def unpack(path: Path, data: bytes) -> Content:
    """Unpack a compressed file, and recognise what it holds.

    Args:
        path: Path of the file.
        data: Bytes of the file.

    Returns:
        The content.

    Raises:
        DataError: If the file is of a kind that is not read, is damaged, or holds several files.
    """
    name, inner = path.name, PurePosixPath(path.name)
    for _ in range(2):  # an archive may be packed once more
        method = next((method for magic, method in COMPRESSED.items() if data.startswith(magic)), None)
        if method is not None:
            inner, data = PurePosixPath(inner.stem), _decompress(data, name, method)
        elif _is_archive(data):
            inner, data = _from_archive(data, name)
        else:
            break
    for magic, remedy in REFUSED.items():
        if data.startswith(magic):
            raise DataError(f"{name} {remedy}")
    return Content(name, inner.suffix.lower(), data, _form(data, name))


def holds_one_file(path: Path) -> bool:
    """Return whether a file is a zip archive of a single file, as tables are packed."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(not entry.is_dir() and not _is_hidden(entry.filename) for entry in archive.infolist()) == 1
    except (*NO_ARCHIVE, OSError):
        return False


def _form(data: bytes, name: str) -> Form:
    if data.startswith((b"PAR1", b"PARE")):
        return "parquet"
    if data.startswith((WORKBOOK, ZIP)):
        return "workbook"
    start = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise DataError(f"{name} is a web page or XML, not a table: open it in a spreadsheet and save it as CSV")
    return "text"


def _decompress(data: bytes, name: str, method: str) -> bytes:
    packed = io.BytesIO(data)
    opened = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}[method]
    try:
        with opened(packed) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"{name} cannot be unpacked by {method} ({in_line(str(error))}): get it anew") from error
    return _bounded(unpacked, name)


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise DataError(f"{name} is larger than {MOST_BYTES // 2**30} GiB when unpacked: split it into smaller files")
    return data


def _is_archive(data: bytes) -> bool:
    """Distinguish an archive from a workbook, which is an archive with certain files."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except NO_ARCHIVE:
        return True
    return not names & {"[Content_Types].xml", "xl/workbook.xml", "xl/workbook.bin", "content.xml"}


def _from_archive(data: bytes, name: str) -> tuple[PurePosixPath, bytes]:
    unpacked = b""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            files = [file for file in files if not _is_hidden(file)]
            if len(files) == 1:
                with archive.open(files[0]) as file:
                    unpacked = file.read(MOST_BYTES + 1)
    except (*NO_ARCHIVE, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise DataError(f"{name} cannot be unpacked ({in_line(str(error))}): unpack it by hand") from error
    if len(files) != 1:
        words = f"{len(files)} files ({quoted(files, 3)})" if files else "no file"
        raise DataError(f"{name} is an archive of {words}, not of one table: unpack it and name the table")
    return PurePosixPath(files[0]), _bounded(unpacked, name)


def _is_hidden(filename: str) -> bool:
    return filename.startswith("__MACOSX/") or PurePosixPath(filename).name.startswith(".")
