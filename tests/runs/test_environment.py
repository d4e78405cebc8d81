"""The environment names the machine and the versions without importing what it names."""

import importlib.metadata
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from descentlab.runs import describe_environment


def test_the_environment_holds_versions_hardware_and_date() -> None:
    found = describe_environment(data_checksum="sha256:ab", seeds=(3, 4), devices=("TFRT_CPU_0",))
    assert found["packages"]["numpy"] == importlib.metadata.version("numpy")
    assert found["packages"]["descentlab"] == importlib.metadata.version("descentlab")
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["memory_bytes"] > 2**20
    assert found["machine"]["processor"]
    assert (found["data_checksum"], found["seeds"], found["devices"]) == ("sha256:ab", [3, 4], ["TFRT_CPU_0"])
    assert abs(datetime.now(UTC) - datetime.fromisoformat(found["created"])) < timedelta(minutes=1)
    assert json.loads(json.dumps(found)) == found


def test_the_record_of_a_run_imports_nothing_heavy() -> None:
    code = """
import sys, tempfile
from pathlib import Path
import numpy as np
from descentlab.runs import create_run, describe_environment, list_runs
from descentlab.spec import preset
root = Path(tempfile.mkdtemp())
run = create_run(preset("iris"), root=root, preparation={}, environment=describe_environment())
run.save_history({name: np.arange(3) for name in ("member", "seed", "epoch")})
run.history()
run.save_weights({"a": np.ones((1, 2))})
run.load_weights()
list_runs(root)
print([name for name in ("jax", "pandas", "sklearn", "matplotlib", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
