"""Laboratory `backprop`: every number of back-propagation, checked in two other ways."""

from descentlab.labs.backprop._backprop import backprop as backprop
