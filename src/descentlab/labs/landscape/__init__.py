"""`landscape`: the loss around a network, in words, tables, JSON and as a page."""

from descentlab.labs.landscape._landscape import landscape as landscape
from descentlab.labs.landscape._result import Landscape as Landscape
