"""`landscape`: the loss around a network, in words, tables, JSON and as a page."""

from descentlab.verbs.landscapes._landscape import landscape as landscape
from descentlab.verbs.landscapes._result import Landscape as Landscape
