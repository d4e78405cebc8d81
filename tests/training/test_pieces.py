"""Sums in pieces are the sums at once, and their bits do not depend on how many cores add them."""

import dataclasses
import functools
import json
import os
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.data import load, prepare
from descentlab.spec import Experiment, override, preset
from descentlab.training import Member, make_plan, train_population
from descentlab.training._pieces import PIECE, divide, sum_pieces
from descentlab.training._plan import Plan

SCRIPT = """
import json, sys
import jax
from descentlab.data import load, prepare
from descentlab.spec import override, preset
from descentlab import training
if sys.argv[1] == "late":
    jax.devices()
training.prepare_engine()
experiment = override(preset("digits-cnn"), ["epochs=1", "batch_size=50"])
source = load(experiment.data)
datasets = {seed: prepare(source, experiment.split, seed) for seed in (0, 1)}
members = [training.Member(seed) for seed in range(int(sys.argv[2]))]
plan = training.make_plan(experiment, datasets[0], num_members=len(members), num_devices=training.device_count())
trained = training.train_population(experiment, plan, members, datasets.__getitem__).trained[0]
print(json.dumps({
    "groups": plan.groups,
    "batch_devices": plan.batch_devices,
    "weights": [float(value).hex() for value in trained.params["conv2"]["weight"].ravel()[:200]],
    "loss": float(trained.trace["train_loss"][-1]).hex(),
}))
"""


@pytest.mark.parametrize("count", [1, 8, 21, 64])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_every_example_is_summed_once(count: int, groups: int) -> None:
    values = np.random.default_rng(0).integers(0, 1000, (100, 3)).astype(np.float32)
    rows = np.random.default_rng(1).permutation(100)[:count].astype(np.int32)

    def of_piece(values: Any, rows: Any, number: Any) -> Any:
        assert rows.shape == (PIECE,)
        own = jnp.where((rows >= 0)[:, None], values[rows], 0.0)
        return {"sum": own.sum(axis=0), "count": (rows >= 0).sum()}

    pieces = divide(jnp.asarray(rows), groups, PIECE)
    add = jax.jit(functools.partial(sum_pieces, of_piece))
    whole = add(values, pieces, pieces.shape[1])
    np.testing.assert_array_equal(whole["sum"].sum(axis=0), values[rows].sum(axis=0))
    assert whole["count"].sum() == count


def test_sums_go_on_from_those_of_earlier_pieces() -> None:
    pieces = jnp.arange(6 * PIECE).reshape(2, 3, PIECE)
    values = jnp.asarray(np.random.default_rng(0).normal(size=6 * PIECE))

    def add(pieces: Any, before: Any = None) -> Any:
        return sum_pieces(lambda values, rows, _: values[rows].sum(), values, pieces, pieces.shape[1], before)

    np.testing.assert_array_equal(add(pieces[:, 1:], add(pieces[:, :1])), add(pieces))


def test_pieces_beyond_the_number_are_not_summed() -> None:
    pieces = jnp.arange(6 * PIECE).reshape(2, 3, PIECE)
    sums = sum_pieces(lambda values, rows, _: values[rows].sum(), jnp.ones(6 * PIECE), pieces, 2)
    np.testing.assert_array_equal(sums, [2 * PIECE, 2 * PIECE])


def experiment_and_data(*settings: str) -> tuple[Experiment, Any, Plan]:
    experiment = override(preset("digits-cnn"), ["epochs=2", "model.dropout.rate=0", *settings])
    dataset = prepare(load(experiment.data), experiment.split, 0)
    return experiment, dataset, make_plan(experiment, dataset)


@pytest.mark.parametrize("batch_size", [32, 50])  # 1,149 examples: the last batch is smaller than the others
def test_training_in_pieces_is_training_at_once(batch_size: int) -> None:
    experiment, dataset, plan = experiment_and_data(f"batch_size={batch_size}", "optimizer=sgd")
    assert plan.groups > 0
    whole = dataclasses.replace(plan, groups=0)
    trained = [train_population(experiment, each, [Member(0)], lambda _: dataset).trained[0] for each in (plan, whole)]
    for name in ("train_loss", "batch_loss", "gradient_norm", "validation_accuracy"):
        np.testing.assert_allclose(trained[0].trace[name], trained[1].trace[name], rtol=2e-3, err_msg=name)
    for ours, theirs in zip(*(jax.tree.leaves(each.params) for each in trained), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_networks_whose_examples_depend_on_each_other_are_trained_at_once() -> None:
    experiment, dataset, _ = experiment_and_data()
    normalised = override(experiment, ["model.1.kind=batch-norm"])
    assert make_plan(normalised, dataset).groups == 0


def test_dense_networks_are_trained_at_once() -> None:
    experiment = preset("digits")
    assert make_plan(experiment, prepare(load(experiment.data), experiment.split, 0)).groups == 0


@pytest.fixture(scope="module")
def runs() -> dict[str, dict]:
    def run(*arguments: str) -> dict:
        environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
        command = [sys.executable, "-c", SCRIPT, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return {"cores": run("early", "1"), "one device": run("late", "1"), "of two": run("early", "2")}


def test_the_bits_do_not_depend_on_how_many_cores_work(runs: dict[str, dict]) -> None:
    cores = runs["cores"]
    if cores["groups"] == 1:
        pytest.skip("this machine has one core")
    assert cores["batch_devices"] == cores["groups"]
    assert runs["one device"]["batch_devices"] == runs["of two"]["batch_devices"] == 1
    for other in (runs["one device"], runs["of two"]):
        assert (other["weights"], other["loss"]) == (cores["weights"], cores["loss"])
