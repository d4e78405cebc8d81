"""Pictures as a source of examples: read once, prepared for any split."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int, Shaped

from descentlab.data._dataset import Dataset
from descentlab.data._picture_preparation import PicturePreparation
from descentlab.data._split import divide
from descentlab.data._stored_pictures import StoredPictures
from descentlab.data._target import TargetValues
from descentlab.spec import SplitSpec


@dataclass(frozen=True, eq=False)
class PicturesSource:
    """Pictures of one size.

    Attributes:
        name: What a person calls them.
        inputs: The pictures: uint8, or float32 where `levels` is None; perhaps still in their files.
        targets: What is to be told.
        labels: A word per picture by which a person knows it.
        checksum: SHA-256 over the bytes that were read.
        levels: The brightest value of a pixel.
        named: Rows of parts that the pictures came in.
        num_train: How many of those outside the test part to use; None for all.
        notes: What was noticed, a sentence each.
    """

    name: str
    inputs: Shaped[np.ndarray, "pictures height width channels"] | StoredPictures
    targets: TargetValues
    labels: tuple[str, ...]
    checksum: str
    levels: int | None = 255
    named: dict[str, Int[np.ndarray, " _"]] = field(default_factory=dict)
    num_train: int | None = None
    notes: tuple[str, ...] = ()

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the pictures; all datasets of a source share their pixels."""
        parts = divide(self.targets.strata, split, seed, name=self.name, named=self.named, num_train=self.num_train)
        target, targets = self.targets.fit(parts.train)
        height, width, channels = self.inputs.shape[1:]
        preparation = PicturePreparation(
            target=target, height=height, width=width, channels=channels, levels=self.levels
        )
        return Dataset(
            name=self.name,
            task=target.task,
            inputs=self.inputs,
            targets=targets,
            classes=target.classes,
            train=parts.train,
            validation=parts.validation,
            test=parts.test,
            preparation=preparation,
            input_scale=preparation.input_scale,
            target_shift=target.shift,
            target_scale=target.scale,
            labels=self.labels,
            notes=(*self.notes, *self.targets.notes),
            checksum=self.checksum,
        )
