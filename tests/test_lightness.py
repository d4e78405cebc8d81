"""A slow start is felt at every command, so the doors of the package must not pull in the heavy libraries."""

import subprocess
import sys

import pytest

HEAVY = ("jax", "jaxlib", "optax", "pandas", "pyarrow", "sklearn", "scipy", "matplotlib", "PIL", "requests", "jinja2")

DOORS = {
    "import descentlab": "import descentlab",
    "import descentlab.spec": "import descentlab.spec",
    "descentlab --help": """
import sys
from descentlab.cli import main
sys.argv = ["descentlab", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
""",
}


@pytest.mark.parametrize("door", DOORS)
def test_loads_nothing_heavy(door: str) -> None:
    code = f"{DOORS[door]}\nimport sys\nprint('loaded:', *sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def test_training_loads_no_analysis() -> None:
    code = "import descentlab.workbench, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[1] for name in done.stdout.split() if name.startswith("descentlab.")}
    assert loaded & {"training", "results"} == {"training", "results"}
    assert not loaded & {
        "backpropagation",
        "labs",
        "representations",
        "sharpness",
    }
