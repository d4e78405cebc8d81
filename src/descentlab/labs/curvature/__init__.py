"""`curvature`: the sharpness of a run or along a training, in words, tables, JSON and as a page."""

from descentlab.labs.curvature._curvature import curvature as curvature
from descentlab.labs.curvature._result import Curvature as Curvature
