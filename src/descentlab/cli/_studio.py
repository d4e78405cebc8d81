"""The command `descentlab studio`, which opens the studio in a browser."""

import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from descentlab.cli._options import FLAG, Debug
from descentlab.cli._output import to_stdout
from descentlab.core import RunError

RUNS = Path("runs")


def studio(
    runs: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of runs.  [default: ./runs]", show_default=False)
    ] = RUNS,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65_535, help="Port; 0 takes a free one.")] = 8137,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets other machines in, with a token."),
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="Password in the address that a browser has to open.  [default: none on 127.0.0.1, else a random one]",
            show_default=False,
        ),
    ] = None,
    is_silent: Annotated[
        bool, typer.Option("--no-open", metavar=FLAG, help="Print the address without opening a browser.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Open the studio in a browser: watch networks train, load your data, draw digits, and look through your runs.

    It runs until Ctrl-C, and needs no internet. Only this machine can reach it, unless --host says otherwise; from
    other machines, a browser needs the token in the address that is printed.

    Examples:
    * `descentlab studio`

    * `descentlab studio --runs lesson3/runs`

    * `descentlab studio --host 0.0.0.0 --no-open` - for a class: everybody opens the address that is printed
    """
    place = _nearest(runs)
    if not place.is_dir():
        raise RunError(
            f"--runs {runs}: {place} is a file, not a folder; name a folder of runs, or nothing for ./{RUNS}"
        )

    def note(line: str) -> None:
        to_stdout().print(line, markup=False)
        sys.stdout.flush()

    def tell(address: str) -> None:
        # Flushed at once: a program that reads it from a pipe waits for it.
        to_stdout().print(f"descentlab studio: {address}\nCtrl-C ends it.", markup=False)
        sys.stdout.flush()
        if not os.access(place, os.W_OK):
            note(f"You cannot write to {place}: you can look at its runs, but not train or delete any.")
        if not is_silent and has_screen(os.environ):
            # In a thread, for a browser may be slow to open, and the server has to answer it meanwhile.
            threading.Thread(target=_open_browser, args=(address,), daemon=True).start()

    from descentlab.studio import serve

    serve(host=host, port=port, token=token, runs=runs, on_ready=tell, on_note=note)


def _nearest(folder: Path) -> Path:
    """Return the folder if it exists, else the nearest existing folder above it."""
    places = (folder, *folder.absolute().parents)
    return next(place for place in places if os.path.exists(place))  # noqa: PTH110 - Path.exists fails on long names


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether a browser can open a window; a browser for the terminal would take up the terminal."""
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _open_browser(address: str) -> None:
    import webbrowser

    webbrowser.open(address)
