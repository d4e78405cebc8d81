"""Real inputs and targets that follow from a definition, for the study of training itself."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from descentlab.core import DataError, generator
from descentlab.data._arrays import Arrays
from descentlab.data._dataset import Dataset, Prepared
from descentlab.data._features import check_finite
from descentlab.data._preparation import BasePreparation
from descentlab.data._split import divide
from descentlab.data._tables import read_table
from descentlab.data._target import Target
from descentlab.spec import SplitSpec, SyntheticData, known_set


class NumbersPreparation(BasePreparation):
    """Columns of numbers, which are not changed."""

    kind: Literal["numbers"] = "numbers"
    names: tuple[str, ...]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.names

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """Mean 0 and scale 1 of every input, since nothing is standardised."""
        return dict.fromkeys(range(len(self.names)), (0.0, 1.0))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return (len(self.names),)

    def apply(self, source: Any) -> Prepared:
        """Prepare new examples.

        Args:
            source: A table with a column per input in any form that `read_table` reads, or `Arrays` with targets.

        Returns:
            The prepared examples.

        Raises:
            DataError: If a number is missing or infinite.
        """
        table, answers = source.to_table("X") if isinstance(source, Arrays) else (read_table(source), None)
        if not table.is_named and len(table.columns) in (len(self.names), len(self.names) + 1):
            table = table.renamed((*self.names, self.target.column)[: len(table.columns)])
        columns = [table.column(name).to_numbers() for name in self.names]
        check_finite(columns, table)
        for column in columns:
            if column.is_missing.any():
                raise DataError(f"{table.name}: '{column.name}' has missing cells; every input needs a number")
        if answers is None and self.target.column in table.names:
            answers = (table.column(self.target.column),)
        targets, notes = self.target.encode_all(answers) if answers is not None else (None, ())
        inputs = np.stack([column.values for column in columns], axis=1).astype(np.float32)
        return Prepared(inputs, targets, table.labels, notes)


@dataclass(frozen=True, eq=False)
class SyntheticSource:
    """Numbers that follow from a definition and, if they are random, from the seed."""

    spec: SyntheticData

    @property
    def name(self) -> str:
        """Name of the data."""
        return self.spec.name

    @property
    def notes(self) -> tuple[str, ...]:
        """No notes, since the numbers follow from a definition."""
        return ()

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Compute the numbers and divide them."""
        inputs, targets = DRAWS[self.spec.name](self.spec, seed)
        names = tuple(f"x{place + 1}" for place in range(inputs.shape[1]))
        known = known_set(self.name)
        target = Target(column=known.target, task=known.task)
        parts = divide(np.zeros(len(targets), np.int64), split, seed, name=self.name)
        return Dataset(
            name=self.name,
            task=target.task,
            inputs=inputs.astype(np.float32),
            targets=targets.astype(np.float32),
            classes=(),
            train=parts.train,
            validation=parts.validation,
            test=parts.test,
            preparation=NumbersPreparation(target=target, names=names),
            feature_names=names,
            target_name=target.column,
            labels=tuple(str(row) for row in range(1, len(targets) + 1)),
            raw={name: inputs[:, place] for place, name in enumerate(names)},
            checksum="sha256:" + hashlib.sha256(inputs.tobytes() + targets.tobytes()).hexdigest(),
        )


Numbers = tuple[Float[np.ndarray, "examples inputs"], Float[np.ndarray, " examples"]]


def _normal(spec: SyntheticData, seed: int) -> Numbers:
    rng = generator(seed, "numbers")
    return rng.normal(size=(spec.num_examples, spec.num_inputs)), rng.normal(size=spec.num_examples)


def _chebyshev(spec: SyntheticData, _seed: int) -> Numbers:
    x = np.linspace(-1.0, 1.0, spec.num_examples)
    return x[:, None], 8.0 * x**4 - 8.0 * x**2 + 1.0


DRAWS: dict[str, Callable[[SyntheticData, int], Numbers]] = {"normal": _normal, "chebyshev": _chebyshev}
