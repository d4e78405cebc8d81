"""Laboratory `backprop-cost`: the cost of a gradient, counted and timed."""

from descentlab.labs.backprop_cost._backprop_cost import backprop_cost as backprop_cost
