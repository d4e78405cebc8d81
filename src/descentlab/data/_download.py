"""Downloads that are checked, that continue where they were cut off, and that do not disturb each other."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from descentlab.core import DataError, StorageError
from descentlab.data._progress import OnProgress

ATTEMPTS = 4
TIMEOUT_S = 30.0
CHUNK = 2**15


def download(url: str, path: Path, md5: str, *, on_progress: OnProgress | None = None) -> None:
    """Download a file, unless it exists already.

    The bytes received so far are kept beside it as `.part`, so that the next attempt, of this call or of a later one,
    requests only the rest. The file appears under its own name once its checksum is right. While one process downloads
    into a folder, others that need something of it wait.

    Args:
        url: Address of the file.
        path: Path at which it is saved.
        md5: Checksum of the file.
        on_progress: Called with the name of the file, the bytes received and its size in bytes (0 if unknown).

    Raises:
        DataError: If the file cannot be downloaded, or has another checksum.
        StorageError: If it cannot be written.
    """
    import requests

    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent):
            if path.exists() and _checksum(path) == md5:
                return
            has_resumed = _fetch_whole(url, part, on_progress)
            if has_resumed and _checksum(part) != md5:
                # The rest may have been joined to the beginning of another file: download it again from the start.
                part.unlink()
                _fetch_whole(url, part, on_progress)
            if _checksum(part) != md5:
                part.unlink()
                raise DataError(f"{url} has another checksum than expected, so it is another file or damaged")
            part.replace(path)
    except requests.RequestException as error:
        raise DataError(f"cannot download {url}: {_reason(error)}") from error
    except OSError as error:
        raise StorageError(f"cannot write '{path}': {error.strerror or error}") from error


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process downloads into a folder, if its file system has locks."""
    from filelock import FileLock

    with contextlib.ExitStack() as held:
        with contextlib.suppress(NotImplementedError):  # filelock says so where a file system has no locks
            held.enter_context(FileLock(folder / ".lock"))
        yield


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _fetch_whole(url: str, part: Path, on_progress: OnProgress | None) -> bool:
    """Download what is missing of a file, with a few attempts; return whether any of it was there before."""
    import requests

    has_resumed = False
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _fetch(url, part, on_progress) or has_resumed
        except requests.HTTPError:
            raise
        except requests.RequestException:
            if attempt == ATTEMPTS:
                raise
            has_resumed = True
    return has_resumed


def _fetch(url: str, part: Path, on_progress: OnProgress | None) -> bool:
    import requests

    present = part.stat().st_size if part.exists() else 0
    # Without "identity" a server may compress the file once more, and its lengths would be those of the result.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={present}-"} if present else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return True  # all of it is here already, or it is another file: the checksum shows which
        response.raise_for_status()
        is_rest = response.status_code == requests.codes.partial_content
        present = present if is_rest else 0
        total = present + int(response.headers.get("Content-Length", 0))
        with part.open("ab" if is_rest else "wb") as file:
            for chunk in response.iter_content(CHUNK):
                present += file.write(chunk)
                if on_progress is not None:
                    on_progress(part.stem, present, max(total, present))
    return is_rest


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {response.reason}"
    return "the connection was cut off" if "Incomplete" in str(error) else "no connection"
