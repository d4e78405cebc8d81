"""A studio in a separate process, for the measurements of the other modules."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SERVE = """
import contextlib
from descentlab.studio import serve
with contextlib.suppress(KeyboardInterrupt):
    serve(port=0, on_ready=print)
"""


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """Serve a studio from an empty folder; yields its address and its process id."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, "-u", "-c", SERVE], cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()
            process.wait()


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
