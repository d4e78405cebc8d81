"""`backprop --cost`: what a gradient costs, in words, tables, JSON and as a page."""

from descentlab.verbs.complexity._cost import backprop_cost as backprop_cost
from descentlab.verbs.complexity._result import BackpropCost as BackpropCost
