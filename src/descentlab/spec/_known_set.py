"""The facts of a data set that descentlab knows by name."""

from dataclasses import dataclass
from typing import Literal

SetKind = Literal["bundled", "idx", "playground", "synthetic"]


@dataclass(frozen=True)
class PublishedFiles:
    """The published files of a data set.

    Attributes:
        url: Address of the folder with the files.
        megabytes: Size of all files together.
        md5: Checksum of each file, in the order in which `descentlab.data` names the files.
    """

    url: str
    megabytes: int
    md5: tuple[str, ...]


@dataclass(frozen=True)
class KnownSet:
    """A data set that descentlab knows by name.

    Attributes:
        name: Name that a person types.
        kind: Kind of the data specification, as in `[data]` of an experiment.
        title: Name in a list of choices.
        sentence: Description of the examples in a few words; words in braces stand for facts, as `{num_examples:,}`.
        source: Authors, title and year of the publication.
        target: Name of the target.
        classes: Names of the classes; empty if the target is a real number.
        inputs: Names of the columns of a table.
        shape: Shape of one example: its columns, or height, width and channels of a picture. It is empty if the
            specification decides it.
        num_examples: Number of examples; for points that are drawn, the default. It is 0 if the specification decides.
        files: Names of the files, as scikit-learn has them.
        download: Published files, if they are not installed with a package.
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
    download: PublishedFiles | None = None

    @property
    def task(self) -> Literal["classification", "regression"]:
        """Task: to predict classes or a real number."""
        return "classification" if self.classes else "regression"

    @property
    def is_pictures(self) -> bool:
        """Whether an example is a picture."""
        return len(self.shape) == 3

    @property
    def about(self) -> str:
        """Description of the examples, such as "150 flowers of 3 species, 4 measures"."""
        return self.sentence.format(
            num_examples=self.num_examples,
            num_classes=len(self.classes),
            num_inputs=len(self.inputs),
            sides="x".join(map(str, self.shape[:2])),
        )

    @property
    def line(self) -> str:
        """Description of the examples, and of their origin."""
        origin = self.kind
        if self.download is not None:
            origin = f"$DESCENTLAB_DATA or a download of {self.download.megabytes} MB"
        return f"{self.about} ({origin})"
