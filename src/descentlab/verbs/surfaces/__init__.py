"""`surface`: descents on a surface, in words, tables, JSON and as a page."""

from descentlab.verbs.surfaces._result import SurfaceResult as SurfaceResult
from descentlab.verbs.surfaces._surface import list_surfaces as list_surfaces, surface as surface
