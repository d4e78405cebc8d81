"""`evaluate`: a run's network measured again, or on new examples whose truth is known."""

from typing import Any

import numpy as np

from gradlab.core import DataError, RunError, Table
from gradlab.evaluation import infer
from gradlab.networks import Network
from gradlab.spec import ArraysData
from gradlab.training import make_plan, precision_of, prepare_engine
from gradlab.verbs._examples import Examples
from gradlab.verbs._measure import Metrics, measure_parts, score_new
from gradlab.verbs._run import Run
from gradlab.verbs._train import check_same_data


def evaluate(run: Run, source: Any = None, *, member: int = 0) -> dict[str, Metrics]:
    """Measure a run's network on its own parts, or on new examples.

    Args:
        run: The run.
        source: New examples with known targets: a DataFrame or a path. None: the run's own data, loaded again.
        member: Which network of several seeds.

    Returns:
        Scores by part; those of new examples under "new".

    Raises:
        RunError: If the run's data is gone or has changed.
        DataError: If the new examples have no targets, or cannot be read.
    """
    prepare_engine()
    params, statistics = run.weights(member)
    if source is not None:
        return {"new": _evaluate_new(run, source, params, statistics, member)}
    experiment = run.experiment
    if isinstance(experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory; give examples with targets to evaluate on")
    dataset = Examples(experiment).of(experiment.seed + member)
    check_same_data(run.folder, dataset)
    plan = make_plan(experiment, dataset)
    results = measure_parts(plan, params, statistics, dataset)
    return {part: result.metrics for part, result in results.items()}


def _evaluate_new(run: Run, source: Any, params: Any, statistics: Any, member: int) -> Metrics:
    prepared = run.preparation(member).apply(source)
    if prepared.targets is None:
        raise DataError("these examples have no target column, so there is nothing to compare with; use predict")
    known = np.flatnonzero(prepared.targets >= 0 if run.classes else np.isfinite(prepared.targets))
    if not len(known):
        raise DataError("none of these examples has a target that the network knows")
    with precision_of(run.experiment.precision):
        told = infer(
            run.network,
            run.objective,
            params,
            statistics,
            prepared.inputs[known],
            prepared.targets[known],
            input_scale=float(run.shape_of_data["input_scale"]),
        )
    return score_new(told, prepared.targets[known], classes=run.classes, scaling=run.target_scaling(member))


def layer_table(network: Network) -> Table:
    """Lay out a network's layers as a table of words."""
    rows = network.table()
    total = ("in all", "", "", f"{sum(r.num_params for r in rows):,}", f"{sum(r.multiply_adds for r in rows):,}")
    return Table(
        header=("layer", "kind", "output", "parameters", "multiply-adds"),
        rows=(
            *(
                (r.name, r.kind, " x ".join(map(str, r.output_shape)), f"{r.num_params:,}", f"{r.multiply_adds:,}")
                for r in rows
            ),
            total,
        ),
    )
