"""Pictures as a source of examples, which are read once and prepared for any split."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.data._dataset import Dataset
from descentlab.data._picture_preparation import PicturePreparation
from descentlab.data._several_targets import AnyTargetValues
from descentlab.data._split import divide
from descentlab.data._stored_pictures import StoredPictures
from descentlab.data._weights import WEIGHTS, check_parts
from descentlab.spec import STANDARD, PreparationSpec, SplitSpec

RAW = "Pixels are not scaled (data.preparation.inputs=none): the network reads numbers from 0 to {levels}."


@dataclass(frozen=True, eq=False)
class PicturesSource:
    """Pictures of one size.

    Attributes:
        name: Name of the data.
        inputs: Pictures: uint8, or float32 if `levels` is None; they may still be in their files.
        targets: Target of each picture.
        labels: Name of each picture, such as its file name.
        checksum: SHA-256 of the bytes that were read.
        levels: Brightest value of a pixel.
        named: Rows of the parts that are given with the data.
        num_train: Number of pictures outside the test set to use; None for all.
        notes: Notes on reading the pictures, one sentence each.
        preparation: Whether pixels are scaled to 0 to 1, and a real target is standardised.
        weights: Weight of each picture; None if every picture counts once.
    """

    name: str
    inputs: Shaped[np.ndarray, "pictures height width channels"] | StoredPictures
    targets: AnyTargetValues
    labels: tuple[str, ...]
    checksum: str
    levels: int | None = 255
    named: dict[str, Int[np.ndarray, " _"]] = field(default_factory=dict)
    num_train: int | None = None
    notes: tuple[str, ...] = ()
    preparation: PreparationSpec = STANDARD
    weights: Float[np.ndarray, " pictures"] | None = None

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the pictures; all data sets of a source share their pixels."""
        parts = divide(self.targets.strata, split, seed, name=self.name, named=self.named, num_train=self.num_train)
        is_scaled = self.preparation.inputs == "standard"
        target, targets = self.targets.fit(parts.train, is_standard=self.preparation.targets == "standard")
        weights_column = "" if self.weights is None else WEIGHTS
        if self.weights is not None:
            check_parts(self.weights, parts, column=weights_column, name=self.name)
        height, width, channels = self.inputs.shape[1:]
        preparation = PicturePreparation(
            target=target,
            height=height,
            width=width,
            channels=channels,
            levels=self.levels,
            is_scaled=is_scaled,
            weights=weights_column,
        )
        raw = [] if is_scaled or self.levels is None else [RAW.format(levels=self.levels)]
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
            target_names=target.names,
            labels=self.labels,
            notes=(*self.notes, *self.targets.notes, *raw),
            checksum=self.checksum,
            weights=self.weights,
            weights_column=weights_column,
        )
