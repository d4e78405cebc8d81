"""Floor 8: results as matplotlib figures, and the colours that they share with reports. Nothing is computed here."""

from gradlab.figures._boundary import plot_boundary as plot_boundary
from gradlab.figures._colours import (
    CLASS_COLOURS as CLASS_COLOURS,
    class_colour as class_colour,
    hex_of as hex_of,
    lighten as lighten,
    score_colours as score_colours,
    winner_colours as winner_colours,
)
from gradlab.figures._confusion import plot_confusion as plot_confusion
from gradlab.figures._history import plot_history as plot_history
from gradlab.figures._sharpness import plot_sharpness as plot_sharpness, plot_spectrum as plot_spectrum
from gradlab.figures._study import plot_atlas as plot_atlas, plot_sweep as plot_sweep
