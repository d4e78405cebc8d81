"""Floor 8: results as matplotlib figures. Nothing is computed here."""

from descentlab.figures._boundary import plot_boundary as plot_boundary
from descentlab.figures._confusion import plot_confusion as plot_confusion
from descentlab.figures._history import plot_history as plot_history
