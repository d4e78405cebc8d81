"""Whether a training records symptoms, and the table of those that it recorded."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import RunError
from descentlab.runs import RunFolder
from descentlab.training import Plan, SymptomPlan, Symptoms, Trained

if TYPE_CHECKING:
    from descentlab.results import Table

LONG_S = 10.0
"""Estimated seconds of computing from which on symptoms are recorded unasked: compiling their program and recording
took 0.1 to 0.4 s of processor time (LOG.md), so that this is at most 5% of the whole."""
STEP_S = 7e-6
PRODUCT_S = 1e-10
"""A step of 4-8-3 at batch 5 takes 6 us, of 2-4-2-1 at batch 10 8 us, of 784-16-16-10 at batch 32 (1.3 million
multiply-adds with those of the backward pass) 108 us."""


def choose_symptoms(plan: Plan, num_epochs: int, num_members: int, *, choice: bool | None) -> SymptomPlan | None:
    """Decide whether symptoms are recorded: as it was chosen, or else where training takes long enough."""
    wanted = _estimated_seconds(plan, num_epochs, num_members) >= LONG_S if choice is None else choice
    return SymptomPlan() if wanted else None


def _estimated_seconds(plan: Plan, num_epochs: int, num_members: int) -> float:
    products = 3 * plan.batch_size * plan.lanes * sum(layer.multiply_adds for layer in plan.network.layers)
    num_steps = num_epochs * plan.steps_per_epoch * math.ceil(num_members / plan.lanes)
    return num_steps * (STEP_S + products * PRODUCT_S)


def symptom_columns(seeds: Sequence[int], trained: Sequence[Trained]) -> dict[str, np.ndarray] | None:
    """Lay out the symptoms of all members as a long table, a row for each member, record and layer; None without."""
    parts = [
        _member_columns(member, seed, each.symptoms)
        for member, (seed, each) in enumerate(zip(seeds, trained, strict=True))
        if each.symptoms is not None
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else None


def _member_columns(member: int, seed: int, symptoms: Symptoms) -> dict[str, np.ndarray]:
    arrays = symptoms.arrays()
    steps, loss = arrays.pop("steps"), arrays.pop("loss")
    num_layers = len(symptoms.layers)
    return {
        "member": np.full(len(steps) * num_layers, member),
        "seed": np.full(len(steps) * num_layers, seed),
        "step": np.repeat(steps, num_layers),
        "layer": np.tile(np.array(symptoms.layers, object), len(steps)),
        "loss": np.repeat(loss, num_layers),
        **{name: values.reshape(-1) for name, values in arrays.items()},
    }


def read_symptoms(folder: RunFolder) -> "Table":
    """Read the symptoms that a run recorded as a typed table.

    Raises:
        RunError: If it recorded none, or the file is damaged.
    """
    from descentlab.results import Column, TableForm

    form = TableForm(
        "symptoms",
        "Symptoms of each layer",
        (
            Column("member", meaning="Number of the network, from 0.", format="count"),
            Column("seed", meaning="Seed of the network.", format="setting"),
            Column("step", meaning="Updates made before.", format="count"),
            Column("layer", meaning="Name of the layer."),
            Column(
                "loss", meaning="Mean loss that is minimised, on a fixed sample of the training set.", format="number"
            ),
            Column("gradient_norm", meaning="Length of the gradient by all that the layer learns.", format="number"),
            Column("zero_gradients", meaning="Share of its entries that are exactly 0.", format="percent"),
            Column(
                "update_ratio",
                "update over weight",
                "log10 of the update's mean size, relative to that of what the layer has learned.",
                format="fixed",
                digits=2,
            ),
            Column("activation_mean", "mean output", "Mean of the layer's outputs.", format="number"),
            Column("activation_deviation", "deviation", "Standard deviation of the layer's outputs.", format="number"),
            Column("zero_activations", "zero outputs", "Share of the outputs that are exactly 0.", format="percent"),
            Column("stuck", "stuck units", "Share of the units that are dead or saturated.", format="percent"),
        ),
        note="Empty: the layer learns nothing, or its units cannot be stuck.",
        most_shown=200,
    )
    columns = folder.symptoms()
    missing = [column.name for column in form.columns if column.name not in columns]
    if missing:
        raise RunError(f"{folder.path}: the symptoms have no column '{missing[0]}'; the run is damaged")
    return form.fill_columns({column.name: columns[column.name] for column in form.columns})
