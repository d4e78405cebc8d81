"""`descentlab studio`: the laboratory in a browser."""

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
        Path, typer.Option(metavar="DIR", help="The folder of runs.  [default: ./runs]", show_default=False)
    ] = RUNS,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65_535, help="The port; 0 takes a free one.")] = 8137,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 lets other machines in, with a token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="What a browser must show to be let in.  [default: none on 127.0.0.1, else made up]",
            show_default=False,
        ),
    ] = None,
    is_silent: Annotated[
        bool, typer.Option("--no-open", metavar=FLAG, help="Print the address, and open no browser.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Open the laboratory in a browser: train under your hands, load your data, draw digits, look through your runs.

    It runs until Ctrl-C, and asks nothing of the internet. Only this machine can reach it, unless --host says
    otherwise; whoever comes from elsewhere needs the token of the address that is printed.

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
        # Written through at once: whoever reads it from a pipe waits for it.
        to_stdout().print(f"descentlab studio: {address}\nCtrl-C ends it.", markup=False)
        sys.stdout.flush()
        if not os.access(place, os.W_OK):
            note(f"{place} cannot be written by you: runs can be looked at, and none can be trained or deleted.")
        if not is_silent and has_screen(os.environ):
            # A browser may take its time, and the server has to answer it meanwhile.
            threading.Thread(target=_open_browser, args=(address,), daemon=True).start()

    from descentlab.studio import serve

    serve(host=host, port=port, token=token, runs=runs, on_ready=tell, on_note=note)


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest above it that there is already, in which it would be made."""
    places = (folder, *folder.absolute().parents)
    return next(one for one in places if os.path.exists(one))  # noqa: PTH110 - a path's own stumbles over long names


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser would have a window to show itself in; one for a terminal would take the terminal."""
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _open_browser(address: str) -> None:
    import webbrowser

    webbrowser.open(address)
