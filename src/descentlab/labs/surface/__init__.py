"""Laboratory `surface`: descent on a loss of one or two variables, from thousands of starts at once."""

from descentlab.labs.surface._surface import surface as surface
