"""Files from a person's browser: their folders, and the unpacking of archives of pictures."""

import contextlib
import re
import secrets
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from descentlab.core import DataError, StorageError
from descentlab.data import PICTURE_ENDINGS, may_be_picture
from descentlab.runs import locked
from descentlab.studio.files._hidden_folders import UPLOADS
from descentlab.studio.files._upload_use import unused

ARCHIVE_ENDINGS = (".zip",)
FOLDER = UPLOADS

MOST_BYTES = 512 * 2**20
"""Largest size of one uploaded file, in bytes."""
MOST_UNPACKED = 2 * 2**30
MOST_FILES = 100_000
MOST_DIRECTORY_BYTES = 32 * 2**20
"""Largest table of contents of an archive, which is read whole before its entries can be counted, in bytes."""
LONGEST_NAME = 120
CHUNK = 2**20


class Uploads:
    """The files that were uploaded to one page: they are locked, and removed with the page unless a run needs them."""

    def __init__(self, runs: Path) -> None:
        """Prepare for uploads; no folder is made before the first.

        Args:
            runs: Folder of runs.
        """
        self.folder = runs / FOLDER
        self._runs = runs
        self._made: list[Path] = []
        self._held = contextlib.ExitStack()

    def place(self, name: str, endings: tuple[str, ...]) -> Path:
        """Return a path for an uploaded file: a new folder, and a name of letters, digits and dashes.

        Args:
            name: Name of the person's file.
            endings: Allowed endings of the name.

        Raises:
            DataError: If the name has another ending.
            StorageError: If the folder cannot be made.
        """
        ending = PurePosixPath(name.lower()).suffix
        if ending not in endings:
            raise DataError(f"'{_short(name)}' is none of {', '.join(sorted(endings))}; save it as one of these")
        folder = self.folder / secrets.token_hex(8)
        try:
            folder.mkdir(parents=True, mode=0o700)
            self._held.enter_context(locked(folder))
        except OSError as error:
            raise StorageError(
                f"{self.folder} cannot be written ({error.strerror or error}); free the disk, or its rights"
            ) from None
        self._made.append(folder)
        return folder / f"{plain_name(name)}{ending}"

    def close(self) -> None:
        """Remove the uploads that no run was trained on."""
        made, self._made = self._made, []
        for upload in unused(made, self._runs):
            shutil.rmtree(upload, ignore_errors=True)
        self._held.close()


def plain_name(name: str) -> str:
    """Return a file's name without its ending, with only letters, digits and dashes.

    Example:
        >>> plain_name("../Zoë's penguins (2).csv")
        'Zoe-s-penguins-2'
    """
    stem = PurePosixPath(name.replace("\\", "/")).stem
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-") or "data"


def unpack_pictures(archive: Path) -> Path:
    """Unpack the pictures of a zip beside it, one subfolder a class; other files are not unpacked.

    Args:
        archive: The zip.

    Returns:
        The folder that holds the folders of the classes.

    Raises:
        DataError: If the file is no zip, is too large, has an unsafe name or link, or holds no pictures.
    """
    folder = archive.with_suffix("")
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as opened:
            _unpack(opened, folder, archive.name)
    # zipfile raises these for broken, encrypted, cut off or unknown archives; RuntimeError asks for a password.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, DataError):
            raise
        raise DataError(f"{archive.name} cannot be unpacked ({error}): make it anew as a plain zip") from None
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageError(f"{archive.name} cannot be unpacked: {error.strerror}") from None
    return _inner(folder)


def _check_directory(archive: Path) -> None:
    """Read only the end record: reading a forged table of contents may take all the memory."""
    with archive.open("rb") as file:
        file.seek(max(0, archive.stat().st_size - 65_557))
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) < place + 22:
        raise DataError(f"{archive.name} is no zip: make it anew as a plain zip")
    if int.from_bytes(end[place + 12 : place + 16], "little") > MOST_DIRECTORY_BYTES:
        raise DataError(f"{archive.name} has more than the {MOST_FILES:,} files that are allowed: use a folder's path")


def _unpack(opened: zipfile.ZipFile, folder: Path, name: str) -> None:
    chosen = list(_pictures(opened, name))
    if not chosen:
        raise DataError(
            f"{name} holds no pictures: expected a subfolder per class with {', '.join(sorted(PICTURE_ENDINGS))}"
        )
    if len(chosen) > MOST_FILES:
        raise DataError(f"{name} holds {len(chosen):,} pictures, more than {MOST_FILES:,}: use a folder's path")
    left = MOST_UNPACKED
    for info, path in chosen:
        target = folder.joinpath(*path.parts)
        if not target.resolve().is_relative_to(folder.resolve()):  # such as "C:..." if drives have letters
            raise DataError(f"{name} is refused: '{_short(info.filename)}' leads out of the archive")
        target.parent.mkdir(parents=True, exist_ok=True)
        # The size that an entry states may be false: bytes are counted while they are read.
        with opened.open(info) as source, target.open("xb") as file:
            while chunk := source.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise DataError(f"{name} unpacks to more than {MOST_UNPACKED / 2**30:.0f} GiB: use a folder's path")
                file.write(chunk)


def _pictures(opened: zipfile.ZipFile, name: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    paths: set[PurePosixPath] = set()
    for info in opened.infolist():
        path = PurePosixPath(info.filename)
        _check_entry(info, path, name)
        is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if info.is_dir() or is_hidden or not may_be_picture(path) or path in paths:
            continue
        paths.add(path)
        yield info, path


def _check_entry(info: zipfile.ZipInfo, path: PurePosixPath, name: str) -> None:
    """Refuse an archive with an entry that leads out of it: nobody makes such an archive by mistake."""
    is_outside = path.is_absolute() or ".." in path.parts or "\\" in info.filename
    if is_outside or stat.S_ISLNK(info.external_attr >> 16):
        raise DataError(f"{name} is refused: '{_short(info.filename)}' is a link, or leads out of the archive")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(f"{name} is packed in a rare way: make it anew as a plain zip")
    if any(len(part.encode()) > LONGEST_NAME for part in path.parts) or len(path.parts) > 8:
        raise DataError(f"{name} is refused: the name '{_short(info.filename)}' is too long")


def _inner(folder: Path) -> Path:
    """Enter folders while an archive consists of a single folder of folders."""
    while True:
        inside = list(folder.iterdir())
        if len(inside) != 1 or not inside[0].is_dir() or not any(sub.is_dir() for sub in inside[0].iterdir()):
            return folder
        folder = inside[0]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
