"""Try the installed package in few seconds: the command line with its help, one training of each kind, the studio.

It needs nothing but descentlab itself, so that it runs in an environment of the lowest versions that are declared:
`make check-versions`.
"""

import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("--help",),
    ("train", "--help"),
    ("sweep", "--help"),
    ("studio", "--help"),
    ("data",),
    ("train", "iris", "--epochs", "20"),
    ("train", "table.csv", "--target", "kind", "--epochs", "3"),
    ("train", "pictures", "--epochs", "1", "--size", "8x8"),
    ("predict", "table-001", "table.csv"),
    ("evaluate", "iris-001"),
    ("report", "iris-001"),
    ("show", "iris-001"),
    ("sweep", "iris", "--learning-rate", "0.01,0.1", "--seeds", "2", "--epochs", "2"),
    ("backprop", "iris"),
    ("curvature", "iris-001"),
    ("softmax", "2", "1", "-1"),
    ("surface", "x^2"),
    ("runs",),
    ("env",),
)
TIMEOUT_S = 300
PICTURES = """
from pathlib import Path
import numpy as np
from PIL import Image

for place, kind in enumerate(("dark", "light")):
    folder = Path("pictures") / kind
    folder.mkdir(parents=True)
    for number in range(20):
        pixels = np.random.default_rng(number).integers(0, 100, (8, 8), np.uint8) + np.uint8(150 * place)
        Image.fromarray(pixels).save(folder / f"{number}.png")
"""


def descentlab(*words: str) -> list[str]:
    """Return the command line that runs a command in this interpreter."""
    return [sys.executable, "-m", "descentlab", *words]


def run(command: Sequence[str], folder: Path) -> None:
    """Run a command that has to succeed and to write nothing of a warning or a traceback.

    Raises:
        SystemExit: If it does not.
    """
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    if done.returncode or "Traceback" in done.stderr or "Warning" in done.stderr:
        sys.exit(f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    print(f"ok: {' '.join(command[2:])[:100]}", flush=True)


def try_studio(folder: Path) -> None:
    """Start the studio, fetch its pages, and end it.

    Raises:
        SystemExit: If a page is not served, or the studio does not end.
    """
    command = descentlab("studio", "--no-open", "--port", "0")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("descentlab studio: ").strip()
        try:
            if not address.startswith("http://127.0.0.1"):
                sys.exit(f"the studio did not start: {address}\n{process.communicate()[1][-4000:]}")
            for page in ("", "data", "digits", "runs"):
                with urllib.request.urlopen(address + page, timeout=60) as answer:
                    if answer.status != 200 or "descentlab" not in answer.read().decode().lower():
                        sys.exit(f"the studio does not serve /{page}")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    if process.returncode != 130 or "Traceback" in err:
        sys.exit(f"the studio ended with {process.returncode}:\n{err[-4000:]}")
    print("ok: studio", flush=True)


def main() -> None:
    """Try all commands in an empty folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [f"{place % 7},{place % 5},{'ab'[place % 2]}" for place in range(60)]
        (folder / "table.csv").write_text("\n".join(["x,y,kind", *rows, ""]), encoding="utf-8")
        run([sys.executable, "-c", PICTURES], folder)
        for words in COMMANDS:
            run(descentlab(*words), folder)
        try_studio(folder)


if __name__ == "__main__":
    main()
