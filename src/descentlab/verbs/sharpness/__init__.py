"""`curvature`: the sharpness of a run or along a training, in words, tables, JSON and as a page."""

from descentlab.verbs.sharpness._curvature import curvature as curvature
from descentlab.verbs.sharpness._follow import follow as follow
from descentlab.verbs.sharpness._result import Curvature as Curvature, trace_values as trace_values
from descentlab.verbs.sharpness._words import FORMULAS as FORMULAS
