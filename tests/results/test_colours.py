"""The first three categorical colours stay apart for readers who see no green (deuteranopia) or no red (protanopia)."""

import itertools
import re

import numpy as np
import pytest

from descentlab.results import CLASS_COLOURS
from descentlab.results._plot import TONES
from descentlab.results._render import TEMPLATES

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 38.0
"""Distance in CIELAB from which two colours of thin lines are told apart without doubt; about 2 can just be noticed."""


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    xyz = XYZ @ np.clip(light, 0.0, 1.0) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


def css_tones() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the first three tones of the page's light and dark schemes from its styles."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    blues, oranges = (re.findall(rf"--{name}: (#\w+);", style) for name in ("blue", "orange"))
    found = re.search(r"\.tone2 \{ --tone: light-dark\((#\w+), (#\w+)\)", style)
    assert found
    return (blues[0], oranges[0], found[1]), (blues[1], oranges[1], found[2])


LIGHT, DARK = css_tones()


@pytest.mark.parametrize("colours", [CLASS_COLOURS[:3], LIGHT, DARK], ids=["classes", "light", "dark"])
@pytest.mark.parametrize("sight", [DEUTERANOPIA, PROTANOPIA, np.eye(3)], ids=["deuteranopia", "protanopia", "all"])
def test_the_first_three_stay_apart(colours: tuple[str, ...], sight: np.ndarray) -> None:
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(lab(sight @ linear(one)) - lab(sight @ linear(other))) > APART, (one, other)


def test_figures_have_the_colours_of_the_page() -> None:
    assert TONES[:3] == LIGHT
