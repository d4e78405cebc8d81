"""Records the symptoms of a block's members while it trains, and takes them over from a checkpoint."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from descentlab.core import RunError
from descentlab.data import Dataset
from descentlab.networks import every_layer
from descentlab.training._examples import example_weights, read_targets, used_rows
from descentlab.training._inspect import inspect, look_program
from descentlab.training._plan import Plan
from descentlab.training._symptoms import BY_LAYER, SymptomPlan, Symptoms, sample_size


class Recorder:
    """Looks at the members of a block before some updates, and keeps the records."""

    def __init__(
        self,
        symptoms: SymptomPlan,
        plans: Sequence[Plan],
        datasets: Sequence[Dataset],
        *,
        count: int,
        num_epochs: int,
        placement: Any = None,
    ) -> None:
        """Take the sample.

        Args:
            symptoms: When to record, and on how many examples.
            plans: Plan of each data set.
            datasets: One data set, which all lanes share, or one for each lane.
            count: Number of members; the lanes behind them are copies.
            num_epochs: Number of epochs of the whole training.
            placement: The device that the block runs on.
        """
        self._form = plans[0].form
        self._count = count
        self._placement = placement
        self._layers = tuple(layer.name for layer in every_layer(self._form.network.layers))
        self._steps = symptoms.steps(num_epochs, plans[0].steps_per_epoch)
        self._due = frozenset(self._steps)
        # The gradient of a sum over a batch grows with the batch, whose size the sample does not have.
        self._scale = float(plans[0].batch_size) if self._form.objective.over_batch == "sum" else 1.0
        places = symptoms.num_examples or sample_size(self._form.network)
        samples = [take_sample(plan, dataset, places) for plan, dataset in zip(plans, datasets, strict=True)]
        stacked = {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}
        self._sample = stacked if len(samples) > 1 else samples[0]
        self._program = look_program(self._form, is_separate=len(samples) > 1)
        self._records: dict[int, dict[str, np.ndarray]] = {}

    def is_due(self, step: int) -> bool:
        """Return whether the members are to be looked at before an update."""
        return step in self._due and step not in self._records

    def most_steps(self, step: int) -> int | None:
        """Return how many updates may be made at once from a step on; None for any number."""
        if self.is_due(step):
            return 1
        return next((due - step for due in self._steps if due > step), None)

    def record(self, step: int, before: Mapping[str, Any], after: Any, hyper: Mapping[str, Any]) -> None:
        """Record a step.

        Args:
            step: Number of updates made.
            before: Parameters and statistics before the update.
            after: Parameters after the update.
            hyper: Numbers of the members.
        """
        measured = inspect(self._form, self._program, before, after, self._sample, hyper, placement=self._placement)
        scales = {"loss": self._scale, "gradient_norm": self._scale}
        self._records[step] = {
            name: values[..., : self._count].astype(np.float64) * scales.get(name, 1.0)
            for name, values in measured.items()
        }

    def symptoms(self) -> Symptoms:
        """Return all records so far."""
        steps = np.array(sorted(self._records), np.int64)
        values = {
            name: np.array([self._records[step][name] for step in steps.tolist()], np.float64).reshape(-1, *shape)
            for name, shape in self._shapes().items()
        }
        return Symptoms(self._layers, steps, **values)

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on with the records of a checkpoint, those of `Symptoms.arrays`; a training without them left none.

        Raises:
            RunError: If the arrays do not fit the network.
        """
        steps = arrays.get("steps", np.zeros(0, np.int64))
        shapes = self._shapes() if arrays else {}
        for name, shape in shapes.items():
            array = arrays.get(name)
            if steps.ndim != 1 or array is None or array.shape != (len(steps), *shape) or array.dtype.kind != "f":
                raise RunError(
                    f"the checkpoint's symptoms do not fit its experiment: '{name}' is missing or has another "
                    "shape; train anew"
                )
        self._records = {int(step): {name: arrays[name][place] for name in shapes} for place, step in enumerate(steps)}

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {"loss": (self._count,), **dict.fromkeys(BY_LAYER, (len(self._layers), self._count))}


def take_sample(plan: Plan, dataset: Dataset, places: int) -> dict[str, np.ndarray]:
    """Take training examples from all over the training part, which may be sorted, with empty places behind them.

    Args:
        plan: Plan of the training on this data set.
        dataset: The prepared data.
        places: Number of examples; fewer if the training part has fewer, and the others stay empty.

    Returns:
        `inputs`, `targets` and `loss_weights` where examples have some; and `count`, the number of examples.
    """
    count = min(places, plan.num_train)
    chosen = np.arange(count) * plan.num_train // count
    rows = dataset.train[chosen]
    kind = np.dtype(np.uint8 if dataset.inputs.dtype == np.uint8 else plan.precision)
    taken = {"inputs": dataset.inputs[rows].astype(kind), "targets": read_targets(plan, dataset, rows)}
    weights = example_weights(plan, dataset, used_rows(plan, dataset))
    if weights:
        taken["loss_weights"] = weights["loss_weights"][chosen]
    arrays = {name: np.pad(array, [(0, places - count), *[(0, 0)] * (array.ndim - 1)]) for name, array in taken.items()}
    return {**arrays, "count": np.asarray(count, np.int32)}
