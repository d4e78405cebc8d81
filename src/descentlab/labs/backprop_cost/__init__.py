"""`backprop --cost`: what a gradient costs, in words, tables, JSON and as a page."""

from descentlab.labs.backprop_cost._cost import backprop_cost as backprop_cost
from descentlab.labs.backprop_cost._result import BackpropCost as BackpropCost
