"""What there is to know of a data set that descentlab knows by name."""

from dataclasses import dataclass
from typing import Literal

SetKind = Literal["bundled", "idx", "playground", "synthetic"]


@dataclass(frozen=True)
class Download:
    """Where a set's files are to be had.

    Attributes:
        url: The folder to download from.
        megabytes: The size of all files together.
        md5: A checksum per file, in the order in which `descentlab.data` names the files.
    """

    url: str
    megabytes: int
    md5: tuple[str, ...]


@dataclass(frozen=True)
class KnownSet:
    """A data set that descentlab knows by name.

    Attributes:
        name: The name that a person types.
        kind: The kind of data specification that names it, as in `[data]` of an experiment.
        title: The name in a list of choices.
        sentence: The examples in a few words; words in braces stand for facts, as `{num_examples:,}`.
        source: Who published it, and where or when.
        target: The name of what is predicted.
        classes: The classes, where there are any; else the target is a real number.
        inputs: The names of the columns of a table.
        shape: The shape of one example: its columns, or a picture's height, width and channels. Empty where the
            specification decides it.
        num_examples: The number of examples; of points that are drawn, the default. 0 where the specification decides.
        files: The files that hold it, as its publisher names them.
        download: Where its files are to be had, if they are not installed.
    """

    name: str
    kind: SetKind
    title: str
    sentence: str
    source: str
    target: str
    classes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    num_examples: int = 0
    files: tuple[str, ...] = ()
    download: Download | None = None

    @property
    def task(self) -> Literal["classification", "regression"]:
        """What is to be learned: a class or a real number."""
        return "classification" if self.classes else "regression"

    @property
    def is_pictures(self) -> bool:
        """Whether an example is a picture."""
        return len(self.shape) == 3

    @property
    def about(self) -> str:
        """The examples in a few words, as "150 flowers of 3 species, 4 measures"."""
        return self.sentence.format(
            num_examples=self.num_examples,
            num_classes=len(self.classes),
            num_inputs=len(self.inputs),
            sides="x".join(map(str, self.shape[:2])),
        )

    @property
    def line(self) -> str:
        """The examples in a few words, and where they come from."""
        origin = self.kind
        if self.download is not None:
            origin = f"$DESCENTLAB_DATA or a download of {self.download.megabytes} MB"
        return f"{self.about} ({origin})"
