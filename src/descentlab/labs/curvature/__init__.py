"""Laboratory `curvature`: how sharp the loss is where training went, beside what the learning rate allows."""

from descentlab.labs.curvature._curvature import curvature as curvature
