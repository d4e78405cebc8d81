"""Pictures as a source of examples, which are read once and prepared for any split."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt64

from descentlab.data._copies import count_copies, describe_picture_copies, picture_keys
from descentlab.data._dataset import Dataset
from descentlab.data._names import counted
from descentlab.data._novelty import say_far
from descentlab.data._picture_depth import PixelDepth
from descentlab.data._picture_novelty import MAX_LOOKS, PictureLook, describe_far_pictures, measure_look
from descentlab.data._picture_preparation import PicturePreparation
from descentlab.data._several_targets import AnyTargetValues
from descentlab.data._split import Parts, divide
from descentlab.data._stored_pictures import StoredPictures
from descentlab.data._weights import WEIGHTS, check_parts
from descentlab.spec import STANDARD, PreparationSpec, SplitSpec

MANY = 0.1
"""Share of test pictures unlike those of training from which on the parts are not of one kind."""

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
        depth: Black and white in files of more than 8 bits; see `PicturePreparation`.
        train_folder: Name of the folder of training pictures, if parts have folders; a test part that has none is
            drawn from it.
        file_keys: A number for each picture from the bytes of its file, by which copies of pictures on disk are known.
        is_compared: Whether test pictures that are copies of training pictures are looked for.
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
    depth: PixelDepth | None = None
    train_folder: str = ""
    file_keys: UInt64[np.ndarray, " pictures"] | None = None
    is_compared: bool = False

    @cached_property
    def _keys(self) -> UInt64[np.ndarray, " pictures"]:
        if isinstance(self.inputs, StoredPictures):
            return np.arange(len(self.inputs), dtype=np.uint64) if self.file_keys is None else self.file_keys
        return picture_keys(self.inputs, self.targets.values)

    def _part_notes(self, parts: Parts, look: PictureLook, scale: float) -> list[str]:
        notes = []
        if self.train_folder and "test" not in self.named and len(parts.test):
            notes.append(
                f"Warning: no test pictures with known classes are given: {counted(len(parts.test), 'picture')} of "
                f"'{self.train_folder}' became the test part; `--set split.test=0` trains on them too."
            )
        if self.is_compared:
            notes.append(describe_picture_copies(count_copies(self._keys, parts)))
        if self.is_compared and "test" in self.named:
            rows = parts.test[:: max(1, -(-len(parts.test) // MAX_LOOKS))]
            far = describe_far_pictures(self.inputs[rows], look, scale)
            notes += say_far(far, [self.labels[row] for row in rows]) if sum(map(bool, far)) > MANY * len(far) else []
        return [note for note in notes if note]

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
            depth=self.depth,
        )
        look = measure_look(self.inputs, parts.train, preparation.brightness_scale)
        preparation = preparation.model_copy(update={"look": look})
        more = self._part_notes(parts, look, preparation.brightness_scale)
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
            notes=(*self.notes, *self.targets.notes, *raw, *more),
            checksum=self.checksum,
            weights=self.weights,
            weights_column=weights_column,
        )
