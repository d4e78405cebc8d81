"""`evaluate`: a run's network measured again, or on new examples whose truth is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import DataError, RunError, TextTable
from descentlab.data import take_rows
from descentlab.evaluation import over_seeds
from descentlab.networks import Network
from descentlab.spec import ArraysData
from descentlab.training import make_plan, prepare_engine
from descentlab.workbench._examples import Examples
from descentlab.workbench._measure import Metrics, measure_parts, score_new
from descentlab.workbench._run import Run
from descentlab.workbench._scores import Scores
from descentlab.workbench._train import check_same_data


@dataclass(frozen=True, eq=False)
class Evaluation(Mapping[str, Metrics | Scores]):
    """Scores by part: `evaluation["test"].accuracy`.

    Attributes:
        parts: The scores of each part, "train", "validation" and "test", or "new" for new examples. Of several
            seeds, means over them.
        notes: What was noticed while the examples were prepared.
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


def evaluate(run: Run, source: Any = None, *, member: int | None = None) -> Evaluation:
    """Measure a run's network on its own parts, or on new examples.

    Args:
        run: The run.
        source: New examples with known targets: a DataFrame, a path, or `descentlab.data.Arrays`. None: the run's own
            data, loaded again.
        member: Which network of several seeds. None: all of them, each on its own parts.

    Returns:
        Scores by part; those of new examples under "new".

    Raises:
        RunError: If the run's data is gone or has changed, or it has no such member.
        DataError: If the new examples have no targets, or cannot be read.
    """
    prepare_engine()
    chosen = range(run.num_members) if member is None else [member]
    examples = _own_examples(run) if source is None else None
    each = [_new_part(run, source, one) if examples is None else _own_parts(run, examples, one) for one in chosen]
    notes = tuple(dict.fromkeys(note for evaluation in each for note in evaluation.notes))
    if len(each) == 1:
        return Evaluation(each[0].parts, notes)
    joined = {part: over_seeds([evaluation.to_json()[part] for evaluation in each]) for part in each[0]}
    return Evaluation({part: Scores(part, values) for part, values in joined.items()}, notes)


def _own_examples(run: Run) -> Examples:
    if isinstance(run.experiment.data, ArraysData):
        raise RunError(f"{run.path} was trained on arrays in memory; give examples with targets to evaluate on")
    examples = Examples(run.experiment)
    # Told by the first seed's alone, since a playground's points are another draw for each.
    check_same_data(run.folder, examples.of(run.experiment.seed))
    return examples


def _own_parts(run: Run, examples: Examples, member: int) -> Evaluation:
    params, statistics = run.weights(member)
    dataset = examples.of(run.experiment.seed + member)
    plan = make_plan(run.experiment, dataset)
    results = measure_parts(plan, params, statistics, dataset)
    return Evaluation({part: result.metrics for part, result in results.items()})


def _new_part(run: Run, source: Any, member: int) -> Evaluation:
    own = run.member_data(member)
    prepared = own.read_preparation().apply(source)
    if prepared.targets is None:
        raise DataError("these examples have no target column, so there is nothing to compare with; use predict")
    known = np.flatnonzero(prepared.targets >= 0 if run.classes else np.isfinite(prepared.targets))
    if not len(known):
        raise DataError("none of these examples has a target that the network knows")
    told = run.infer(take_rows(prepared.inputs, known), prepared.targets[known], member=member)
    scores = score_new(told, prepared.targets[known], classes=run.classes, scaling=(own.target_scale, own.target_shift))
    left_out = len(prepared.targets) - len(known)
    missing = [f"Left out {left_out:,} examples whose target is missing or unknown to the network."] if left_out else []
    return Evaluation({"new": scores}, (*prepared.notes, *missing))


def layer_table(network: Network) -> TextTable:
    """Lay out a network's layers as a table of words."""
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
