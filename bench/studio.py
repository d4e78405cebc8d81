"""Speed of the playground in one browser beside TensorFlow Playground, after a change of its network, and in thirty."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import ROOT, Side
from bench.playground import NETWORK_MODULE, playground_missing

PEERS = ROOT / "bench" / "peers"
SESSIONS = 30
# A folder with TensorFlow Playground's built page. It is not part of this repository: build it from a checkout.
PAGE = os.environ.get("PLAYGROUND_PAGE", "")
# An epoch of 2-4-2-1 in that page's code, with its maps and losses and without its drawing, on the first machine;
# 6.8 ms on the machine where this limit was first met.
RECORDED_MS = 12.0


def _missing_browser() -> str:
    if not find_spec("playwright"):
        return "playwright is not installed"
    names = ("chromium", "chromium-browser", "google-chrome")
    return "" if any(map(shutil.which, names)) else "there is no Chromium on the path"


def _missing_page() -> str:
    if not PAGE or not (Path(PAGE) / "index.html").is_file():
        return "set PLAYGROUND_PAGE to a folder with TensorFlow Playground's page, built by its npm run build"
    return _missing_browser()


SIDES = [
    Side(
        "one browser",
        [sys.executable, str(PEERS / "studio_browser.py"), "4"],
        {"frame": ("frame_s",), "epoch": ("epoch_s",)},
        unavailable=_missing_browser(),
    ),
    Side(
        "TensorFlow Playground's page",
        [sys.executable, str(PEERS / "playground_page.py"), str(Path(PAGE).resolve()), "4"],
        {"epoch": ("epoch_s",), "script": ("script_s",)},
        unavailable=_missing_page(),
    ),
    Side(
        "TensorFlow Playground",
        ["node", str(PEERS / "playground.mjs"), NETWORK_MODULE, "2,4,2,1", "300", "maps"],
        {"epoch": ("epoch_s",)},
        unavailable=playground_missing(),
    ),
    Side(
        "a new shape",
        [sys.executable, str(PEERS / "studio_shape.py")],
        {
            "until drawn": ("drawn_s",),
            "until trained": ("trained_s",),
            "slowest until drawn": ("slowest_drawn_s",),
            "slowest until trained": ("slowest_trained_s",),
        },
    ),
    Side(
        f"{SESSIONS} sessions",
        [sys.executable, str(PEERS / "studio_crowd.py"), str(SESSIONS), "8"],
        {
            "frame, slowest": ("slowest_s",),
            "mean over slowest": ("unevenness",),
            "memory each": ("session_mb",),
            "lost in a reload": ("lost",),
            "frame": ("mean_s",),
            "epoch": ("epoch_s",),
        },
        unavailable="" if Path("/proc/self/statm").exists() else "memory is read from /proc",
    ),
]

BENCH = Bench(
    name="studio",
    claim="The playground draws and trains many times faster than TensorFlow Playground; thirty share two cores.",
    sizes="2-4-2-1 on circle, as fast as it goes",
    sides=SIDES,
    limits=[
        Limit("frame", "one browser", at_most=50.0, unit="ms"),
        Limit("epoch", "one browser", "TensorFlow Playground's page", at_most=0.2, unit="ms"),
        # That page waits for the display after each epoch: this is the time that it computes and draws.
        Limit("script", "TensorFlow Playground's page", unit="ms"),
        Limit("epoch", "one browser", "TensorFlow Playground", at_most=0.2, unit="ms"),
        Limit("epoch", "one browser", at_most=RECORDED_MS / 5.0, unit="ms"),
        Limit("until drawn", "a new shape", at_most=1000.0, unit="ms"),
        Limit("until trained", "a new shape", at_most=1000.0, unit="ms"),
        Limit("slowest until drawn", "a new shape", at_most=1000.0, unit="ms"),
        Limit("slowest until trained", "a new shape", unit="ms"),
        Limit("frame, slowest", f"{SESSIONS} sessions", at_most=333.0, unit="ms"),
        Limit("mean over slowest", f"{SESSIONS} sessions", at_most=2.0, unit="times"),
        Limit("memory each", f"{SESSIONS} sessions", at_most=20.0, unit="MB"),
        Limit("lost in a reload", f"{SESSIONS} sessions", at_most=0.0, unit="share"),
        Limit("frame", f"{SESSIONS} sessions", unit="ms"),
        Limit("epoch", f"{SESSIONS} sessions", unit="ms"),
    ],
    repeats=3,
    warms_up=False,
)
