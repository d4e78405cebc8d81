"""Laboratory `backprop-cost`: what a gradient costs, counted and timed."""

from descentlab.labs.backprop_cost._backprop_cost import backprop_cost as backprop_cost
