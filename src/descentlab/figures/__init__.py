"""Floor 8: results as matplotlib figures, and the colours that they share with reports. Nothing is computed here."""

from descentlab.figures._boundary import plot_boundary as plot_boundary
from descentlab.figures._colours import (
    CLASS_COLOURS as CLASS_COLOURS,
    class_colour as class_colour,
    hex_of as hex_of,
    lighten as lighten,
    score_colours as score_colours,
    winner_colours as winner_colours,
)
from descentlab.figures._confusion import plot_confusion as plot_confusion
from descentlab.figures._history import plot_history as plot_history
from descentlab.figures._sharpness import plot_sharpness as plot_sharpness, plot_spectrum as plot_spectrum
from descentlab.figures._study import plot_atlas as plot_atlas, plot_sweep as plot_sweep
