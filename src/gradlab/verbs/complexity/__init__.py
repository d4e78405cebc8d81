"""`backprop --cost`: what a gradient costs, in words, tables, JSON and as a page."""

from gradlab.verbs.complexity._cost import backprop_cost as backprop_cost
from gradlab.verbs.complexity._result import BackpropCost as BackpropCost
