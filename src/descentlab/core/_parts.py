"""The parts of a data set: trained on, watched while training, and kept for the end."""

from types import MappingProxyType
from typing import Literal

PartName = Literal["train", "validation", "test"]
PARTS: tuple[PartName, ...] = ("train", "validation", "test")
PART_WORDS: MappingProxyType[str, str] = MappingProxyType(
    {"train": "training", "validation": "validation", "test": "test"}
)
"""What each is called in sentences."""
