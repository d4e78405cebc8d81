"""Downloads that are checked, and that continue where they were cut off."""

import logging
from pathlib import Path
from typing import Any

from descentlab.core import DataError, StorageError
from descentlab.data._progress import OnProgress

ATTEMPTS = 4
TIMEOUT_S = 30.0
CHUNK = 2**15


def download(url: str, path: Path, md5: str, *, on_progress: OnProgress | None = None) -> None:
    """Download a file, unless it exists already.

    The bytes received so far are kept beside it as `.part`, so that the next attempt, of this call or of a later one,
    requests only the rest. The file appears under its own name once its checksum is right.

    Args:
        url: Address of the file.
        path: Path at which it is saved.
        md5: Checksum of the file.
        on_progress: Called with the name of the file, the bytes received and its size in bytes (0 if unknown).

    Raises:
        DataError: If the file cannot be downloaded, or has another checksum.
        StorageError: If it cannot be written.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    part = path.with_name(path.name + ".part")
    downloader = _Resuming(part, on_progress)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for is_last in (False, True):
            try:
                pooch.retrieve(url, known_hash=f"md5:{md5}", fname=path.name, path=path.parent, downloader=downloader)
                return
            except ValueError as error:
                # The rest may have been joined to the beginning of another file: download it again from the start.
                if is_last or not downloader.has_resumed:
                    raise DataError(
                        f"{url} has another checksum than expected, so it is another file or damaged"
                    ) from error
    except requests.RequestException as error:
        raise DataError(f"cannot download {url}: {_reason(error)}") from error
    except OSError as error:
        raise StorageError(f"cannot write '{path}': {error.strerror or error}") from error


class _Resuming:
    """A downloader for pooch that requests the missing part of a file, with a few attempts."""

    def __init__(self, part: Path, on_progress: OnProgress | None) -> None:
        self._part = part
        self._on_progress = on_progress
        self.has_resumed = False

    def __call__(self, fname: str, action: Any, pooch: Any, *, check_only: bool | None = None) -> None:
        """Download the address `fname` into the file `action`; the names are pooch's."""
        import requests

        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._fetch(fname)
                break
            except requests.HTTPError:
                raise
            except requests.RequestException:
                if attempt == ATTEMPTS:
                    raise
        self._part.replace(action)

    def _fetch(self, url: str) -> None:
        import requests

        present = self._part.stat().st_size if self._part.exists() else 0
        # Without "identity" a server may compress the file once more, and its lengths would be those of the result.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={present}-"} if present else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                self.has_resumed = True  # all of it is here already, or it is another file: the checksum shows which
                return
            response.raise_for_status()
            is_rest = response.status_code == requests.codes.partial_content
            self.has_resumed = is_rest
            present = present if is_rest else 0
            total = present + int(response.headers.get("Content-Length", 0))
            with self._part.open("ab" if is_rest else "wb") as file:
                for chunk in response.iter_content(CHUNK):
                    present += file.write(chunk)
                    if self._on_progress is not None:
                        self._on_progress(self._part.stem, present, max(total, present))


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {response.reason}"
    return "the connection was cut off" if "Incomplete" in str(error) else "no connection"
