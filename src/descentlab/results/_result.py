"""The result that every laboratory's function returns."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from descentlab.results._declaration import Declaration, Statement, Tables
from descentlab.results._json import as_json
from descentlab.results._text import as_text

if TYPE_CHECKING:
    import matplotlib.figure

Measured = TypeVar("Measured")


@dataclass(frozen=True, eq=False, repr=False)
class Result(Generic[Measured]):
    """The measurements of a laboratory, with its sentences, tables and charts.

    It prints as its answer, its statements and its first table; a notebook shows it with its charts.

    Attributes:
        measured: Measurements, as a data class of the laboratory.
        declaration: Declaration from which every medium is derived.
        path: Folder with page, tables and numbers; None if they were not written.

    Example:
        >>> import descentlab as dl
        >>> result = dl.softmax([2.0, 1.0, 0.1])
        >>> print(result.answer)  # doctest: +SKIP
        >>> result.tables["classes"].frame()  # doctest: +SKIP
    """

    measured: Measured
    declaration: Declaration
    path: Path | None = None

    @property
    def answer(self) -> str:
        """The answer in one sentence."""
        return self.declaration.said.answer.text

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Statements about the other measurements, each with the cells that it rests on."""
        return self.declaration.said.statements

    @property
    def sentences(self) -> tuple[str, ...]:
        """Texts of answer and statements."""
        return (self.answer, *(statement.text for statement in self.statements))

    @property
    def tables(self) -> Tables:
        """All tables by name; `result.tables["layers"].frame()` is a DataFrame."""
        return self.declaration.tables

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a reader must know to trust the result."""
        return self.declaration.notes

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values for JSON."""
        return {**as_json(self.declaration), "path": None if self.path is None else str(self.path)}

    def to_page(self) -> str:
        """Return the result as one self-contained HTML page."""
        from descentlab.results._page_render import render_page

        return render_page(self.declaration)

    def to_markdown(self) -> str:
        """Return the result as Markdown, with its formulas as LaTeX."""
        from descentlab.results._markdown import as_markdown

        return as_markdown(self.declaration)

    def plot(self, title: str | None = None) -> "matplotlib.figure.Figure":
        """Draw the charts and pictures with Matplotlib.

        Args:
            title: Title of the chart or picture to draw. Default: all of them.

        Returns:
            The figure.

        Raises:
            SpecError: If there is no chart or picture, or none of that title.
        """
        from descentlab.results._plot import plot

        return plot(self.declaration, title)

    def saved_at(self, path: Path) -> "Result[Measured]":
        """Return the result with the folder that holds its files."""
        return replace(self, path=path)

    def __str__(self) -> str:
        return as_text(self.declaration)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from descentlab.results._notebook import as_fragment

        return as_fragment(self.declaration)
