"""The scores of one part of the data, as attributes and items."""

from collections.abc import Iterator, Mapping
from typing import Any

from descentlab.core import TextTable


class Scores(Mapping[str, Any]):
    """The scores of one part: `run.test.accuracy`, or `run.test["accuracy"]`.

    With several seeds an attribute is the mean over them; the item has the standard deviation and the interval too.
    """

    def __init__(self, part: str, values: Mapping[str, Any]) -> None:
        self._part = part
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"the {self._part} part has no '{name}'; it has {', '.join(self._values)}")
        value = self._values[name]
        return value["mean"] if isinstance(value, Mapping) and "mean" in value else value

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def table(self) -> TextTable:
        """Return the scores that are single numbers as a table of words."""
        rows = [(name, words) for name in self._values if (words := _words(self._values[name]))]
        if (weighting := self._values.get("weighting")) is not None:
            rows.append((f"effective n, by the weights in '{weighting['column']}'", _words(weighting["n_eff"])))
        return TextTable(header=(self._part, ""), rows=tuple(rows))

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _words(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("mean") is not None:
        return f"{value['mean']:.4g} ± {value['sd']:.2g}" if value.get("sd") is not None else f"{value['mean']:.4g}"
    if isinstance(value, bool) or value is None or isinstance(value, list | Mapping):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
