"""`surface`: descents on a surface, in words, tables, JSON and as a page."""

from descentlab.labs.surface._result import SurfaceResult as SurfaceResult
from descentlab.labs.surface._surface import list_surfaces as list_surfaces, surface as surface
