"""Work divided over two host devices gives what one device gives."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json
import jax
from descentlab.data import load, prepare
from descentlab.spec import Experiment, override, preset
from descentlab.training import Member, device_count, make_plan, train_population
base = override(preset("digits"), ["epochs=2", "model.hidden.units=32"])
source = load(base.data)
dataset = prepare(source, base.split, 0)
lone = make_plan(base, dataset, num_devices=device_count())
small = override(preset("iris"), ["epochs=3"])
flowers = prepare(load(small.data), small.split, 0)
members = [Member(seed) for seed in range(40)]
alone = train_population(base, lone, [Member(0)], lambda seed: dataset)
many = train_population(small, make_plan(small, flowers, num_members=40), members, lambda seed: flowers)
print(json.dumps({
    "devices": device_count(),
    "batch_devices": lone.batch_devices,
    "loss": [float(value) for value in alone.trained[0].trace["train_loss"]],
    "many": [float(each.trace["train_loss"][-1]) for each in many.trained],
    "compiled": many.num_compiled,
}))
"""


def run_on(num_devices: int) -> dict:
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={num_devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def one_and_two() -> tuple[dict, dict]:
    return run_on(1), run_on(2)


def test_a_lone_networks_batches_are_split_over_two_devices(one_and_two: tuple[dict, dict]) -> None:
    one, two = one_and_two
    assert (one["batch_devices"], two["batch_devices"]) == (1, 2)
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=1e-4)


def test_members_are_split_over_two_devices(one_and_two: tuple[dict, dict]) -> None:
    one, two = one_and_two
    assert (one["devices"], two["devices"]) == (1, 2)
    assert two["compiled"] == 2  # a program is compiled for each device
    np.testing.assert_allclose(two["many"], one["many"], rtol=1e-4)
