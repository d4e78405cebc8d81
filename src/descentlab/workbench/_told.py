"""What the results of analyses have in common: they print as sentences and one table."""

from abc import ABC, abstractmethod

from descentlab.core import TextTable


class Told(ABC):
    """A result that prints as its sentences and its table, in a terminal and in a notebook.

    A dataclass of this kind sets `repr=False`, or its generated `repr` would replace this one.
    """

    sentences: tuple[str, ...]

    @abstractmethod
    def table(self) -> TextTable:
        """Return the results as a table."""

    def __str__(self) -> str:
        return "\n".join([*self.sentences, "", str(self.table())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences)
        return f"<ul>{lines}</ul>{self.table()._repr_html_()}"
