"""Floor 7: losses of one or two variables, and what descent does on them from thousands of starts at once."""

from gradlab.surfaces._library import find_surface as find_surface, surface_names as surface_names
from gradlab.surfaces._surface import Surface as Surface
