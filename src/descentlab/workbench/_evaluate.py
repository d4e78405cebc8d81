"""Metrics of a run's network on its data, or on new examples with known targets, as `evaluate` gives them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from descentlab.core import DataError, RunError, TextTable
from descentlab.data import Prepared, check_weights, say_far, take_rows
from descentlab.evaluation import SEEDS, ExampleWeights, over_seeds, repeats_over
from descentlab.networks import Network
from descentlab.spec import ArraysData
from descentlab.training import make_plan, prepare_engine
from descentlab.workbench._examples import Examples
from descentlab.workbench._measure import Metrics, measure_parts, score_new
from descentlab.workbench._run import Run, need_run
from descentlab.workbench._scores import Scores
from descentlab.workbench._train import check_same_data


@dataclass(frozen=True, eq=False)
class Evaluation(Mapping[str, Metrics | Scores]):
    """Scores by part: `evaluation["test"].accuracy`.

    Attributes:
        parts: Scores of each part, "train", "validation" and "test", or "new" for new examples; means, if the run has
            several seeds.
        notes: Notes on the preparation of the examples.
    """

    parts: Mapping[str, Metrics | Scores]
    notes: tuple[str, ...] = ()

    def __getitem__(self, part: str) -> Metrics | Scores:
        return self.parts[part]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the scores as plain values."""
        parts = {
            part: dict(scores) if isinstance(scores, Scores) else scores.to_json()
            for part, scores in self.parts.items()
        }
        return {**parts, "notes": list(self.notes)} if self.notes else parts

    def __str__(self) -> str:
        texts = [str(scores) if isinstance(scores, Scores) else f"{part}\n{scores}" for part, scores in self.items()]
        return "\n\n".join(texts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(f"<h4>{part}</h4>{scores._repr_html_()}" for part, scores in self.items())


def evaluate(run: str | os.PathLike[str] | Run, source: Any = None, *, member: int | None = None) -> Evaluation:
    """Measure a run's network on its own parts, or on new examples.

    Args:
        run: The run, its folder, or its name.
        source: New examples with known targets: a DataFrame, a path, or `descentlab.data.Arrays`. Default: the data
            of the run, loaded again. Scores count examples by weight if the run was trained with weights and these
            examples have them.
        member: Number of the network, if the run has several seeds. Default: all networks, each on its parts.

    Returns:
        Scores by part; those of new examples under "new".

    Raises:
        RunError: If the run's data is gone or has changed, or the run has no such member.
        DataError: If the new examples have no targets, or cannot be read.
    """
    run = need_run(run)
    prepare_engine()
    chosen = range(run.num_members) if member is None else [member]
    examples = _run_examples(run) if source is None else None
    each = [_new_part(run, source, index) if examples is None else _run_parts(run, examples, index) for index in chosen]
    notes = tuple(dict.fromkeys(note for evaluation in each for note in evaluation.notes))
    if len(each) == 1:
        return Evaluation(each[0].parts, notes)
    over = repeats_over(run.experiment.split.folds) if source is None else SEEDS
    joined = {part: over_seeds([evaluation.to_json()[part] for evaluation in each], over) for part in each[0]}
    return Evaluation({part: Scores(part, values) for part, values in joined.items()}, notes)


def _run_examples(run: Run) -> Examples:
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory; give examples with targets to evaluate on")
    examples = Examples(run.experiment)
    # Only the data of the first seed is compared, since each seed draws other points for a playground.
    check_same_data(run.folder, examples.of(run.experiment.seed))
    return examples


def _run_parts(run: Run, examples: Examples, member: int) -> Evaluation:
    params, statistics = run.weights(member)
    dataset = examples.of(run.experiment.seed + member)
    plan = make_plan(run.experiment, dataset)
    results = measure_parts(plan, params, statistics, dataset)
    return Evaluation({part: result.metrics for part, result in results.items()})


def _new_part(run: Run, source: Any, member: int) -> Evaluation:
    data = run.member_data(member)
    preparation = data.read_preparation()
    prepared = preparation.apply(source)
    if prepared.targets is None:
        raise DataError(
            f"these examples have no target column{_all_of(preparation.target_names)}, so predictions cannot be "
            "compared with it; add the column, or use predict"
        )
    facts = run.target_facts(member)
    is_known = prepared.targets >= 0 if facts.kind == "classes" else np.isfinite(prepared.targets)
    known = np.flatnonzero(is_known.reshape(len(is_known), -1).all(axis=1))
    if not len(known):
        expected = f" ({', '.join(facts.classes[:5])})" if facts.classes else ""
        raise DataError(
            "none of these examples has a target that the network knows; check the target column, whose values must "
            f"be those of the training data{expected}. {' '.join(prepared.notes)}".rstrip()
        )
    weights, note = _new_weights(prepared, known, preparation.weights)
    inference = run.infer(take_rows(prepared.inputs, known), prepared.targets[known], member=member)
    scores = score_new(inference, prepared.targets[known], facts, weights=weights)
    left_out = len(prepared.targets) - len(known)
    missing = [f"Left out {left_out:,} examples whose target is missing or unknown to the network."] if left_out else []
    far = say_far(prepared.far, prepared.labels) if prepared.far else []
    return Evaluation({"new": scores}, (*prepared.notes, *missing, *far, *note))


def _all_of(names: tuple[str, ...]) -> str:
    return f" for each of {', '.join(names)}" if names else ""


def _new_weights(
    prepared: Prepared, rows: Int[np.ndarray, " rows"], column: str
) -> tuple[ExampleWeights | None, list[str]]:
    """Return the weights of new examples, or a note if the network was trained with weights and these have none."""
    if not column:
        return None, []
    if prepared.weights is None:
        return None, [f"These examples have no weights '{column}', with which training counted: each counts once here."]
    weights, labels = prepared.weights[rows], [prepared.labels[row] for row in rows]
    check_weights(weights, column=column, name="the examples", labels=labels)
    return ExampleWeights(column, weights), []


def layer_table(network: Network) -> TextTable:
    """Return a network's layers as a table of words."""
    rows = network.table()
    total = ("in all", "", "", f"{sum(r.num_params for r in rows):,}", f"{sum(r.multiply_adds for r in rows):,}")
    return TextTable(
        header=("layer", "kind", "output", "parameters", "multiply-adds"),
        rows=(
            *(
                (r.name, r.kind, " x ".join(map(str, r.output_shape)), f"{r.num_params:,}", f"{r.multiply_adds:,}")
                for r in rows
            ),
            total,
        ),
    )
