"""What the results of analyses have in common: they are told in sentences and one table."""

from abc import ABC, abstractmethod

from descentlab.core import TextTable


class Told(ABC):
    """A result that prints as its sentences and its table, and shows so in a notebook.

    A dataclass of this kind leaves its own `repr` out, or it would take the place of this one.
    """

    sentences: tuple[str, ...]

    @abstractmethod
    def table(self) -> TextTable:
        """Return what was found, row by row."""

    def __str__(self) -> str:
        return "\n".join([*self.sentences, "", str(self.table())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences)
        return f"<ul>{lines}</ul>{self.table()._repr_html_()}"
