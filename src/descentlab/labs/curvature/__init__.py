"""`curvature`: the sharpness of a run or along a training, in words, tables, JSON and as a page."""

from descentlab.labs.curvature._curvature import curvature as curvature
from descentlab.labs.curvature._follow import follow as follow
from descentlab.labs.curvature._result import Curvature as Curvature, trace_values as trace_values
from descentlab.labs.curvature._words import FORMULAS as FORMULAS
