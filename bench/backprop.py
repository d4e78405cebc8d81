"""Time of the backward pass of dense networks relative to the forward pass, and of one digit's account."""

import os
import sys
from pathlib import Path

from bench._claim import Bench, Limit
from bench._measure import DESCENTLAB, ROOT, Side

HAS_DATA = (Path(os.environ.get("DESCENTLAB_DATA", "")) / "mnist").is_dir()
MISSING = "" if HAS_DATA else "set DESCENTLAB_DATA to a folder with mnist/"
PEERS = ROOT / "bench" / "peers"
SHAPES = ("784-16-16-10 at 32", "784-16-16-10 at 128", "784-256-128-10 at 128")
FIGURES = {name: (name,) for shape in SHAPES for name in (shape, f"{shape}, gradient")}

BENCH = Bench(
    name="backprop",
    claim="A backward pass takes at most 3 times a forward pass, and the account of a digit with its page under 2 s.",
    sizes="dense networks, cross-entropy, batches of 32 and 128; mnist-mlp, one example, all checks",
    sides=[
        Side("descentlab", [sys.executable, str(PEERS / "backprop_descentlab.py")], FIGURES),
        Side("PyTorch", [sys.executable, str(PEERS / "backprop_torch.py")], FIGURES),
        Side(
            "account of a digit",
            [sys.executable, str(PEERS / "backprop_account.py"), "{folder}/page.html"],
            {"account": ("account_s",)},
            unavailable=MISSING,
        ),
        Side(
            "account, as a command",
            [DESCENTLAB, "backprop", "mnist-mlp", "--example", "3", "--html", "{folder}/page.html"],
            unavailable=MISSING,
        ),
    ],
    limits=[
        *(Limit(shape, "descentlab", at_most=3.0, unit="times") for shape in SHAPES),
        *(Limit(shape, "PyTorch", unit="times") for shape in SHAPES),
        *(Limit(f"{shape}, gradient", "descentlab", "PyTorch", unit="ms") for shape in SHAPES),
        Limit("account", "account of a digit", at_most=2.0),
        Limit("wall", "account, as a command"),
    ],
    repeats=3,
)
