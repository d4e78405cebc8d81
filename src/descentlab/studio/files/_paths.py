"""Checks of paths of this machine that a person names."""

import os
from collections.abc import Sequence
from pathlib import Path

from descentlab.core import DataError, MissingDataError


def allowed_path(text: str, roots: Sequence[Path]) -> Path:
    """Return the file or folder that a person typed, if it lies in an allowed folder.

    Args:
        text: An absolute path, or one relative to the first of the folders.
        roots: The allowed folders.

    Raises:
        DataError: If the path lies elsewhere, also by `..` or a link.
        MissingDataError: If the path does not exist.
    """
    wanted = text.strip()
    if not wanted:
        raise DataError("type the path of a table, or of a folder of pictures")
    real_roots = [root.resolve() for root in roots]
    try:
        path = (real_roots[0] / Path(wanted).expanduser()).resolve()
        is_there = path.exists()
    except (OSError, ValueError, RuntimeError):  # too long, a null in it, or links in a circle
        raise DataError(f"'{wanted[:60]}' cannot be a file's name") from None
    if not any(path.is_relative_to(root) for root in real_roots):
        folders = ", ".join(dict.fromkeys(map(str, real_roots)))
        raise DataError(f"'{wanted[:120]}' lies outside the allowed folders: {folders}; start the studio where it lies")
    if not is_there:
        raise MissingDataError(f"there is no '{wanted[:120]}': check the path")
    return path


def check_links(folder: Path, roots: Sequence[Path]) -> None:
    """Check that no link in a folder leads out of the allowed folders.

    Raises:
        DataError: If a link does; the message names it.
    """
    real_roots = [root.resolve() for root in roots]
    for parent, subfolders, files in os.walk(folder):
        for name in (*subfolders, *files):
            path = Path(parent) / name
            if path.is_symlink() and not any(path.resolve().is_relative_to(root) for root in real_roots):
                raise DataError(f"'{path}' is a link out of the allowed folders; put the file itself there")


def without_folder(text: str, path: Path) -> str:
    """Remove a file's folder from a message: the place of an upload means nothing to the person who sent it.

    Example:
        >>> without_folder(f"cannot read '{Path('runs', 'x', 'table.csv')}'", Path("runs", "x", "table.csv"))
        "cannot read 'table.csv'"
    """
    return text.replace(f"{path.parent}{os.sep}", "")
