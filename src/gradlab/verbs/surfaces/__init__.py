"""`surface`: descents on a surface, in words, tables, JSON and as a page."""

from gradlab.verbs.surfaces._result import SurfaceResult as SurfaceResult
from gradlab.verbs.surfaces._surface import list_surfaces as list_surfaces, surface as surface
